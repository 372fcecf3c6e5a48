/**
 * Tests of a daemon that detects: `watch-incidents.ts`, `judge-live.ts`, `incident-places.ts`,
 * `tell-people.ts`, `load-detectors.ts`, `end-orphans.ts`; `decide-incident.ts` beside it.
 * Recorded events, the rules that come along, a clock that is turned by hand.
 */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Notice } from "../../ports/notifier.ts";
import { readAttackSlice, readShippedRules } from "../../testing/attack-slice.ts";
import { MemoryMachine, MemoryOutside } from "../../testing/memory-outside.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { readConfig } from "../config.ts";
import { decideIncident } from "../decide-incident.ts";
import type { IncidentDecision } from "../detect/incident-decisions.ts";
import { keepIncidentMemory, readIncidentMemory } from "../detect/incident-memory.ts";
import { incidents } from "../incidents.ts";
import { run } from "../run.ts";
import { keepBackground } from "./incident-background.ts";
import type { RunInput } from "./run-settings.ts";

const lines = await readAttackSlice();
const text = `${lines.join("\n")}\n`;
const bytes = new TextEncoder().encode(text);
const route = "notify:\n  - {name: hook, kind: webhook, url: 'https://receiver.test/x'}\n";

const worlds: { readonly world: MemoryOutside; readonly ended: Promise<unknown> }[] = [];
afterEach(async () => {
  for (const { world, ended } of worlds.splice(0)) {
    world.ending.abort();
    await ended;
  }
});

interface Start {
  readonly machine?: MemoryMachine;
  readonly config?: string;
  readonly input?: RunInput;
}

async function start({ machine, config = route, input = {} }: Start = {}) {
  const world = new MemoryOutside(machine);
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  for (const [name, text] of readShippedRules("rules")) world.machine.stored.set(name, text);
  world.shippedRules = "rules";
  world.write("waggle.yaml", config);
  world.settings = { file: "waggle.yaml", config: readConfig(config, "waggle.yaml") };
  const given = { follow: ["f"], status: "off", scan: "off" as const, state: "s", ...input };
  const ended = run.run(given, world.context());
  worlds.push({ world, ended });
  await world.pass(0);
  const give = (edit = (all: string) => all) => {
    const edited = new TextEncoder().encode(edit(text));
    source.give({ kind: "bytes", bytes: edited, at: { file: "1", offset: 0 } });
  };
  const end = async () => {
    let isOver = false;
    const over = ended.finally(() => {
      isOver = true;
    });
    world.ending.abort();
    await world.until(() => isOver, 100);
    await over;
  };
  return { world, give, end };
}

const kindsOf = ({ notified }: MemoryOutside) => notified.map(({ notice }) => notice.kind);
const openOf = async (world: MemoryOutside) =>
  (await incidents.run({ state: "s" }, world.context())).incidents;

test("an attack is told within three seconds, once, and questions say the same", async () => {
  const { world, give } = await start();
  await world.pass(10_000);
  give();
  const startedMs = world.clock.elapsedMs();
  await world.until(() => world.notified.length > 0, 50);
  assert.ok(world.clock.elapsedMs() - startedMs <= 3000, "by the clock");
  await world.pass(200_000);
  const [{ route: name, notice } = assert.fail("told")] = world.notified;
  assert.deepEqual([name, notice.kind, notice.news], ["hook", "open", []]);
  assert.equal(kindsOf(world).filter((kind) => kind === "open").length, 1);
  assert.match(notice.incident.headline, /^Reverse shell.* in shop\/pydiag/);
  const [asked, ...others] = await openOf(world);
  assert.deepEqual(others, []);
  assert.equal(asked?.id, notice.incident.id);
  assert.equal(asked?.state, "open");
  const factors = asked?.scoreParts.filter(({ kind }) => kind === "times");
  const told = notice.incident.scoreParts.filter(({ kind }) => kind === "times");
  assert.deepEqual(told, factors, "a report would say the same of the place");
  const said = world.log.entries.filter(({ sentence }) => sentence === "An incident began.");
  assert.deepEqual(
    said.map(({ fields }) => fields["incident"]),
    [notice.incident.id],
  );
  const triggers = world.made.map((words) => words[words.indexOf("--trigger") + 1] ?? "");
  assert.ok(
    triggers.some((one) => one.includes("new incident")),
    triggers.join("; "),
  );
});

const factorsOf = (notice: Notice | undefined) =>
  (notice?.incident.scoreParts ?? []).flatMap(({ kind, label }) => (kind === "times" ? label : []));

