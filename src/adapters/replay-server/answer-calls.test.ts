/** Holds the bytes of what is answered of a policy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answers } from "./answer-calls.ts";
import { PolicyList } from "./policy-list.ts";
import { ProcessCache } from "./process-cache.ts";
import { Fields } from "./read-fields.ts";

const nothing = new Uint8Array(0);

function statusOf(listing: Readonly<Record<string, unknown>>): Fields {
  const policies = new PolicyList();
  policies.preload(JSON.stringify({ policies: [listing] }));
  const keeping = { policies, processes: new ProcessCache(), onPolicy: () => {} };
  const list = answers["ListTracingPolicies"]?.(new Fields(nothing), keeping) ?? nothing;
  return new Fields(new Fields(list).part(1) ?? nothing);
}

test("a status carries what a listing had of it", () => {
  const status = statusOf({
    ...{ id: "9", name: "tcp", namespace: "shop", sensors: ["generic_kprobe"], filter_id: "9" },
    ...{ state: "TP_STATE_ENABLED", mode: "TP_MODE_ENFORCE", kernel_memory_bytes: "498616" },
    stats: { action_counters: { post: "8894" } },
  });
  const texts = [2, 3, 5].map((field) => status.text(field));
  assert.deepEqual(texts, ["tcp", "shop", "generic_kprobe"]);
  const numbers = [1, 6, 7, 9, 10, 11].map((field) => status.number(field));
  assert.deepEqual(numbers, [9, 1, 9, 1, 498_616, 1]);
  const counters = new Fields(new Fields(status.part(12) ?? nothing).part(1) ?? nothing);
  assert.equal(counters.number(1), 8894);
});

test("of a policy that is not enabled neither mode nor counters are told", () => {
  const status = statusOf({
    ...{ name: "p", state: "TP_STATE_LOAD_ERROR", error: "no room", mode: "TP_MODE_MONITOR" },
    stats: { action_counters: {} },
  });
  assert.deepEqual([status.number(9), status.text(8)], [3, "no room"]);
  assert.deepEqual(
    [status.number(6), status.number(11), status.part(12)],
    Array(3).fill(undefined),
  );
});
