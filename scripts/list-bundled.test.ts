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
  place(root, "node_modules/b", { name: "b", version: "2.0.0", license: "MIT" }, "Do as you like.");
  const scoped = { name: "@a/c", version: "3.1.0", license: "ISC", homepage: "https://c.example" };
  place(root, "node_modules/b/node_modules/@a/c", scoped);
  const files = ["src/main.ts", "node_modules/b/x/index.js", "node_modules/b/y.js"];
  const bundled = listBundled(root, [...files, "node_modules/b/node_modules/@a/c/lib/z.js"]);
  assert.deepEqual(
    bundled.map(({ name, version, licence }) => [name, version, licence]),
    [
      ["b", "2.0.0", "MIT"],
      ["@a/c", "3.1.0", "ISC"],
    ],
  );
  const text = renderLicences(bundled);
  assert.match(text, /^b 2\.0\.0 \(MIT\)\n\nDo as you like\.$/m);
  assert.match(text, /^@a\/c 3\.1\.0 \(ISC\)\n\n.*https:\/\/c\.example\.$/m);
  const { metadata, components } = JSON.parse(renderSbom(root, bundled));
  assert.equal(metadata.component.purl, "pkg:npm/own@1.0.0");
  assert.deepEqual(
    components.map(({ purl }: { purl: string }) => purl),
    ["pkg:npm/b@2.0.0", "pkg:npm/%40a/c@3.1.0"],
  );
});

test("a package that names no licence stops the build", (context) => {
  const root = mkdtempSync(join(tmpdir(), "waggle-bundled-"));
  context.after(() => rmSync(root, { recursive: true }));
  place(root, "node_modules/b", { name: "b", version: "2.0.0" }, "Mine.");
  assert.throws(() => listBundled(root, ["node_modules/b/index.js"]), /node_modules\/b names no/);
});
