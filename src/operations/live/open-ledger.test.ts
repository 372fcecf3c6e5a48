/**
 * Holds what the ledger writes and drops where only some containers were looked at.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LossFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { OpenLedger } from "./open-ledger.ts";

function loss(container: string): LossFact {
  const about = { kind: "loss", node: "n", reason: "eviction", detail: "" } as const;
  return { ...about, container, sinceUs: 1, untilUs: 2, count: 1 };
}

test("only facts of covered containers, and of none, can be dropped", () => {
  const ledger = new OpenLedger(["of a run before"]);
  const all = [loss("a"), loss("b"), loss("")];
  ledger.note({ open: all, dropped: [] }, 0);
  const some = { everything: false, covers: (container: string) => container === "a" };
  assert.deepEqual(ledger.changes([], 0, some), {
    open: [],
    dropped: [factKey(loss("a")), factKey(loss(""))],
  });
  const whole = ledger.changes([], 0, { everything: false, covers: undefined });
  assert.equal(whole.dropped.length, 4);
});
