/**
 * Tests of operations over the state of a daemon: `record.ts`, `report-at.ts`, `status.ts`,
 * `observe-state.ts`, `state-sources.ts`, `past-sources.ts`, `see-containers.ts`;
 * `live/keep-report.ts`, `live/deliver-report.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { ProblemLog } from "../core/event/problem.ts";
import { MemoryMachine, MemoryOutside } from "../testing/memory-outside.ts";
import { ScriptedSource } from "../testing/scripted-source.ts";
import { readImages } from "./live/images-in-use.ts";
import { observeState, recordingSetting } from "./observe-state.ts";
import { resolvePastSources } from "./past-sources.ts";
import { ps } from "./ps.ts";
import { record } from "./record.ts";
import { report } from "./report.ts";
import { reportAt } from "./report-at.ts";
import { run } from "./run.ts";
import { seenContainers } from "./see-containers.ts";
import { resolveSources } from "./sources.ts";
import { addStateSources } from "./state-sources.ts";
import { status } from "./status.ts";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/cli/${name}`, import.meta.url)));
const bytes = new Uint8Array(gunzipSync(fixture("events.jsonl.gz")));

/** What a daemon leaves that followed a file with scans in its directory. */
async function watched(knowsPolicies = true): Promise<MemoryOutside> {
  const world = new MemoryOutside(new MemoryMachine());
  world.machine.stored.set("s/scans/redis.syft.json.gz", fixture("redis.syft.json.gz"));
  world.machine.stored.set("s/scans/redis.grype.json.gz", fixture("redis.grype.json.gz"));
  if (knowsPolicies) {
    world.machine.stored.set("s/policies/open.yaml", fixture("20-file-open.yaml"));
  }
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  const ended = run.run({ follow: ["f"], state: "s", status: "off", scan: "off" }, world.context());
  await world.pass(0);
  source.give({ kind: "bytes", bytes, at: { file: "1", offset: 0 } });
  await world.pass(2100);
  world.ending.abort();
  await ended;
  return world;
}

const world = await watched();
const context = world.context();

test("ps answers from a state as it does from the events", async () => {
  world.machine.stored.set("events.jsonl", bytes);
  const fromEvents = await ps.run({ events: ["events.jsonl"] }, context);
  const fromState = await ps.run({ state: "s" }, context);
  const known = ({ containers }: typeof fromState) =>
    containers.map(({ id, namespace, pod, container, image }) => {
      return { id, namespace, pod, container, image };
    });
  assert.ok(fromState.containers.length > 0);
  assert.deepEqual(known(fromState), known(fromEvents));
  for (const { id } of fromEvents.containers) {
    const of = async (input: object) =>
      (await ps.run({ container: id, ...input }, context)).processes;
    const processes = await of({ state: "s" });
    assert.ok(processes.length > 0, id);
    assert.deepEqual(processes, await of({ events: ["events.jsonl"] }));
  }
  const host = await ps.run({ container: "host", state: "s" }, context);
  const hostOfEvents = await ps.run({ container: "host", events: ["events.jsonl"] }, context);
  assert.deepEqual(host.processes, hostOfEvents.processes);
  const set = { ...context, settings: { file: "", config: { state: "s" } } };
  assert.deepEqual(await ps.run({}, set), fromState, "a configuration names it too");
});

test("ps of a state takes a window, and says where raw events lack", async () => {
  const early = { state: "s", until: "2001-01-01" };
  const sources = await resolvePastSources(early, context);
  assert.deepEqual([sources.events, sources.until?.kind], [[], "time"]);
  const look = { sources: { ...sources, until: undefined }, identities: [], context };
  const seen = await seenContainers({
    ...{ ...look, probeCommands: new Map(), problems: new ProblemLog() },
  });
  assert.ok(seen.length > 0 && seen.every(({ eventCount }) => eventCount === -1));
  assert.deepEqual((await ps.run(early, context)).containers, []);
  await assert.rejects(ps.run({ ...early, container: "host" }, context), {
    code: "not-found",
    message: /archive has no event of that time/,
  });
  await assert.rejects(ps.run({ state: "s", events: ["events.jsonl"] }, context), {
    code: "usage",
  });
});

test("what a daemon gathered is used beside what is given; given objects stand first", async () => {
  for (const name of ["s/cluster.json", "s/containers.json"]) world.write(name, "[]");
  const sources = resolveSources({ state: "s", sbom: ["x"], policies: ["p"] }, context.settings);
  const found = await addStateSources(sources, context);
  assert.deepEqual(found.sbom, ["x", "s/scans"]);
  assert.deepEqual([found.vulns, found.policies], [["s/scans"], ["p", "s/policies"]]);
  assert.deepEqual([found.k8s, found.containers], [["s/cluster.json"], ["s/containers.json"]]);
  const given = resolveSources({ state: "s", k8s: ["k"] }, context.settings);
  assert.deepEqual((await addStateSources(given, context)).k8s, ["k"]);
  const nowhere = await addStateSources({ ...sources, state: "other" }, context);
  assert.deepEqual([nowhere.sbom, nowhere.k8s], [["x"], []]);
  for (const name of ["s/cluster.json", "s/containers.json"]) world.machine.stored.delete(name);
});

