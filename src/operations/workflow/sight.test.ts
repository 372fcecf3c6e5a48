/**
 * Tests of `sight.ts`, `sense-history.ts`, `sense-incidents.ts`, `sense-findings.ts` and
 * `choose-acts.ts` on recorded attacks: one reading for all, and what is left out.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { detectionContext, recordedAttacks } from "../../testing/detection-context.ts";
import { createNoticeMemory } from "../notify/notice-memory.ts";
import { wantsContainer } from "./choose-acts.ts";
import { senseConnections } from "./sense-connections.ts";
import { senseFindings } from "./sense-findings.ts";
import { senseHistory } from "./sense-history.ts";
import { senseIncidents } from "./sense-incidents.ts";
import { earliestUs, openSight } from "./sight.ts";

const base = detectionContext();
let openedCount = 0;
const context = {
  ...base,
  files: {
    ...base.files,
    open: (name: string) => {
      if (name === recordedAttacks) openedCount += 1;
      return base.files.open(name);
    },
  },
};
const sources = { events: [recordedAttacks] };
const sight = openSight({ sources, rules: [], recordsActs: true }, context);
const world = {
  ...{ context, sight, state: "", told: createNoticeMemory(), dryRun: true, startedUs: 0 },
};

test("all sensors of a run share one reading", async () => {
  await sight.incidents();
  const once = openedCount;
  const [incidents, history, connections] = await Promise.all([
    senseIncidents.run({}, world),
    senseHistory.run({}, world),
    senseConnections.run({}, world),
  ]);
  assert.ok(incidents.incidents.length > 10);
  assert.ok(history.lines.length > 1000);
  assert.ok(connections.processes.length > 10);
  assert.equal(openedCount, once);
});

test("a history that is cut keeps what incidents did, then what is latest", async () => {
  const { incidents } = await sight.incidents();
  const whole = await senseHistory.run({ limit: 50_000 }, world);
  const suspects = new Set(
    incidents.flatMap(({ processes }) =>
      processes.flatMap(({ process, entry }) => (entry === "" ? [] : [process])),
    ),
  );
  const suspectCount = whole.lines.filter(({ execId }) => suspects.has(execId)).length;
  const limit = suspectCount + 100;
  const cut = await senseHistory.run({ limit }, world);
  assert.equal(cut.lines.length, limit);
  assert.equal(cut.omittedCount, whole.lines.length - limit);
  assert.equal(cut.lines.filter(({ execId }) => suspects.has(execId)).length, suspectCount);
  assert.deepEqual(cut.counts, whole.counts, "counts speak of all");
  assert.deepEqual(cut.lines.at(-1), whole.lines.at(-1));
});

test("since, a container and a severity narrow what is told", async () => {
  const all = await senseIncidents.run({}, world);
  const [first] = all.incidents;
  assert.ok(first !== undefined);
  const grave = await senseIncidents.run({ "min-severity": "critical" }, world);
  assert.ok(grave.incidents.every(({ severity }) => severity === "critical"));
  assert.equal(grave.incidents.length + grave.leftOutCount, all.incidents.length);
  const one = await senseIncidents.run({ incident: first.id }, world);
  assert.deepEqual(one.incidents, [first]);
  const late = await senseIncidents.run({ since: "1m" }, world);
  assert.ok(late.incidents.length < all.incidents.length);
  const history = await senseHistory.run({ since: "1m", container: "redis" }, world);
  assert.ok(history.lines.every(({ place }) => place.includes("redis")));
  const host = await senseConnections.run({ container: "host" }, world);
  assert.ok(host.processes.length > 0);
  assert.ok(host.processes.every(({ container }) => container.startsWith("host:")));
  await assert.rejects(senseHistory.run({ container: "no-such" }, world), /No container/);
  await assert.rejects(senseHistory.run({ since: "soon" }, world), /since takes an ISO time/);
});

test("findings and plans come of the report; without scans there are none", async () => {
  const { findings, leftOutCount } = await senseFindings.run({ decision: "soon" }, world);
  assert.deepEqual([findings, leftOutCount], [[], 0]);
});

test("a container is wanted by name, or any is", () => {
  assert.equal(wantsContainer([], undefined)("x"), true);
  assert.equal(wantsContainer([], "host")("host:node-1"), true);
  assert.equal(wantsContainer([], "host")("abc"), false);
  assert.equal(earliestUs("1ms", 5000), 4000);
  assert.equal(earliestUs("", 5000), 0);
});
