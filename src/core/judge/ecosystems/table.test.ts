/** Tests that each type of package has exactly one ecosystem. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listedFilesEcosystem } from "./listed-files.ts";
import { ecosystemOf, ecosystems } from "./table.ts";

test("no two ecosystems speak for one type", () => {
  const types = ecosystems.flatMap((one) => one.types);
  assert.equal(new Set(types).size, types.length);
});

test("a type without a rule owns the files that are listed for it", () => {
  assert.equal(ecosystemOf("brand-new-type"), listedFilesEcosystem);
  assert.equal(ecosystemOf("npm").barrier, "node_modules");
});
