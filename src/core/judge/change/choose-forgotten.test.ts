/** Tests of which findings a ledger need not keep. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleTracked } from "../../../testing/sample-history.ts";
import { chooseForgotten } from "./choose-forgotten.ts";
import { endedStates, findingStates } from "./finding-change.ts";

test("only what ended, or was not heard of, and that long ago, is forgotten", () => {
  const chosen = findingStates.filter(
    (state) => chooseForgotten([sampleTracked("f", { state })], 100).length > 0,
  );
  assert.deepEqual(chosen, ["fixed", "retracted", "gone", "stale"]);
  for (const young of [{ changedUs: 100 }, { lastReportedUs: 100 }, { suppressedUntil: "2030" }]) {
    const one = sampleTracked("f", { state: "fixed", ...young });
    assert.deepEqual(chooseForgotten([one], 100), [], JSON.stringify(young));
  }
});

test("law: an open finding, or one of late, is never chosen", () => {
  const anyFinding = fc.record({
    state: fc.constantFrom(...findingStates),
    changedUs: fc.nat(200),
    lastReportedUs: fc.nat(200),
    suppressedUntil: fc.constantFrom("", "2030-01-01"),
  });
  fc.assert(
    fc.property(fc.array(anyFinding), fc.nat(200), (many, beforeUs) => {
      const all = many.map((one, at) => sampleTracked(String(at), one));
      for (const one of chooseForgotten(all, beforeUs)) {
        assert.ok([...endedStates, "stale"].includes(one.state));
        assert.ok(one.changedUs < beforeUs && one.lastReportedUs < beforeUs);
        assert.equal(one.suppressedUntil, "");
      }
    }),
  );
});
