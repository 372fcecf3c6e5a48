/** Holds what the bundle is made of: no text that nobody reads, no letter that doubles a text. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Script } from "node:vm";
import { errorsOfCycloneDx } from "../src/testing/document-schemas.ts";
import { bundleProgram } from "./bundle-program.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-bundle-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
await bundleProgram(folder);
const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".js"))
  .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));

test("no file has a letter beyond Latin-1, and tests and translations stay outside", () => {
  assert.ok(texts.length > 100);
  for (const { name, text } of texts) {
    assert.doesNotMatch(text, /[^\u0000-\u00ff]/, name);
    assert.doesNotMatch(text, /^\/\/ node_modules\/zod\/.*\/locales\/(?!en\.)/m, name);
    assert.doesNotMatch(text, /^\/\/ src\/(?:testing\/|.*\.test\.ts)/m, name);
  }
});

test("letters that were escaped mean the same in regular expressions", () => {
  const quotes = texts.flatMap(({ text }) => text.match(/\/\[\\u201c\\u201d\]\/g/g) ?? []);
  assert.ok(quotes.length > 0, "the sample is still there");
  assert.equal(new Script(`"\u201ca\u201d".replace(${quotes[0]}, "")`).runInNewContext(), "a");
});

test("each package inside has the text of its licence, and the SBOM keeps the schema", () => {
  const licences = readFileSync(join(folder, "third-party-licences.txt"), "utf8");
  const sbom = JSON.parse(readFileSync(join(folder, "sbom.cdx.json"), "utf8"));
  const { components } = sbom;
  assert.ok(components.length > 20);
  for (const { name, version } of components) {
    const [, text = ""] = licences.split(`\n${name} ${version} (`);
    assert.match(text.slice(0, 2000), /permission|permitted|License|conditions/i, name);
  }
  assert.equal(errorsOfCycloneDx(sbom), "");
});
