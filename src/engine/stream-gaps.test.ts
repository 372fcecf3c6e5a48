/** Holds when a silence of a stream begins and ends, whatever order events come in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { LossFact } from "../core/observe/fact.ts";
import { type GapsDump, StreamGaps } from "./stream-gaps.ts";

const second = 1_000_000;
const day = 86_400 * second;
const startUs = 1_790_000_000 * second;
const at = (seconds: number) => startUs + seconds * second;

function begin(dumped?: GapsDump) {
  const losses: LossFact[] = [];
  const gaps = new StreamGaps((loss) => losses.push(loss), dumped);
  const told = () =>
    losses.map(({ node, reason, sinceUs, untilUs, count }) => {
      const [since, until] = [sinceUs, untilUs].map((us) => us - startUs);
      return `${node} ${reason} ${since}..${until} ${count}`;
    });
  return { gaps, told };
}

const reconnect = { reason: "reconnect", count: 0, detail: "" };

test("a gap begins just before the last event and ends at the next one, for each node", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n1");
  gaps.noteNode("n2");
  gaps.pass(at(10));
  gaps.open(reconnect);
  gaps.open({ reason: "overflow", count: 3, detail: "" });
  gaps.open({ reason: "overflow", count: 4, detail: "" });
  assert.deepEqual(told(), []);
  assert.equal(gaps.losses().length, 4);
  gaps.pass(at(15));
  gaps.pass(at(20));
  assert.deepEqual(told(), [
    "n1 reconnect 9999999..15000000 0",
    "n2 reconnect 9999999..15000000 0",
    "n1 overflow 9999999..15000000 7",
    "n2 overflow 9999999..15000000 7",
  ]);
  assert.deepEqual(gaps.losses(), []);
});

test("an event that Tetragon held back for 30 s does not end a gap", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n");
  gaps.pass(at(100));
  gaps.open(reconnect);
  gaps.pass(at(72));
  assert.deepEqual(told(), []);
  gaps.pass(at(130));
  assert.deepEqual(told(), ["n reconnect 99999999..130000000 0"]);
});

test("a clock that was set back leaves open when a gap was; later ones have the new time", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n");
  gaps.pass(at(100));
  gaps.open(reconnect);
  gaps.pass(at(100) - day);
  gaps.pass(at(110) - day);
  gaps.open(reconnect);
  gaps.pass(at(120) - day);
  const days = day / second;
  assert.deepEqual(told(), [
    `n reconnect ${(100 - days) * second}..99999999 0`,
    `n reconnect ${(110 - days) * second - 1}..${(120 - days) * second} 0`,
  ]);
  assert.equal(gaps.latestUs, at(120) - day);
});

test("one event of a far future does not move what comes after it", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n");
  gaps.pass(at(1) + 400 * day);
  gaps.pass(at(2));
  gaps.open(reconnect);
  gaps.pass(at(5));
  assert.deepEqual(told(), ["n reconnect 1999999..5000000 0"]);
});

test("a server that begins at an earlier point closes the gap where the stream was left", () => {
  // The one at which it was left, or the latest of those before, which came earlier.
  for (const seconds of [3, 4]) {
    const { gaps, told } = begin();
    gaps.noteNode("n");
    for (const passed of [1, 2, 4, 3]) gaps.pass(at(passed));
    gaps.open(reconnect);
    gaps.open({ reason: "overflow", count: 1, detail: "" });
    for (const passed of [1, 2]) assert.equal(gaps.passAgain(at(passed)), false);
    assert.equal(gaps.losses().length, 2);
    assert.equal(gaps.passAgain(at(seconds)), true);
    gaps.pass(at(6));
    assert.deepEqual(told(), ["n overflow 3999999..6000000 1"]);
  }
});

test("a gap that begins before the last event is closed where it begins too", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n");
  for (const seconds of [1, 2, 3, 4]) gaps.pass(at(seconds));
  gaps.open(reconnect, at(2));
  gaps.open({ reason: "overflow", count: 1, detail: "" }, at(3));
  assert.equal(gaps.passAgain(at(1)), false);
  assert.equal(gaps.passAgain(at(2)), true, "a copy that proves something");
  assert.equal(gaps.passAgain(at(3)), false);
  gaps.passAgain(at(4));
  gaps.pass(at(5));
  assert.deepEqual(told(), ["n overflow 2999999..4000000 1"]);
});

test("what another source brought before ends a gap, but does not fill it", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n");
  gaps.pass(at(10));
  gaps.open(reconnect);
  gaps.passAgain(at(14));
  assert.deepEqual(told(), ["n reconnect 9999999..14000000 0"]);
  // All that this stream brings came by the other one: it has a time of its own all the same.
  gaps.passAgain(at(20));
  gaps.open(reconnect);
  gaps.pass(at(30));
  assert.deepEqual(told().slice(1), ["n reconnect 19999999..30000000 0"]);
});

test("a gap before any event is of the node of the first one", () => {
  const { gaps, told } = begin();
  gaps.open(reconnect);
  assert.deepEqual(
    gaps.losses().map(({ node, sinceUs, untilUs }) => [node, sinceUs, untilUs]),
    [["", 0, 0]],
  );
  gaps.noteNode("n");
  gaps.pass(at(3));
  assert.deepEqual(told(), [`n reconnect ${-startUs}..3000000 0`]);
});

test("a gap may have begun earlier than the latest event", () => {
  const { gaps, told } = begin();
  gaps.noteNode("n");
  gaps.pass(at(10));
  gaps.open(reconnect, at(6));
  gaps.pass(at(12));
  assert.deepEqual(told(), ["n reconnect 5999999..12000000 0"]);
});

test("kinds of gaps and nodes are bounded, and nothing beyond the bound is passed over", () => {
  const { gaps, told } = begin();
  for (let index = 0; index < 200; index++) {
    gaps.open({ reason: `r${index}`, count: 1, detail: "" });
  }
  assert.equal(gaps.dump().gaps.length, 64);
  for (let index = 0; index < 5000; index++) gaps.noteNode(`n${index}`);
  assert.equal(gaps.dump().nodes.length, 1000);
  gaps.pass(at(1));
  // Any node may be meant.
  assert.equal(told().length, 64);
  const counts = told().map((one) => Number(one.split(" ").at(-1)));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    200,
  );
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("event" as const), seconds: fc.integer({ min: -200, max: 400 }) }),
  fc.record({ kind: fc.constant("copy" as const), seconds: fc.integer({ min: -200, max: 400 }) }),
  fc.record({ kind: fc.constant("gap" as const), seconds: fc.nat(2) }),
  fc.record({ kind: fc.constant("node" as const), seconds: fc.nat(3) }),
);

test("law: from a copy at any time the same losses come, and none ends before it begins", () => {
  const run = (steps: readonly { kind: string; seconds: number }[], copiedAt: number) => {
    const losses: LossFact[] = [];
    const take = (loss: LossFact) => void losses.push(loss);
    let gaps = new StreamGaps(take);
    for (const [index, { kind, seconds }] of steps.entries()) {
      if (index === copiedAt) gaps = new StreamGaps(take, structuredClone(gaps.dump()));
      if (kind === "event") gaps.pass(at(seconds));
      else if (kind === "copy") gaps.passAgain(at(seconds));
      else if (kind === "node") gaps.noteNode(`n${seconds}`);
      else gaps.open({ reason: `r${seconds}`, count: 1, detail: "" });
    }
    losses.push(...gaps.losses());
    for (const { sinceUs, untilUs } of losses) assert.ok(sinceUs <= untilUs);
    return losses;
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, copiedAt) => {
      assert.deepEqual(run(steps, copiedAt), run(steps, -1));
    }),
    { numRuns: 500 },
  );
});
