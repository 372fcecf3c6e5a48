/** Tests of single parts of a daemon: what each does where it has nothing to do, or too much. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryArchive } from "../../adapters/archive/memory-archive.ts";
import { MemoryLog } from "../../adapters/log/memory-log.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import { containerKey } from "../../core/observe/container-key.ts";
import { LiveObservation } from "../../engine/live-observation.ts";
import { createStory } from "../../testing/event-story.ts";
import { MemoryMachine, MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { observeState } from "../observe-state.ts";
import { createArchiving } from "./archive-records.ts";
import type { Daemon } from "./daemon.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { deliverReport, openSinks } from "./deliver-report.ts";
import { followCluster } from "./follow-cluster.ts";
import { followInbox } from "./follow-inbox.ts";
import { readImages } from "./images-in-use.ts";
import { keepRecording } from "./keep-recording.ts";
import { keepReport } from "./keep-report.ts";
import { loadLiveOptions } from "./load-live-options.ts";
import { openDaemon } from "./open-daemon.ts";
import { pumpSource } from "./pump-source.ts";
import { resumeObservation } from "./resume-observation.ts";
import { type RunInput, resolveRun } from "./run-settings.ts";
import { RunningParts } from "./running-parts.ts";
import { scanRegularly } from "./scan-regularly.ts";
import { scrapeLosses } from "./scrape-losses.ts";
import { tidyState } from "./tidy-state.ts";
import { watchObjects } from "./watch-objects.ts";

const messages = recordedMessages();
const record = { bytes: new Uint8Array([1, 2, 3, 4]), start: 1, end: 3, line: 1, complete: true };
const limits = { ageUsMax: 1e12, sizeBytesMax: 1e9 };

async function open(input: RunInput = {}, world = new MemoryOutside()) {
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  const settings = resolveRun(
    { follow: ["f"], state: "s", status: "off", ...input },
    world.settings,
  );
  const daemon = await openDaemon(settings, world.context());
  return { world, source, daemon, ending: new AbortController() };
}

test("records go to the archive with whose they are, once and not too early", async () => {
  const archive = new MemoryArchive();
  const writer = archive.openWriter(limits);
  const archiving = createArchiving(writer, new Set(["server"]));
  const story = createStory();
  const containerId = "ab".repeat(32);
  story.exec({ pid: 7, binary: "/a", containerId });
  story.exec({ pid: 8, binary: "/b" });
  const [inside, outside] = story.events;
  assert.ok(inside !== undefined && outside !== undefined);
  archiving.onRecord("server", inside, { ...record, offset: 0 });
  archiving.skipUntil(new Map([["file", 10]]));
  archiving.onRecord("server", inside, { ...record, offset: 1 });
  archiving.onRecord("file", outside, { ...record, offset: 10 });
  archiving.onRecord("file", outside, { ...record, offset: 11 });
  const throttle = { ...inside, type: "throttle", started: true, cgroup: "" } as const;
  archiving.onRecord("file", throttle, { ...record, offset: 12 });
  assert.equal(archiving.sequence, await writer.flush());
  const found: unknown[] = [];
  for await (const one of archive.openReader().read({})) {
    found.push([one.source, one.format, one.offset, one.container, [...one.bytes]]);
  }
  assert.deepEqual(found.slice(0, 2), [
    ["server", "protobuf", 1, containerKey(containerId), [2, 3]],
    ["file", "jsonl", 11, "host:node-1", [2, 3]],
  ]);
  assert.equal(found.length, 3);
});

test("a sink that takes none keeps no other from its own", async () => {
  const world = new MemoryOutside();
  const sinks = await openSinks(["broken:a", "b"], world.context());
  const delivery = { report: sampleContextReport(), id: "r", trigger: "t", changes: [] };
  assert.deepEqual(await deliverReport(delivery, sinks), [
    { sink: "broken:a", error: "broken:a does not answer" },
    { sink: "b", error: "" },
  ]);
  assert.deepEqual(world.delivered, [delivery]);
  await assert.rejects(openSinks(["b", "no:c"], world.context()), { code: "usage" });
});

test("a report that is kept names the images it spoke of", async () => {
  const world = new MemoryOutside();
  const report = sampleContextReport();
  const { store } = world.machine;
  const { id } = await keepReport(store, report, { trigger: "t", context: world.context() });
  assert.equal((await store.history.reports(1))[0]?.id, id);
  const references = (await readImages(store.settings))?.map(({ reference }) => reference);
  assert.ok(references !== undefined && references.length > 0);
  const said = new Set(report.coverage.map(({ image }) => image.reference));
  for (const reference of references) assert.ok(said.has(reference), reference);
});

test("parts that have nothing to do end at once, and hold nobody", async () => {
  const { world, daemon, ending } = await open({ scan: "off" });
  const { log, health } = daemon;
  const { signal } = ending;
  const fail = () => assert.fail("nothing happened");
  await scanRegularly(daemon, fail, signal);
  await watchObjects(daemon, { onChange: fail, onPods: async () => fail() }, signal);
  const scrape = async () => fail();
  const clock = world.clock;
  const calls = { scrape, onLosses: fail, areBrokenNamed: fail };
  await scrapeLosses({ urls: [], clock, log, health, signal, ...calls });
  ending.abort();
  await tidyState(daemon, { onForgotten: async () => fail(), isIncidentKept: fail }, signal);
  await followInbox(daemon, fail, signal);
});

test("a watch that is to end before it began is stopped", async () => {
  const { world, daemon, ending } = await open();
  ending.abort();
  const calls: string[] = [];
  await followCluster({
    watch: {
      ...{
        version: 1,
        start: async () => void calls.push("start"),
        stop: () => calls.push("stop"),
      },
      ...{ snapshot: () => assert.fail("not asked"), tetragonPods: () => [] },
      status: () => ({ state: "synced", detail: "" }),
    },
    ...{ state: "s", files: world.context().files, clock: world.clock, signal: ending.signal },
    ...{ log: daemon.log, health: daemon.health, onChange: async () => {} },
    onLook: async () => {},
  });
  assert.deepEqual(calls, ["start", "stop"]);
});

test("what was read is kept as a report from the state tells it", async () => {
  const { world, daemon } = await open();
  daemon.observation.take("follow:f", { kind: "messages", messages });
  await keepRecording(daemon);
  const { recording } = await observeState("s", world.context(), new ProblemLog());
  assert.equal(recording.eventCount, daemon.observation.eventCount);
  assert.ok(recording.fromUs > 0 && recording.toUs >= recording.fromUs);
});

test("probes of the configuration are those of containers that the state lists", async () => {
  const world = new MemoryOutside();
  const id = "c".repeat(64);
  world.write(
    "s/containers.json",
    JSON.stringify([{ Id: id, Name: "/web", Config: { Image: "i" } }]),
  );
  const probes = [{ container: "web", command: "curl localhost" }];
  world.settings = { file: "w.yaml", config: { probes } };
  const observed = { settings: { state: "s" }, detection: { detectors: [] } };
  const { tree } = await loadLiveOptions(observed, world.context());
  assert.deepEqual([...(tree.probeCommands ?? [])], [[containerKey(id), ["curl localhost"]]]);
});

test("a source is read from where it is to go on, until it ends", async () => {
  const { source, world } = await open();
  const problems = new ProblemLog();
  const observation = new LiveObservation({ createFolds: () => [], tree: {}, problems });
  source.give({ kind: "messages", messages });
  source.stop();
  const [log, health] = [new MemoryLog(), new DaemonHealth()];
  const position = { file: "1", offset: 5 };
  await pumpSource({ source, position, observation, clock: world.clock, log, health });
  assert.deepEqual(source.asked, [position]);
  assert.ok(observation.eventCount > 0);
});

test("after a checkpoint a gap is told of a source that gives nothing again", async () => {
  const { store } = new MemoryMachine();
  const live = { createFolds: () => [], tree: {}, problems: new ProblemLog() };
  const volatileNames = new Set(["server"]);
  const options = { facts: store.facts, writer: "w", live, archive: undefined, volatileNames };
  assert.equal((await resumeObservation(options)).how, "anew");
  const observation = new LiveObservation(live);
  observation.take("server", { kind: "messages", messages: messages.slice(0, 50) });
  observation.stream("follow:file");
  await store.facts.commit({
    ...{ writer: "w", sequence: 1, timeUs: 1, settled: [], open: [], dropped: [] },
    positions: { archive: { sequence: 4 } },
    checkpoint: {
      ...{ version: 1, timeUs: 1, state: structuredClone(observation.dump()) },
      positions: { archive: { sequence: 3 } },
    },
  });
  const resumed = await resumeObservation(options);
  assert.deepEqual([resumed.how, resumed.archivedSequence], ["checkpoint", 3]);
  const losses = (name: string) => resumed.observation.stream(name).losses();
  assert.equal(losses("server")[0]?.reason, "restart");
  assert.deepEqual(losses("follow:file"), [], "it gives everything again");
});

test("the first part that fails ends all, and is the one that is told", async () => {
  const { world, daemon, source, ending } = await open({ scan: "off" });
  const failing: Daemon = { ...daemon, settings: { ...daemon.settings, kubeconfig: "" } };
  const parts = new RunningParts(failing, ending);
  source.give({ kind: "messages", messages });
  await assert.rejects(parts.untilEnded(), /no cluster/);
  assert.equal(ending.signal.aborted, true);
  assert.ok(daemon.observation.eventCount > 0, "what the source had said was taken");
  assert.deepEqual(world.log.said("warn"), []);
});
