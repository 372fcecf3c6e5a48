/** Tests the outages of a node one by one; `coverage.test.ts` has them in streams of events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fact, LossFact } from "./fact.ts";
import {
  createOutages,
  finishOutages,
  nodeLoss,
  noteDropped,
  noteListed,
  noteLive,
  noteThrottle,
} from "./node-outages.ts";

const minuteUs = 60_000_000;

function collect(): { readonly losses: LossFact[]; readonly emit: (fact: Fact) => void } {
  const losses: LossFact[] = [];
  return { losses, emit: (fact) => void (fact.kind === "loss" && losses.push(fact)) };
}

test("the first listing is no restart, a later one is told once", () => {
  const outages = createOutages("n");
  const { losses, emit } = collect();
  for (let index = 0; index < 5; index++) noteListed(outages, 0);
  assert.equal(noteLive(outages, 10 * minuteUs, emit), false);
  for (let index = 0; index < 5; index++) noteListed(outages, 12 * minuteUs);
  assert.equal(noteLive(outages, 13 * minuteUs, emit), true);
  assert.equal(noteLive(outages, 14 * minuteUs, emit), false);
  assert.equal(losses.length, 1);
  assert.equal(losses[0]?.node, "n");
});

test("a throttling whose start was not recorded has a start all the same", () => {
  const outages = createOutages("n");
  const { losses, emit } = collect();
  const timeUs = 5 * minuteUs;
  const about = { timeUs, node: "n", cluster: "", input: 0, offset: 0, cgroup: "/user.slice" };
  noteThrottle(outages, { ...about, type: "throttle", started: false }, emit);
  const [loss] = losses;
  assert.deepEqual([loss?.container, loss?.sinceUs], ["", 4 * minuteUs]);
});

test("what is open at the end is told at the end", () => {
  const outages = createOutages("n");
  const { losses, emit } = collect();
  noteDropped(outages, { timeUs: 2 * minuteUs, droppedCount: 3 }, emit);
  assert.equal(losses.length, 0);
  finishOutages(outages, 9 * minuteUs, emit);
  assert.deepEqual([losses[0]?.reason, losses[0]?.count], ["rate-limit", 3]);
  const about = { reason: "gap", sinceUs: 1, untilUs: 2, detail: "" };
  assert.equal(nodeLoss("n", about).container, "");
});
