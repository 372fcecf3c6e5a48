/** Tests the way from ids of evidence to the evidence. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import { findProofs } from "./find-proofs.ts";

test("evidence that is not in the report is left out, keys of every object included", () => {
  assert.deepEqual(findProofs(["e1", "missing", "constructor", "__proto__"], shopReport), [
    shopReport.evidence["e1"],
  ]);
});