test("record keeps the report, what changed, and which images it spoke of", async () => {
  const made = await record.run({ state: "s", trigger: "first", sink: ["a", "broken:b"] }, context);
  assert.ok(made.findingCount > 0);
  assert.equal(made.changes.length >= made.findingCount, true, "each finding is new");
  assert.deepEqual(made.deliveries, [
    { sink: "a", error: "" },
    { sink: "broken:b", error: "broken:b does not answer" },
  ]);
  const { store } = world.machine;
  const [entry] = await store.history.reports(1);
  assert.deepEqual([entry?.id, entry?.trigger], [made.id, "first"]);
  assert.deepEqual(
    world.delivered.map(({ id, trigger, changes }) => [id, trigger, changes.length]),
    [[made.id, "first", made.changes.length]],
  );
  const images = await readImages(store.settings);
  assert.ok(images?.some(({ reference, sbom }) => /redis/.test(reference) && sbom !== ""));
  await world.pass(60_000);
  const again = await record.run({ state: "s" }, context);
  assert.deepEqual([again.changes, again.previousLost], [[], ""], "nothing changed");
  assert.notEqual(again.id, made.id);
});

test("a sink that is none is refused before anything is kept", async () => {
  const before = (await world.machine.store.history.reports(100)).length;
  await assert.rejects(record.run({ state: "s", sink: ["a", "no:x"] }, context), { code: "usage" });
  assert.equal((await world.machine.store.history.reports(100)).length, before);
  await assert.rejects(record.run({}, context), { code: "usage", message: /--state/ });
});

test("a report of a time is the one that was the latest then", async () => {
  const [later, first] = await world.machine.store.history.reports(2);
  assert.ok(later !== undefined && first !== undefined);
  const at = async (text: string) => JSON.stringify(await reportAt("s", text, context));
  const bodyOf = async (timeUs: number) =>
    JSON.stringify(JSON.parse((await world.machine.store.history.reportAt(timeUs))?.body ?? ""));
  assert.equal(JSON.parse(await at("0s")).findings.length > 0, true);
  const firstTime = new Date(first.timeUs / 1000).toISOString();
  assert.deepEqual(JSON.parse(await at(firstTime)), JSON.parse(await bodyOf(first.timeUs)));
  await assert.rejects(reportAt("s", "2020-01-01", context), { code: "not-found" });
  await assert.rejects(reportAt("s", "yesterday", context), { code: "usage" });
});

test("a directory tells what it holds, without the daemon", async () => {
  const { state, daemon } = await status.run({ state: "s" }, context);
  assert.equal(daemon, null);
  assert.ok(state !== null && state.eventCount > 100 && state.containerCount > 0);
  const [latest] = await world.machine.store.history.reports(1);
  assert.equal(state.latestReportUs, latest?.timeUs);
  const empty = await status.run({ state: "s" }, new MemoryOutside().context());
  assert.deepEqual(
    [empty.state?.eventCount, empty.state?.fromUs, empty.state?.latestReportUs],
    [0, 0, 0],
  );
});

test("a report from the state finds what a report on the file finds", async () => {
  const documents = { sbom: ["s/scans"], vulns: ["s/scans"], policies: ["s/policies"] };
  world.machine.stored.set("f", bytes);
  const fromFile = await report.run({ events: ["f"], ...documents }, context);
  const fromState = await report.run({ state: "s" }, context);
  assert.ok(fromFile.report.findings.length > 0);
  assert.deepEqual(fromState.report.findings, fromFile.report.findings);
  assert.equal(fromState.report.window.eventCount, fromFile.report.window.eventCount);
});

test("policies and metrics that are given to a report count, the daemon had none", async () => {
  const blind = await watched(false);
  blind.machine.stored.set("f", bytes);
  blind.machine.stored.set("open.yaml", fixture("20-file-open.yaml"));
  const counted = (count: number) =>
    new TextEncoder().encode(`tetragon_missed_events_total{msg_op="13"} ${count}\n`);
  blind.machine.stored.set("first.txt", counted(0));
  blind.machine.stored.set("last.txt", counted(7));
  const documents = { sbom: ["s/scans"], vulns: ["s/scans"] };
  const ask = async (more: object) => {
    const fromFile = await report.run({ events: ["f"], ...documents, ...more }, blind.context());
    const fromState = await report.run({ state: "s", ...more }, blind.context());
    assert.deepEqual(fromState.report.findings, fromFile.report.findings);
    // An event that shows no file was not counted for a policy that nobody had described.
    const seen = ({ report: { coverage } }: typeof fromState) =>
      JSON.parse(JSON.stringify(coverage, (key, value) => (key === "eventCount" ? 0 : value)));
    assert.deepEqual(seen(fromState), seen(fromFile));
    const lost = ({ report: { problems } }: typeof fromState) =>
      problems.filter(({ code }) => code.startsWith("lost-"));
    assert.deepEqual(lost(fromState), lost(fromFile));
    return { findings: fromState.report.findings, lost: lost(fromState) };
  };
  const nothing = await ask({});
  const stated = await ask({ policies: ["open.yaml"] });
  const lossy = await ask({
    policies: ["open.yaml"],
    tetragonMetrics: ["first.txt", "last.txt"],
  });
  assert.notDeepEqual(stated.findings, nothing.findings);
  assert.notDeepEqual(lossy.findings, stated.findings);
  assert.deepEqual([stated.lost.length, lossy.lost.length], [0, 1]);
  // What was counted before the daemon was there says nothing of what it saw.
  const dated = "tetragon_events_last_exported_timestamp 1000000000\n";
  const text = `${dated}tetragon_missed_events_total{msg_op="13"} 7\n`;
  blind.machine.stored.set("old.txt", new TextEncoder().encode(text));
  const old = { state: "s", policies: ["open.yaml"], tetragonMetrics: ["old.txt"] };
  const later = (await report.run(old, blind.context())).report;
  assert.deepEqual(later.findings, stated.findings);
});

test("what the state says of its sources is checked", async () => {
  const other = new MemoryOutside();
  await other.machine.store.settings.set(recordingSetting, '{"fromUs":"now"}');
  await assert.rejects(observeState("s", other.context(), new ProblemLog()), {
    code: "state-damaged",
  });
});