test("before any report the first notice weighs what was attacked", async () => {
  const { world, give } = await start();
  give((text) => text.replaceAll("shop/pydiag:1.0", "library/vault:1.0"));
  await world.until(() => world.notified.length > 0);
  await world.pass(200_000);
  assert.deepEqual(kindsOf(world), ["open"]);
  const factors = factorsOf(world.notified[0]?.notice);
  assert.ok(
    factors.some((label) => label.startsWith("secrets: shop/pydiag")),
    factors.join(),
  );
});

test("what the report before a restart said weighs in the first notice after it", async () => {
  const first = await start();
  first.give();
  await first.world.until(() => first.world.notified.length > 0);
  const [workload] = first.world.notified[0]?.notice.incident.workloads ?? [];
  assert.ok(workload !== undefined);
  const machine = new MemoryMachine();
  const report = sampleContextReport();
  const [context] = report.workloads;
  assert.ok(context !== undefined);
  const roles = [{ role: "ci", confidence: "high", because: [], evidence: [] }] as const;
  const workloads = [{ ...context, workload, roles }];
  await keepBackground(machine.store.settings, { ...report, workloads });
  const { world, give } = await start({ machine });
  give();
  await world.until(() => world.notified.length > 0);
  const factors = factorsOf(world.notified[0]?.notice);
  assert.ok(
    factors.some((label) => label.startsWith("ci: shop/pydiag")),
    factors.join(),
  );
});

test("after a restart nobody hears it twice, and who did not hear it does", async () => {
  const first = await start();
  first.give();
  await first.world.until(() => first.world.notified.length > 0);
  const { machine } = first.world;
  const [{ notice } = assert.fail("told")] = first.world.notified;
  await first.end();
  const second = await start({
    machine,
    config: `${route}  - {name: late, kind: webhook, url: 'https://receiver.test/y'}\n`,
  });
  await second.world.pass(5000);
  assert.deepEqual(
    second.world.notified.map((one) => [one.route, one.notice.kind, one.notice.incident.id]),
    [["late", "open", notice.incident.id]],
  );
});

test("what was put away and not judged before a crash is told by the next", async () => {
  const first = await start({ config: "" });
  first.give();
  await first.world.until(async () => (await openOf(first.world)).length > 0, 100);
  const { machine } = first.world;
  await machine.store.settings.set("incidents", JSON.stringify({ version: 0 }));
  await first.end();
  await machine.store.settings.set("incidents", "{}");
  const second = await start({ machine });
  await second.world.until(() => second.world.notified.length > 0);
  assert.deepEqual(kindsOf(second.world), ["open"]);
});

test("a person closes an incident beside the daemon, and takes it back", async () => {
  const { world, give } = await start();
  give();
  await world.until(() => world.notified.length > 0);
  const id = world.notified[0]?.notice.incident.id ?? "";
  const context = world.context();
  const decide = (decision: IncidentDecision, words: { reason?: string; by?: string } = {}) =>
    decideIncident.run({ id, state: "s", decision, ...words }, context);
  await assert.rejects(decide("closed"), /a closing needs --reason/);
  await assert.rejects(decide("reopened"), /nobody closed/);
  const closed = await decide("closed", { reason: "a drill", by: "ann" });
  assert.deepEqual([closed.incident.id, closed.by, closed.isQueued], [id, "ann", false]);
  // The store in memory has no lock: what the inbox would bring is there at once.
  await world.pass(61_000);
  assert.deepEqual(kindsOf(world).slice(-1), ["resolve"]);
  assert.deepEqual(world.notified.at(-1)?.notice.news, ["ann closed it: a drill"]);
  assert.deepEqual(
    (await openOf(world)).map(({ state }) => state),
    ["closed"],
  );
  assert.equal((await decide("reopened")).revokes, closed.noteId);
  assert.deepEqual(
    (await openOf(world)).map(({ state }) => state),
    ["open"],
  );
});

test("what was said of an incident is forgotten only once the incident is", async () => {
  const { world, give } = await start();
  const { store } = world.machine;
  give();
  await world.until(() => world.notified.length > 0);
  const id = world.notified[0]?.notice.incident.id ?? "";
  const said = { timeUs: 1, by: "ann", text: "", decision: undefined, revokedUs: 0 };
  const about = (incident: string) => [`incident:${incident}`, "acknowledged"];
  await store.notes.add({ ...said, id: "of-kept", about: about(id) });
  await store.notes.add({ ...said, id: "of-gone", about: about("gone") });
  await world.pass(601_000);
  assert.deepEqual(
    (await store.notes.all()).map((note) => note.id),
    ["of-kept"],
  );
});

