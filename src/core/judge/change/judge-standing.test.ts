/** Tests of which containers run, and of the table of states. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  minuteUs,
  sampleContainerFact,
  sampleCoverage,
  sampleStartUs,
} from "../../../testing/sample-facts.ts";
import { changeCauses, findingStates } from "./finding-change.ts";
import { isTransition } from "./finding-transitions.ts";
import { judgeStandings } from "./judge-standing.ts";

const nowUs = sampleStartUs + 60 * minuteUs;
const stand = (given: Parameters<typeof sampleContainerFact>[0], listed?: ReadonlySet<string>) =>
  judgeStandings({
    containers: [sampleContainerFact({ lastSeenUs: sampleStartUs, ...given })],
    coverage: [sampleCoverage()],
    nowUs,
    ...(listed === undefined ? {} : { listed }),
  })[0]?.standing;

test("a quiet container runs as long as its node is watched and no end was seen", () => {
  assert.equal(stand({}), "running");
  assert.equal(stand({ ended: true }), "ended");
  assert.equal(stand({ node: "node-2" }), "unknown");
  assert.equal(stand({ node: "node-2", container: "host:node-2" }), "running");
});

test("the list of the cluster counts for pods, not for what runs beside it or just came", () => {
  const none = new Set<string>();
  assert.equal(stand({ pod: "web-1" }, none), "ended");
  assert.equal(stand({ pod: "" }, none), "running");
  assert.equal(stand({ pod: "web-1", lastSeenUs: nowUs }, none), "running");
  const listed = new Set([sampleContainerFact().container]);
  assert.equal(stand({ pod: "web-1", node: "node-2" }, listed), "running");
});

test("a standing names the pod and since when it runs", () => {
  const containers = [
    sampleContainerFact({ pod: "web-1", startedUs: 5 }),
    sampleContainerFact({ containerName: "db", startedUs: 0, firstSeenUs: 7 }),
  ];
  const told = judgeStandings({ containers, coverage: [], nowUs });
  assert.deepEqual(
    told.map(({ pod, startedUs }) => [pod, startedUs]),
    [
      ["web-1", 5],
      ["db", 7],
    ],
  );
});

test("only what was fixed can regress, and what ended goes on only by being seen again", () => {
  const into = (to: (typeof findingStates)[number]) =>
    findingStates.filter((from) => isTransition(from, to));
  assert.deepEqual(into("regressed"), ["fixed", "fixed-in-image"]);
  assert.deepEqual(into("new"), []);
  for (const ended of ["fixed", "retracted", "gone"] as const) {
    assert.ok(!into("fixed").includes(ended) && !into("gone").includes(ended));
  }
});

test("the document of the history names every state and every cause", () => {
  const text = readFileSync(new URL("../../../../docs/history.md", import.meta.url), "utf8");
  const missing = [...findingStates, ...changeCauses].filter((one) => !text.includes(`\`${one}\``));
  assert.deepEqual(missing, []);
});
