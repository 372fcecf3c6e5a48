/** Tests the outages of a node one by one; `coverage.test.ts` has them in streams of events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fact, LossFact } from "./fact.ts";
import {
  createOutages,
  finishOutages,
  type NodeOutages,
  nodeLoss,
  noteDropped,
  noteListed,
  noteLive,
  noteThrottle,
} from "./node-outages.ts";

const minuteUs = 60_000_000;
const old = { execId: "p", binary: "/bin/sh", flags: "procFS" };

function collect(): { readonly losses: LossFact[]; readonly emit: (fact: Fact) => void } {
  const losses: LossFact[] = [];
  return { losses, emit: (fact) => void (fact.kind === "loss" && losses.push(fact)) };
}

test("the first listing is no restart, a later one is told once", () => {
  const outages = createOutages("n");
  const { losses, emit } = collect();
  for (let index = 0; index < 5; index++) noteListed(outages, 0, old);
  assert.equal(noteLive(outages, 10 * minuteUs, emit), false);
  for (let index = 0; index < 5; index++) noteListed(outages, 12 * minuteUs, old);
  assert.equal(noteLive(outages, 13 * minuteUs, emit), true);
  assert.equal(noteLive(outages, 14 * minuteUs, emit), false);
  assert.equal(losses.length, 1);
  assert.equal(losses[0]?.node, "n");
});

/** Lists some processes, and those of Tetragon. */
function list(outages: NodeOutages, minutes: number, flags: string, ...servers: string[]): void {
  const atUs = minutes * minuteUs;
  for (let index = 0; index < 5; index++) {
    noteListed(outages, atUs, { execId: `p${index}`, binary: "/opt/not-tetragon", flags });
  }
  for (const execId of servers) {
    noteListed(outages, atUs, { execId, binary: "/usr/bin/tetragon", flags });
  }
}

/** Of what happened when something was seen at each of these times. */
function restartsAt(outages: NodeOutages, ...minutes: number[]): readonly string[] {
  const { losses, emit } = collect();
  for (const one of minutes) noteLive(outages, one * minuteUs, emit);
  return losses.map(({ sinceUs, untilUs }) => `${sinceUs / minuteUs}..${untilUs / minuteUs}`);
}

const asked = "procFS dumped";
const again = "procFS dumped sameServer";

test("what Tetragon tells when asked is no restart, unless it is another Tetragon", () => {
  const outages = createOutages("n");
  list(outages, 0, asked, "first");
  restartsAt(outages, 1);
  // Copies of what came before are left out earlier: the server may be among them or not.
  list(outages, 3, asked);
  list(outages, 4, asked, "first");
  assert.deepEqual(restartsAt(outages, 5), []);
  list(outages, 5.1, asked, "second");
  assert.deepEqual(restartsAt(outages, 5.2, 5.3), ["5.1..5.2"]);
  list(outages, 9, again, "of another node of this machine");
  assert.deepEqual(restartsAt(outages, 10), [], "whoever asked knows that it is the same");
  list(outages, 12, "procFS");
  assert.deepEqual(restartsAt(outages, 13), ["12..13"], "unasked it lists when it starts");
});

test("a Tetragon that is named for the first time may be another than there was", () => {
  const outages = createOutages("n");
  restartsAt(outages, 1);
  list(outages, 3, asked);
  assert.deepEqual(restartsAt(outages, 4), [], "nothing says that it is another");
  list(outages, 6, asked, "first");
  assert.deepEqual(restartsAt(outages, 7), ["6..7"]);
  const early = createOutages("n");
  restartsAt(early, 1);
  list(early, 1.5, asked, "first");
  assert.deepEqual(restartsAt(early, 2), [], "the dump of the first connection came late");
});

test("of a listing that was met at its end, another Tetragon is enough", () => {
  const outages = createOutages("n");
  list(outages, 0, asked, "first");
  restartsAt(outages, 1);
  noteListed(outages, 3 * minuteUs, {
    ...{ execId: "second", binary: "/usr/bin/tetragon", flags: "procFS" },
  });
  assert.deepEqual(restartsAt(outages, 4), ["3..4"]);
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
