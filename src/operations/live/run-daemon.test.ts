/**
 * Tests of a whole daemon over the reference adapters: `open-daemon.ts`, `run-daemon.ts`,
 * `running-parts.ts`, `resume-observation.ts`, `archive-records.ts`, `keep-recording.ts`,
 * `follow-inbox.ts`, `pump-source.ts`, `../run.ts`.
 */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ProblemLog } from "../../core/event/problem.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { liveDumpVersion } from "../../engine/live-observation.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { MemoryMachine, MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedLines, recordedMessages } from "../../testing/recorded-events.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { observeState } from "../observe-state.ts";
import { run } from "../run.ts";
import type { RunInput } from "./run-settings.ts";

const address = "unix:///t.sock";
const file = "/log/tetragon.log";
const lines = recordedLines("pairs");
const messages = recordedMessages();
const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
const half = 130;

interface Running {
  readonly world: MemoryOutside;
  readonly server: ScriptedSource;
  readonly log: ScriptedSource;
  readonly ended: ReturnType<typeof run.run>;
  end(): ReturnType<typeof run.run>;
}

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.world.ending.abort();
    await one.ended.catch(() => undefined);
  }
});

async function start(
  input: RunInput = { tetragon: [address] },
  machine = new MemoryMachine(),
  prepare: (world: MemoryOutside) => void = () => {},
): Promise<Running> {
  const world = new MemoryOutside(machine);
  const server = new ScriptedSource(`tetragon:${address}`, false);
  const log = new ScriptedSource(`follow:${file}`, true);
  for (const source of [server, log]) world.sources.set(source.name, source);
  prepare(world);
  const ended = run.run({ status: "off", scan: "off", state: "s", ...input }, world.context());
  ended.catch(() => undefined);
  const end = () => {
    world.ending.abort();
    return ended;
  };
  const one = { world, server, log, ended, end };
  running.push(one);
  await world.pass(0);
  return one;
}

function giveFile(source: ScriptedSource, from: number, to: number): void {
  const part = bytes.subarray(from, to);
  source.give({ kind: "bytes", bytes: part, at: { file: "1", offset: from } });
}

async function factCount({ facts }: MemoryMachine["store"]): Promise<number> {
  let count = 0;
  for await (const _ of facts.facts()) count += 1;
  return count;
}

async function keysOf({ store }: MemoryMachine): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const fact of store.facts.facts()) keys.add(factKey(fact));
  return keys;
}

async function archived({ archive }: MemoryMachine): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { source, offset } of archive.openReader().read({})) {
    found.push(`${source} ${offset}`);
  }
  return found;
}

/** What an undisturbed daemon keeps of the same. */
async function undisturbed(input: RunInput, give: (one: Running) => void): Promise<string> {
  const one = await start(input);
  give(one);
  await one.world.pass(3000);
  await one.end();
  return one.world.machine.store.facts.hash();
}

const giveMessages =
  (from: number, to: number) =>
  ({ server }: Running): void =>
    server.give({ kind: "messages", messages: messages.slice(from, to) });

test("facts are put away within a second, and the end leaves nothing", async () => {
  const one = await start();
  const { world } = one;
  const { store } = world.machine;
  giveMessages(0, half)(one);
  await world.pass(800);
  assert.equal(await factCount(store), 0);
  await world.pass(200);
  const early = await factCount(store);
  assert.ok(early > 10);
  giveMessages(half, messages.length)(one);
  await world.pass(10);
  const summary = await one.end();
  assert.ok((await factCount(store)) > early);
  assert.ok(summary.eventCount > half, String(summary.eventCount));
  const { recording } = await observeState("s", world.context(), new ProblemLog());
  assert.equal(recording.eventCount, summary.eventCount);
  assert.deepEqual(
    recording.inputs.map(({ name }) => name),
    [`tetragon:${address}`],
  );
  assert.equal(world.closedCount > 0, true);
  assert.ok(world.log.said("info").includes("waggle ended."));
});

test("a store that refuses loses nothing: what waited is kept later", async () => {
  const expected = await undisturbed({ tetragon: [address] }, giveMessages(0, messages.length));
  const machine = new MemoryMachine();
  const one = await start({ tetragon: [address], status: "127.0.0.1:0" }, machine);
  const { world } = one;
  const ready = async () => {
    const served = world.log.entries.find(({ fields }) => "address" in fields);
    return fetch(`${served?.fields["address"]}/readyz`);
  };
  await world.until(() => world.log.said("info").includes("waggle runs."));
  assert.equal((await ready()).status, 200);
  machine.refusal = new WaggleError("disk-full", "the disk is full");
  giveMessages(0, half)(one);
  await world.pass(2500);
  giveMessages(half, messages.length)(one);
  await world.pass(60_000);
  const refused = await ready();
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /store: the disk is full/);
  const told = world.log.entries.filter(({ level }) => level === "error");
  assert.equal(told.length, 1, "told once, not each time");
  assert.equal(told[0]?.fields["code"], "disk-full");
  machine.refusal = undefined;
  await world.pass(31_000);
  assert.equal((await ready()).status, 200);
  assert.ok(world.log.said("info").includes("The store takes facts again."));
  const served = world.log.entries.find(({ fields }) => "address" in fields);
  const metrics = await (await fetch(`${served?.fields["address"]}/metrics`)).text();
  // 2 s, then twice as long each time up to 30 s.
  const failed = Number(/^waggle_commit_failures_total (\d+)$/m.exec(metrics)?.[1]);
  assert.ok(failed >= 4 && failed <= 6, String(failed));
  await one.end();
  assert.equal(await machine.store.facts.hash(), expected);
});