test("who has an incident in hand is told once; it still tells of what is new", async () => {
  const first = await start();
  first.give();
  await first.world.until(() => first.world.notified.length > 0);
  await first.world.pass(200_000);
  const toldCount = first.world.notified.length;
  const id = first.world.notified[0]?.notice.incident.id ?? "";
  const context = first.world.context();
  const decide = (decision: IncidentDecision) =>
    decideIncident.run({ id, state: "s", decision, by: "bob" }, context);
  await decide("acknowledged");
  await first.world.pass(200_000);
  const since = () =>
    first.world.notified.slice(toldCount).map(({ notice }) => [notice.kind, notice.news]);
  assert.deepEqual(since(), [["acknowledge", ["bob has it in hand: on it"]]]);
  assert.equal((await openOf(first.world))[0]?.acknowledgement?.by, "bob");
  const { machine } = first.world;
  await first.end();

  const late = "  - {name: late, kind: webhook, url: 'https://receiver.test/y'}\n";
  const second = await start({ machine, config: `${route}${late}` });
  await second.world.pass(10_000);
  assert.deepEqual(
    second.world.notified.map((one) => [one.route, one.notice.kind]),
    [
      ["late", "open"],
      ["late", "acknowledge"],
    ],
  );
  const memory = await readIncidentMemory(machine.store.settings);
  // As if people had been told of less.
  const [told = assert.fail("told")] = memory.told;
  await second.end();
  const less = { ...told, tactics: told.tactics.slice(1) };
  await keepIncidentMemory(machine.store.settings, { ...memory, told: [less] });
  const third = await start({ machine });
  await third.world.until(() => third.world.notified.length > 0);
  assert.equal(kindsOf(third.world)[0], "update");
  assert.match(third.world.notified[0]?.notice.news.join(" ") ?? "", /New tactics/);
});

test("what is quiet for a day of events is closed by itself", async () => {
  const { world, give } = await start();
  give();
  await world.until(() => world.notified.length > 0);
  const later = lines.at(-1)?.replaceAll("2026-11-22T14:3", "2026-11-24T14:3") ?? "";
  const source = world.sources.get("follow:f");
  const more = new TextEncoder().encode(`${later}\n`);
  source?.give({ kind: "bytes", bytes: more, at: { file: "1", offset: bytes.length } });
  await world.until(() => kindsOf(world).includes("resolve"), 1000);
  assert.equal((await openOf(world))[0]?.state, "closed");
});

test("routes are opened again by SIGHUP; one that is deaf is seen and stops nobody", async () => {
  const { world, give } = await start({ config: "" });
  give();
  await world.until(() => world.log.said("info").includes("An incident began."));
  assert.equal(world.notified.length, 0);
  world.deafRoutes.add("deaf");
  const two = `${route}  - {name: deaf, kind: webhook, url: 'https://receiver.test/y'}\n`;
  world.write("waggle.yaml", two);
  world.reload();
  await world.pass(1000);
  assert.ok(world.log.said("info").includes("Routes tell people of incidents."));
  await world.pass(5000);
  assert.deepEqual(
    world.notified.map(({ route: name }) => name),
    ["hook"],
    "whoever comes later hears what is open",
  );
  assert.ok(world.log.said("warn").includes("A notice was not taken; it is tried again."));
});

test("detection that is turned off keeps what it saw; turned on it goes on", async () => {
  const first = await start();
  first.give();
  await first.world.until(() => first.world.notified.length > 0);
  const { machine } = first.world;
  await first.end();
  const before = (await openOf(first.world)).map(({ id }) => id);
  const off = await start({ machine, input: { detect: "off" } });
  await off.world.pass(400_000);
  assert.deepEqual(
    (await openOf(off.world)).map(({ id }) => id),
    before,
  );
  assert.ok(!off.world.log.said("info").includes("Detection rules were read."));
  await off.end();
  const on = await start({ machine });
  await on.world.pass(400_000);
  assert.deepEqual(
    (await openOf(on.world)).map(({ id }) => id),
    before,
  );
  assert.deepEqual(on.world.notified, []);
});

test("a checkpoint of other rules is taken up: facts stay, other rules begin", async () => {
  const first = await start();
  first.give();
  await first.world.until(() => first.world.notified.length > 0);
  const { machine } = first.world;
  await first.end();
  const [before] = await openOf(first.world);
  for (const name of machine.stored.keys()) {
    if (name.startsWith("rules/reverse-shell/")) machine.stored.delete(name);
  }
  const world = new MemoryOutside(machine);
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  world.shippedRules = "rules";
  const given = { follow: ["f"], status: "off", scan: "off" as const, state: "s" };
  worlds.push({ world, ended: run.run(given, world.context()) });
  await world.until(() => world.log.said("info").includes("waggle runs."));
  assert.ok(world.log.said("info").includes("Going on from the last checkpoint."));
  await world.pass(400_000);
  assert.equal((await openOf(world))[0]?.id, before?.id);
  assert.equal((await readIncidentMemory(machine.store.settings)).judged[0]?.id, before?.id);
});
