/** Holds what the lists of bundled packages say, on packages that are made for it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { listBundled, renderLicences, renderSbom } from "./list-bundled.ts";

function place(root: string, folder: string, manifest: object, licence?: string): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "package.json"), JSON.stringify(manifest));
  if (licence !== undefined) writeFileSync(join(root, folder, "LICENSE.md"), licence);
}

test("each package whose files are inside is listed once, with its licence", (context) => {
  const root = mkdtempSync(join(tmpdir(), "waggle-bundled-"));
  context.after(() => rmSync(root, { recursive: true }));
  place(root, ".", { name: "own", version: "1.0.0", license: "Apache-2.0" });
  place(
    root,
    "node_modules/b",
    { name: "b", version: "2.0.0", license: "MIT" },
    "Copyright (c) Bob\n\nDo as you like.",
  );
  const authors = { author: "Ann <ann@c.example>", contributors: [{ name: "Bea" }] };
  const scoped = { name: "@a/c", version: "3.1.0", license: "MIT", ...authors };
  place(root, "node_modules/b/node_modules/@a/c", scoped);
  place(root, "node_modules/d/node_modules/@a/c", scoped);
  const files = ["src/main.ts", "node_modules/b/x/index.js", "node_modules/b/y.js"];
  const nested = ["b", "d"].map((one) => `node_modules/${one}/node_modules/@a/c/lib/z.js`);
  const bundled = listBundled(root, [...files, ...nested]);
  assert.deepEqual(
    bundled.map(({ name, version, licence }) => [name, version, licence]),
    [
      ["b", "2.0.0", "MIT"],
      ["@a/c", "3.1.0", "MIT"],
    ],
  );
  const text = renderLicences(bundled);
  assert.match(text, /^b 2\.0\.0 \(MIT\)\n\nCopyright \(c\) Bob\n\nDo as you like\.$/m);
  const own = "@a/c 3.1.0 (MIT)\n\nCopyright (c) Ann, Bea\n\nDo as you like.\n";
  assert.ok(text.replace(/\n{3,}/g, "\n\n").endsWith(own), text);
  const { metadata, components } = JSON.parse(renderSbom(root, bundled));
  assert.equal(metadata.component.purl, "pkg:npm/own@1.0.0");
  assert.deepEqual(
    components.map(({ purl }: { purl: string }) => purl),
    ["pkg:npm/b@2.0.0", "pkg:npm/%40a/c@3.1.0"],
  );
});

test("a package without a licence, or without its text, stops the build", (context) => {
  const root = mkdtempSync(join(tmpdir(), "waggle-bundled-"));
  context.after(() => rmSync(root, { recursive: true }));
  place(root, "node_modules/b", { name: "b", version: "2.0.0" }, "Mine.");
  place(root, "node_modules/c", { name: "c", version: "2.0.0", license: "SEE: elsewhere" });
  place(root, "node_modules/d", { name: "d", version: "2.0.0", license: "MIT", author: "Dee" });
  const list = (name: string) => () => listBundled(root, [`node_modules/${name}/index.js`]);
  assert.throws(list("b"), /node_modules\/b names no licence/);
  assert.throws(list("c"), /node_modules\/c names no licence/);
  assert.throws(list("d"), /d has no text of its licence/);
});