test("what could not be put away at the end is told, and everything is closed", async () => {
  const one = await start();
  giveMessages(0, half)(one);
  await one.world.pass(2100);
  one.world.machine.refusal = new WaggleError("disk-full", "the disk is full");
  giveMessages(half, half + 50)(one);
  await one.world.pass(10);
  await one.end();
  assert.ok(one.world.log.said("error").includes("What was seen last could not be put away."));
  assert.equal(one.world.closedCount, 1);
});

test("a volatile source is brought forward from the archive, all of it once", async () => {
  const machine = new MemoryMachine();
  const first = await start({ tetragon: [address] }, machine);
  giveMessages(0, half)(first);
  await first.world.pass(2100);
  // Beyond the checkpoint: kept as facts and raw, not as a state.
  await first.world.pass(30_000);
  giveMessages(half, 200)(first);
  await first.world.pass(2100);
  machine.refusal = new WaggleError("disk-full", "gone");
  first.world.ending.abort();
  await first.ended;
  machine.refusal = undefined;
  const second = await start({ tetragon: [address] }, machine);
  const told = second.world.log.entries.find(({ fields }) => "replayed" in fields);
  assert.equal(told?.sentence, "Going on from the last checkpoint.");
  assert.ok(Number(told?.fields["replayed"]) > 0);
  giveMessages(200, messages.length)(second);
  await second.world.pass(2100);
  const { eventCount } = await second.end();
  const records = await archived(machine);
  assert.equal(new Set(records).size, records.length);
  assert.equal(records.length, eventCount);
  const whole = await start();
  giveMessages(0, messages.length)(whole);
  await whole.world.pass(10);
  assert.equal((await whole.end()).eventCount, eventCount);
});

test("a run without the archive in between makes nothing of the archive count twice", async () => {
  const machine = new MemoryMachine();
  const first = await start({ tetragon: [address] }, machine);
  giveMessages(0, half)(first);
  await first.world.pass(10);
  const { eventCount } = await first.end();
  const without = await start({ tetragon: [address], archive: "off" }, machine);
  await without.world.pass(2100);
  await without.end();
  const third = await start({ tetragon: [address] }, machine);
  const told = third.world.log.entries.find(({ fields }) => "replayed" in fields);
  assert.equal(told?.fields["replayed"], 0);
  assert.equal((await third.end()).eventCount, eventCount);
});

test("a file is read on from the checkpoint, and the end is that of one run", async () => {
  const input = { follow: [file] };
  const expected = await undisturbed(input, ({ log }) => giveFile(log, 0, bytes.length));
  const machine = new MemoryMachine();
  const cut = 700_123;
  const first = await start(input, machine);
  giveFile(first.log, 0, cut);
  await first.world.pass(2100);
  await first.end();
  const second = await start(input, machine);
  const [asked] = second.log.asked;
  const offset = Number(asked?.["offset"]);
  assert.ok(offset > 0 && offset <= cut);
  assert.equal(bytes[offset - 1], 0x0a, "it begins with a whole line");
  giveFile(second.log, offset, bytes.length);
  await second.world.pass(2100);
  await second.end();
  assert.equal(await machine.store.facts.hash(), expected);
  const records = await archived(machine);
  assert.equal(new Set(records).size, records.length);
});

test("what a file gave after the last batch is read again, and archived once", async () => {
  const input = { follow: [file] };
  const expected = await undisturbed(input, ({ log }) => giveFile(log, 0, bytes.length));
  const machine = new MemoryMachine();
  const first = await start(input, machine);
  giveFile(first.log, 0, 300_000);
  await first.world.pass(31_000);
  machine.refusal = new WaggleError("disk-full", "full");
  giveFile(first.log, 300_000, 700_123);
  await first.world.pass(2100);
  await first.end();
  machine.refusal = undefined;
  const second = await start(input, machine);
  const offset = Number(second.log.asked[0]?.["offset"]);
  assert.ok(offset <= 300_000);
  giveFile(second.log, offset, bytes.length);
  await second.world.pass(2100);
  await second.end();
  const records = await archived(machine);
  assert.equal(new Set(records).size, records.length);
  assert.equal(await machine.store.facts.hash(), expected);
});

