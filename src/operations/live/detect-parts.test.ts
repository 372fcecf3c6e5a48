/**
 * Tests of parts of a daemon that detects: `end-orphans.ts`, `incident-places.ts`,
 * `judge-live.ts`, `keep-all.ts`, `keep-letter.ts`, `load-detectors.ts`, `tell-people.ts`, and of
 * `detect/keep-decision.ts`, `detect/read-said.ts`. The whole: `watch-incidents.test.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClusterView } from "../../core/judge/cluster/create-cluster-view.ts";
import type { SignalFact } from "../../core/observe/detect/detect-fact.ts";
import { LiveObservation } from "../../engine/live-observation.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { sampleDetector } from "../../testing/sample-detector.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import { sampleIncident, sampleInput, webShellFacts } from "../../testing/sample-incident.ts";
import { sampleNotice } from "../../testing/sample-notice.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { readConfig } from "../config.ts";
import { createFolds } from "../create-folds.ts";
import { keepDecision } from "../detect/keep-decision.ts";
import { readSaid } from "../detect/read-said.ts";
import { EarlyCall } from "./early-call.ts";
import { EarlyPlaces } from "./early-places.ts";
import { endOrphans } from "./end-orphans.ts";
import { keepBackground, noBackground } from "./incident-background.ts";
import { IncidentFacts } from "./incident-facts.ts";
import { IncidentPlaces } from "./incident-places.ts";
import { judgeLive } from "./judge-live.ts";
import { keepAll } from "./keep-all.ts";
import type { KeptBatch } from "./keep-facts.ts";
import { keepLetter } from "./keep-letter.ts";
import { loadDetectors } from "./load-detectors.ts";
import { openDaemon } from "./open-daemon.ts";
import { resolveRun } from "./run-settings.ts";
import { PeopleTeller } from "./tell-people.ts";

async function open(world = new MemoryOutside(), config = "") {
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  world.settings = { file: "waggle.yaml", config: readConfig(config, "waggle.yaml") };
  const settings = resolveRun({ follow: ["f"], state: "s", status: "off" }, world.settings);
  const daemon = await openDaemon(settings, world.context());
  return { world, daemon, ending: new AbortController() };
}

test("detection that takes part no longer ends with all that it saw", async () => {
  const { daemon } = await open();
  const live = {
    ...{ tree: {}, problems: daemon.problems },
    createFolds: () => createFolds([], [sampleDetector(["exec"])]),
  };
  const observation = new LiveObservation(live);
  observation.take("s", { kind: "messages", messages: recordedMessages() });
  const signals = observation.openFacts().filter(({ kind }) => kind === "signal");
  assert.ok(signals.length > 0);
  const dump = structuredClone(observation.dump());
  assert.deepEqual(endOrphans(dump, live), [], "it still takes part");
  const ended = endOrphans(dump, { createFolds: () => createFolds([]) });
  const keys = (all: readonly SignalFact[]) =>
    all.map((one) => `${one.process} ${one.rule}`).sort();
  const endedSignals = ended.filter(({ kind }) => kind === "signal") as readonly SignalFact[];
  assert.deepEqual(keys(endedSignals), keys(signals as readonly SignalFact[]));
});

test("places are read anew after a report, and only then", async () => {
  const { daemon } = await open();
  const places = new IncidentPlaces(daemon);
  assert.deepEqual((await places.get()).background, noBackground);
  const report = sampleContextReport();
  await keepBackground(daemon.store.settings, report);
  assert.deepEqual((await places.get()).background, noBackground);
  daemon.health.count("reports");
  const { background } = await places.get();
  assert.equal(background.contexts.length, report.workloads.length);
  for (const { workload, roles } of report.workloads) {
    assert.deepEqual(
      places.rolesOf(workload),
      roles.map(({ role }) => role),
    );
  }
});

test("a judgement in the daemon is the one over the same facts", () => {
  const known = new IncidentFacts();
  const { signals, processes, steps } = webShellFacts();
  const { containers, coverage } = sampleInput();
  const settled = [...signals, ...processes, ...steps, ...containers, ...coverage];
  known.note({ settled, open: [], dropped: [] });
  const nothing = { identities: [], pins: { addressNames: new Map(), roles: new Map() } };
  const places = { background: noBackground, cluster: createClusterView(), ...nothing };
  const given = { known, early: new EarlyPlaces(), places };
  assert.deepEqual(judgeLive({ ...given, previous: [], nowUs: 0 }), [sampleIncident()]);
});

test("what is put away goes to whoever looks for news, and how far it is is kept", async () => {
  const { world, daemon, ending } = await open();
  const batches: KeptBatch[] = [];
  const ended = keepAll(daemon, (batch) => batches.push(batch), ending.signal);
  daemon.observation.take("follow:f", { kind: "messages", messages: recordedMessages() });
  await world.pass(2000);
  ending.abort();
  await ended;
  assert.ok((batches[0]?.facts.length ?? 0) > 10);
  assert.match((await daemon.store.settings.get("recording")) ?? "", /eventCount/);
});

test("a rule that is wrong is logged with its place; off reads none", async () => {
  const { world, daemon } = await open();
  world.write("site/a.yml", "title: a\nlogsource: {product: linux}\ndetection: {condition: x}\n");
  const calls = { log: daemon.log, urgent: new EarlyCall() };
  const settings = { detect: "auto" as const, rules: ["site"] };
  await loadDetectors(settings, world.context(), calls);
  const [told] = world.log.entries.filter(({ level }) => level === "warn");
  assert.match(String(told?.fields["where"]), /^site\/a\.yml:\d+$/);
  const off = await loadDetectors({ ...settings, detect: "off" }, world.context(), calls);
  assert.deepEqual(off.detectors, []);
  await assert.rejects(loadDetectors({ ...settings, rules: ["no"] }, world.context(), calls), {
    code: "file-not-found",
  });
});

test("a person's word lies before the daemon that holds the store", async () => {
  const { world } = await open();
  const incident = sampleIncident();
  const context = world.context();
  const where = { state: "s", context };
  const closed = await keepDecision(incident, { decision: "closed", reason: "a drill" }, where);
  assert.equal(closed.isQueued, false);
  assert.equal((await readSaid("s", context)).decisions.get(incident.id)?.closing?.text, "a drill");
  const { store } = context.outside.state;
  const locked: typeof context = {
    ...context,
    outside: {
      ...context.outside,
      state: {
        ...context.outside.state,
        store: async (directory, mode) => {
          if (mode === "write") throw new WaggleError("state-locked", "a daemon runs");
          return store(directory, mode);
        },
      },
    },
  };
  const opened = await keepDecision(
    incident,
    { decision: "reopened" },
    { state: "s", context: locked },
  );
  assert.equal(opened.isQueued, true);
  const letters = [...world.machine.stored.keys()].filter((name) => name.includes("inbox-"));
  assert.equal(letters.length, 1);
  const letter = { note: opened.note, revokes: closed.note.id };
  assert.equal(await keepLetter(letter, "s", context), false);
  assert.equal((await readSaid("s", context)).decisions.size, 0);
  assert.deepEqual(await readSaid("", context), { judged: [], decisions: new Map() });
  await assert.rejects(keepDecision(incident, { decision: "reopened" }, where), /nobody closed/);
  await assert.rejects(keepDecision(incident, { decision: "closed" }, where), /needs --reason/);
  const over = { ...incident, state: "closed" } as const;
  await assert.rejects(keepDecision(over, { decision: "acknowledged" }, where), /is closed/);
});

test("notices of before routes are open wait for them; without routes none is kept", async () => {
  const route = "notify:\n  - {name: hook, kind: webhook, url: 'https://receiver.test/x'}\n";
  for (const [config, expected] of [
    [route, ["hook"]],
    ["", []],
  ] as const) {
    const { world, daemon, ending } = await open(new MemoryOutside(), config);
    const people = new PeopleTeller(daemon, () => []);
    await people.take(sampleNotice);
    const ended = people.run(ending.signal);
    await world.pass(1000);
    assert.deepEqual(
      world.notified.map(({ route: name }) => name),
      expected,
    );
    assert.deepEqual([...people.counts().keys()], expected);
    ending.abort();
    await world.pass(5000);
    await ended;
  }
});
