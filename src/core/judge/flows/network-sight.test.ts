/**
 * Tests what is said of what could not be seen of sockets.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  sampleContainerFact,
  sampleCoverage,
  sampleLoss,
  sampleStartUs,
} from "../../../testing/sample-facts.ts";
import type { Fact } from "../../observe/fact.ts";
import { FactSet } from "../../observe/fact-set.ts";
import { limitsOfSeen, limitsOfWatch } from "../../observe/network-watch.ts";
import { lossesBetween, readTetragonMetrics } from "../../observe/tetragon-metrics.ts";
import { networkSight } from "./network-sight.ts";

const network = (limits: readonly string[], eventCount = 5, policy = "tcp") =>
  sampleCoverage({ sensor: "network", policy, pathPrefixes: [], limits, eventCount });

function sightOf(facts: readonly Fact[], container = sampleContainerFact()) {
  const set = new FactSet();
  for (const fact of facts) set.add(fact);
  return networkSight({ container, facts: set });
}

test("without a network sensor nothing is known, and that is said", () => {
  const sight = sightOf([sampleCoverage()]);
  assert.ok(sight.blind);
  assert.equal(sight.accepts.watch, "no");
  assert.match(sight.limits.join(), /no network sensor/);
});

test("each doing is watched by itself; of two policies the better counts", () => {
  const connects = limitsOfWatch([{ doings: ["connects"], limits: [] }]);
  const alone = sightOf([network(connects)]);
  assert.deepEqual([alone.connects.watch, alone.accepts.watch], ["yes", "no"]);
  assert.ok(alone.limits.includes("accepted connections not watched"));
  assert.ok(alone.limits.includes("received bytes not watched"));
  const accepts = limitsOfWatch([{ doings: ["accepts", "listens"], limits: [] }]);
  const both = sightOf([network(connects), network(accepts, 5, "accepts")]);
  assert.deepEqual([both.connects.watch, both.accepts.watch], ["yes", "yes"]);
});

test("a policy without events, and what no file states, are unknown and not watched", () => {
  assert.equal(sightOf([network([], 0)]).accepts.watch, "unknown");
  const seen = sightOf([network(limitsOfSeen(new Set(["connects"])))]);
  assert.deepEqual([seen.connects.watch, seen.accepts.watch], ["yes", "unknown"]);
  assert.match(seen.limits.join(), /accepted connections never seen/);
});

test("a policy of the container's own namespace watches it; of another not surely", () => {
  const limits = limitsOfWatch([{ doings: ["connects"], limits: ["only pods of namespace shop"] }]);
  assert.equal(sightOf([network(limits)]).connects.watch, "yes");
  const other = sampleContainerFact({ namespace: "web" });
  assert.equal(sightOf([network(limits)], other).connects.watch, "partly");
});

test("recorded: silent return probes take accepts and received bytes, nothing else", () => {
  const read = (when: string) => {
    const file = new URL(`../../../../fixtures/metrics/attacks-dev-${when}.txt`, import.meta.url);
    return readTetragonMetrics(readFileSync(file, "utf8"), when);
  };
  const [start, end] = [read("start"), read("end")];
  const window = { fromUs: start.timeUs, toUs: end.timeUs };
  const container = sampleContainerFact({
    node: "",
    firstSeenUs: window.fromUs,
    lastSeenUs: window.toUs,
  });
  const sight = sightOf([network([]), ...lossesBetween([start, end], window)], container);
  assert.deepEqual(
    [sight.accepts.lossy, sight.receives.lossy, sight.connects.lossy, sight.sends.lossy],
    [true, true, false, false],
  );
  assert.match(sight.limits.join(), /740 calls missed.*is not none/);
});

test("losses of other policies, nodes, times and parts say nothing of sockets", () => {
  const harmless = [
    sampleLoss({ reason: "missed-probes-of-files" }),
    sampleLoss({ node: "node-2" }),
    sampleLoss({ sinceUs: 1, untilUs: 2 }),
    sampleLoss({ reason: "eviction" }),
    sampleLoss({ reason: "detect-eviction" }),
    sampleLoss({ container: "other" }),
  ];
  assert.deepEqual(sightOf([network([]), ...harmless]).limits, []);
  const lost = sightOf([network([]), sampleLoss({ reason: "ring-buffer" })]);
  assert.ok(lost.connects.lossy && lost.accepts.lossy);
  assert.match(lost.limits.join(), /ring-buffer/);
});

test("a container that ran before the sensors had connections that nobody saw opened", () => {
  const late = sampleContainerFact({ fromStart: false, firstSeenUs: sampleStartUs });
  assert.match(sightOf([network([])], late).limits.join(), /before the sensors/);
});
