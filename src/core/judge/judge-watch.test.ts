/** Tests the doubts about how a container was watched, in the words that users read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  minuteUs,
  sampleContainerFact,
  sampleCoverage,
  sampleLoss,
  sampleStartUs,
} from "../../testing/sample-facts.ts";
import { judgeWatch } from "./judge-watch.ts";

const settled = {
  container: sampleContainerFact(),
  losses: [],
  sensors: [],
  span: { startUs: sampleStartUs, endUs: sampleStartUs + 10 * minuteUs },
  minimumWindowUs: 5 * minuteUs,
};

test("a container watched from its start and long enough leaves no doubt", () => {
  assert.deepEqual(judgeWatch(settled), []);
});

test("the weightiest doubt comes first, losses of one kind are summed", () => {
  const container = sampleContainerFact({ fromStart: false });
  const losses = [
    sampleLoss({ count: 3 }),
    sampleLoss({ count: 4 }),
    sampleLoss({ reason: "gap" }),
  ];
  const doubts = judgeWatch({ ...settled, container, losses, minimumWindowUs: 60 * minuteUs });
  assert.match(doubts[0] ?? "", /before the sensors/);
  assert.match(doubts[1] ?? "", /gap/);
  assert.equal(doubts[2], "events were lost: ring-buffer (7)");
  assert.equal(doubts[3], "it was watched for only 10 min of at least 60 min");
});

test("the time of a listing of running processes is given", () => {
  const container = sampleContainerFact({ fromStart: false, dumped: true });
  const sensors = [sampleCoverage({ sensor: "dump", policy: "", sinceUs: sampleStartUs })];
  const [doubt] = judgeWatch({ ...settled, container, sensors });
  assert.match(doubt ?? "", /at 2023-11-14T22:14:00\.000000Z/);
});
