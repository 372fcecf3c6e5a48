/** Holds that the page's script is in step with its sources, and nothing that loads more. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bundlePage } from "./bundle-page.ts";

const path = join(import.meta.dirname, "..", "src/core/report/html/page-assets.json");

test("the kept text is what the sources make", () => {
  assert.equal(readFileSync(path, "utf8"), bundlePage(), "run `npm run docs`");
});

test("names are declared before the module that uses them at its top", () => {
  const { script } = JSON.parse(bundlePage());
  const text: string = script.join("\n");
  assert.ok(text.indexOf("function make(") < text.indexOf("function createMap("));
  assert.ok(text.trimEnd().endsWith("});"), "the start of the page comes last");
  assert.doesNotMatch(text, /^(?:import|export)\b/m);
});