test("a state of another version keeps its facts, says what is missing, and goes on", async () => {
  const machine = new MemoryMachine();
  const input = { follow: [file] };
  const first = await start(input, machine);
  const cut = 700_123;
  giveFile(first.log, 0, cut);
  await first.world.pass(2100);
  await first.end();
  const before = await factCount(machine.store);
  const keysBefore = await keysOf(machine);
  const { facts } = machine.store;
  const { sequence, positions, checkpoint } = await facts.writer("local");
  assert.ok(checkpoint !== undefined);
  await facts.commit({
    ...{ writer: "local", sequence: sequence + 1, timeUs: 1, positions },
    ...{ settled: [], open: [], dropped: [] },
    checkpoint: { ...checkpoint, version: liveDumpVersion + 1 },
  });
  const second = await start(input, machine);
  const sentences = second.world.log.said("info").join("\n");
  assert.match(sentences, /of another version: its facts stay/);
  await second.world.pass(2100);
  const keys = await keysOf(machine);
  assert.deepEqual(
    [...keysBefore].filter((key) => !keys.has(key)),
    [],
    "facts stay",
  );
  const offset = Number(second.log.asked[0]?.["offset"]);
  assert.ok(offset > 0);
  giveFile(second.log, offset, bytes.length);
  await second.world.pass(2100);
  await second.end();
  assert.ok((await factCount(machine.store)) >= before);
  const { facts: seen } = await observeState("s", second.world.context(), new ProblemLog());
  assert.deepEqual(
    seen.losses.filter(({ reason }) => reason === "restart").map(({ detail }) => detail),
    ["the state of what ran could not be taken up after a restart"],
  );
});

test("a source that fails for good ends all in order, and its error is told", async () => {
  const one = await start({ tetragon: [address], follow: [file] });
  giveMessages(0, half)(one);
  await one.world.pass(10);
  one.log.fail(new WaggleError("usage", "the file is a directory"));
  await assert.rejects(one.ended, /the file is a directory/);
  assert.ok((await factCount(one.world.machine.store)) > 10, "what was seen is put away");
  assert.equal(one.world.closedCount, 1);
});

test("a source that heeds no stop is left, and named", async () => {
  const one = await start();
  one.server.isStubborn = true;
  giveMessages(0, half)(one);
  await one.world.pass(10);
  one.world.ending.abort();
  await one.world.pass(7000);
  await one.ended;
  const told = one.world.log.entries.find(
    ({ sentence }) => sentence === "Parts did not end in time.",
  );
  assert.deepEqual(told?.fields["parts"], [`source tetragon:${address}`]);
  assert.ok((await factCount(one.world.machine.store)) > 10);
});

test("an address of status pages that is none closes what was opened", async () => {
  const one = await start({ tetragon: [address], status: "nowhere" });
  await assert.rejects(one.ended, WaggleError);
  assert.equal(one.world.closedCount, 1);
});

test("a sink that is none is refused before anything is read, and the store is free", async () => {
  const one = await start({ tetragon: [address], sink: ["no:where"] });
  await assert.rejects(one.ended, /no:where is no sink/);
  assert.deepEqual(one.server.asked, []);
});

test("gaps and states of a source are told and counted once", async () => {
  const one = await start({ tetragon: [address] }, new MemoryMachine(), ({ sources }) => {
    const source = sources.get(`tetragon:${address}`);
    if (source !== undefined) source.state = "starting";
  });
  await one.world.pass(10);
  assert.deepEqual(one.world.log.said("warn"), [], "a beginning is no trouble");
  one.server.state = "connected";
  one.server.give({ kind: "idle" }, { kind: "idle" });
  await one.world.pass(10);
  one.server.state = "waiting";
  one.server.detail = "refused";
  one.server.give({ kind: "gap", reason: "reconnect", count: 3, detail: "it went" });
  await one.world.pass(10);
  const told = one.world.log.entries.filter(({ fields }) => "source" in fields);
  assert.deepEqual(
    told.map(({ level, sentence }) => [level, sentence]),
    [
      ["info", "The source is connected."],
      ["warn", "Events may be missing."],
      ["warn", "The source is not connected."],
    ],
  );
});

test("a decision in the inbox becomes a note; an inbox that cannot be read is told", async () => {
  const one = await start();
  const { world } = one;
  const letter = {
    version: 1,
    revokes: "",
    note: {
      ...{ id: "n-0123456789abcdef", timeUs: 1, by: "ann", text: "read it", about: ["CVE-1"] },
      revokedUs: 0,
    },
  };
  world.write("s/inbox-n-0123456789abcdef.json", JSON.stringify(letter));
  await world.pass(2100);
  assert.equal((await world.machine.store.notes.all()).length, 1);
  assert.ok(world.log.said("info").includes("A person decided."));
  world.write("s/inbox-n-0123456789abcdee.json", "{}");
  world.write("s/inbox-n-0123456789abcdee.json/x", "a directory cannot be removed");
  await world.pass(10_000);
  const told = world.log.said("error");
  assert.deepEqual(told, ["Decisions of people cannot be taken in; tried again."]);
});
