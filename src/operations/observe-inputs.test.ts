/**
 * Tests of the way from files to facts: `observe-inputs.ts`, `create-folds.ts`,
 * `read-recording.ts`, `add-losses.ts`, `describe-event-file.ts`, `list-containers.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { createClusterView } from "../core/judge/cluster/create-cluster-view.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { readTetragonMetrics } from "../core/observe/tetragon-metrics.ts";
import { createObserver } from "../engine/observe-events.ts";
import { stillContext } from "../testing/still-context.ts";
import { addLosses } from "./add-losses.ts";
import { createFolds } from "./create-folds.ts";
import { describeEventFile } from "./describe-event-file.ts";
import { findContainer, listContainers } from "./list-containers.ts";
import { observeEvents } from "./observe-inputs.ts";
import { windowOf } from "./observe-sources.ts";
import type { OperationContext } from "./operation.ts";
import { readRecording, summarizeEvents } from "./read-recording.ts";
import { resolveSources } from "./sources.ts";

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "fixtures", "cli");
const bytes = new Uint8Array(readFileSync(join(fixtures, "events.jsonl.gz")));
const settings = { file: "", config: {} };
const context: OperationContext = {
  files: createMemoryFiles(new Map([["e.gz", bytes]])),
  scanner: {
    scan: () => Promise.reject(new Error("not here")),
    match: () => Promise.reject(new Error("not here")),
    dataVersion: () => Promise.reject(new Error("not here")),
  },
  now: undefined,
  settings,
  onProgress: () => {},
  ...stillContext,
};
const all = { names: ["e.gz"], since: undefined, until: undefined, onEvent: () => {} };
const noCluster = {
  identities: [],
  policies: [],
  metrics: [],
  view: createClusterView(),
  inputs: [],
};

test("observing events gives facts of every kind that a report stands on", async () => {
  const sources = resolveSources({ events: ["e.gz"] }, settings);
  const request = { sources, cluster: noCluster };
  const { facts, recording } = await observeEvents(request, context, new ProblemLog());
  const [container] = [...facts.containers].filter(({ pod }) => pod !== "");
  assert.ok(container !== undefined);
  assert.ok(facts.fileUses(container.container).length > 10);
  assert.ok(facts.privileges(container.container).length > 0);
  assert.ok(facts.coverage.some(({ sensor }) => sensor === "exec"));
  assert.deepEqual(facts.losses, []);
  assert.equal(recording.eventCount, 388);
  assert.deepEqual(
    createFolds([]).map(({ name }) => name).length,
    new Set(createFolds([]).map(({ name }) => name)).size,
  );
});

test("a bound that is a duration is counted back from the last event", async () => {
  const problems = new ProblemLog();
  const whole = await readRecording(all, context, problems);
  const since = { kind: "before-end", us: 60_000_000 } as const;
  const last = await readRecording({ ...all, since }, context, problems);
  assert.ok(last.eventCount > 0 && last.eventCount < whole.eventCount);
  assert.ok(last.fromUs >= whole.toUs - since.us);
  assert.equal(last.toUs, whole.toUs);
});

test("an input of events is summed up with its times, and described with its types", async () => {
  const recording = await readRecording(all, context, new ProblemLog());
  const [input] = recording.inputs;
  assert.ok(input !== undefined);
  const summary = summarizeEvents(input);
  assert.equal(summary.count, 388);
  assert.equal(summary.details["compression"], "gzip");
  assert.match(String(summary.details["from"]), /^2026-11-22T14:01:33/);
  const described = describeEventFile(input);
  const total = described.types.reduce((sum, { count }) => sum + count, 0);
  assert.equal(total, 388);
  const counts = described.types.map(({ count }) => count);
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => b - a),
  );
});

test("a container is found by any name, and several that fit are an error", async () => {
  const recording = await readRecording(all, context, new ProblemLog());
  const [one] = listContainers(recording, []);
  assert.ok(one !== undefined);
  for (const name of ["redis", "data/redis-0", "data/redis-0/redis", one.id, one.id.slice(0, 6)]) {
    assert.equal(findContainer([one], name), one);
  }
  const other = { ...one, id: "f".repeat(64), pod: "redis-1" };
  assert.throws(() => findContainer([one, other], "redis"), /2 containers; give the id of one/);
  assert.throws(() => findContainer([one], "nginx"), /No container "nginx" among the 1/);
});

test("without pods in the events, who a container is comes from a list", async () => {
  const recording = await readRecording(all, context, new ProblemLog());
  const [input] = recording.inputs;
  assert.ok(input !== undefined);
  const bare = new Map(
    [...input.containers].map(([key, one]) => [
      key,
      { ...one, namespace: "", pod: "", workload: "", containerName: "", containerId: key },
    ]),
  );
  const [key = ""] = [...bare.keys()];
  const identity = {
    ...{ input: "c.tsv", containerId: `${key}00000`, name: "cache", namespace: "data", pod: "" },
    ...{ podUid: "", workloadKind: "", workload: "cache", imageReference: "redis:6" },
    ...{ imageDigest: "", imageId: "", privileged: undefined, hostPid: undefined },
    ...{ hostNetwork: undefined, uid: undefined, addedCapabilities: [], hostMounts: [] },
    mountPaths: [],
    ...{ probeCommands: [], startedUs: 0 },
  };
  const inputs = [{ ...input, containers: bare }];
  const [named] = listContainers({ ...recording, inputs }, [identity]);
  assert.equal(named?.container, "cache");
  assert.equal(named?.image, "redis:6");
});

test("what Tetragon counted as lost is a loss and a problem; a cut file is one too", async () => {
  const recording = await readRecording(all, context, new ProblemLog());
  const facts = new FactSet();
  const problems = new ProblemLog();
  const lost = (count: number) => `tetragon_observer_ringbuf_events_lost_total ${count}\n`;
  const metrics = [lost(0), lost(12)].map((text, index) => readTetragonMetrics(text, `m${index}`));
  const inputs = recording.inputs.map((input) => ({ ...input, cut: "it ends inside of a block" }));
  const observer = createObserver({ folds: [], emit: () => {} });
  addLosses({ facts, recording: { ...recording, inputs }, metrics, observer }, problems);
  const reasons = facts.losses.map(({ reason }) => reason);
  assert.ok(reasons.includes("cut-file"));
  assert.equal(reasons.length, 2);
  assert.ok(facts.losses.every(({ untilUs }) => untilUs >= recording.toUs));
  assert.ok(problems.list().some(({ weight, message }) => weight === "lost" && /12/.test(message)));
});

test("without events the window is that of the listings of processes", () => {
  const none = { fromUs: 0, toUs: 0, eventCount: 0, inputs: [] };
  assert.deepEqual(windowOf(none, [7, 3, 5]), { fromUs: 3, toUs: 7, eventCount: 0 });
  assert.deepEqual(windowOf(none, []), { fromUs: 0, toUs: 0, eventCount: 0 });
  const some = { ...none, fromUs: 1, toUs: 2, eventCount: 9 };
  assert.deepEqual(windowOf(some, [7]), { fromUs: 1, toUs: 2, eventCount: 9 });
});
