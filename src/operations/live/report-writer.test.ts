/** Tests of when a daemon asks for a report, with which words, and of reports that fail. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { WaggleError } from "../../ports/waggle-error.ts";
import { MemoryMachine, MemoryOutside, recordedText } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { run } from "../run.ts";
import type { RunInput } from "./run-settings.ts";

const address = "unix:///t.sock";
const messages = recordedMessages();
const worlds: { readonly world: MemoryOutside; readonly ended: Promise<unknown> }[] = [];
afterEach(async () => {
  for (const { world, ended } of worlds.splice(0)) {
    world.ending.abort();
    await ended;
  }
});

async function start(input: RunInput = {}, world = new MemoryOutside()) {
  const source = new ScriptedSource(`tetragon:${address}`, false);
  world.sources.set(source.name, source);
  const given = { tetragon: [address], status: "off", scan: "off" as const, state: "s", ...input };
  const ended = run.run(given, world.context());
  worlds.push({ world, ended });
  await world.pass(0);
  const give = (from: number, to: number) =>
    source.give({ kind: "messages", messages: messages.slice(from, to) });
  return { world, give, ended };
}

/** **Unit**: milliseconds of the clock between the reports that were asked for. */
async function paces(world: MemoryOutside, count: number): Promise<readonly number[]> {
  const atMs: number[] = [];
  for (let known = world.made.length; atMs.length < count; known = world.made.length) {
    await world.until(() => world.made.length > known, 1000);
    atMs.push(world.clock.elapsedMs());
  }
  return atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0));
}

const wordAfter = (words: readonly string[] | undefined, option: string) =>
  words?.[words.indexOf(option) + 1] ?? "";

test("a report is asked for once changes are quiet, with the words of record", async () => {
  const { world, give } = await start({ sink: ["a", "https://b"], settle: "20s" });
  give(0, messages.length);
  await world.pass(20_000);
  assert.equal(world.made.length, 0);
  await world.until(() => world.made.length > 0);
  const [words] = world.made;
  const trigger = wordAfter(words, "--trigger");
  assert.match(trigger, /new workload/);
  assert.deepEqual(words?.slice(0, 6), [
    ...["record", "--state", "s", "--beside", "--format", "json"],
  ]);
  assert.deepEqual(words?.slice(8, -2), ["--sink", "a", "--sink", "https://b"]);
  assert.match(wordAfter(words, "--now"), /^2026-01-01T00:00:2\d/);
  await world.pass(600_000);
  assert.equal(world.made.length, 1, "nothing changed: no other one");
});

test("the configuration that the daemon was given is that of its reports", async () => {
  const world = new MemoryOutside();
  world.settings = { file: "/etc/waggle.yaml", config: {} };
  const { give } = await start({}, world);
  give(0, messages.length);
  await world.until(() => world.made.length > 0);
  assert.equal(wordAfter(world.made[0], "--config"), "/etc/waggle.yaml");
});

test("a report that fails is told and tried again, ever less often", async () => {
  const world = new MemoryOutside();
  world.maker = async () => Promise.reject(new WaggleError("tool-failed", "it was killed"));
  const { give } = await start({ schedule: "off" }, world);
  give(0, messages.length);
  const waits = await paces(world, 6);
  for (const [index, ms] of waits.entries()) {
    const wishedMs = 60_000 * 2 ** index;
    assert.ok(Math.abs(ms - wishedMs) <= 2000, `${index}: ${ms}`);
  }
  assert.ok(world.log.said("error").includes("A report could not be made; tried again."));
  world.maker = async () => recordedText({ changes: [{}] });
  await world.until(() => world.log.said("info").includes("A report was written."));
  const last = world.made.length;
  await world.pass(600_000);
  assert.equal(world.made.length, last);
});

test("an answer that is none counts as a failure and ends nothing", async () => {
  const world = new MemoryOutside();
  const answers = ["", '{"id":1}', recordedText({ changes: [{}] })];
  world.maker = async () => answers.shift() ?? "";
  const { give } = await start({}, world);
  give(0, messages.length);
  await world.until(() => world.log.said("info").includes("A report was written."), 1000);
  assert.equal(world.log.said("error").length, 2);
});

test("what a person decided is told soon, also after reports that told nothing new", async () => {
  const { world } = await start({ settle: "1s" });
  for (const [index, letter] of ["a", "b", "c"].entries()) {
    const id = `n-${letter.repeat(16)}`;
    const note = { id, timeUs: 1, by: "ann", text: "t", about: [], revokedUs: 0 };
    world.write(`s/inbox-${id}.json`, JSON.stringify({ version: 1, revokes: "", note }));
    const asked = world.clock.elapsedMs();
    await world.until(() => world.made.length > index, 1000);
    const waitedMs = world.clock.elapsedMs() - asked;
    assert.ok(waitedMs <= 10_000, `${index}: ${waitedMs}`);
    assert.match(wordAfter(world.made.at(-1), "--trigger"), /decision of a person/);
  }
});

test("a sink that took none is told and counted, the others are not", async () => {
  const world = new MemoryOutside();
  const deliveries = [
    { sink: "good", error: "" },
    { sink: "https://bad", error: "it answered 500" },
  ];
  world.maker = async () => recordedText({ deliveries, previousLost: "it is not kept" });
  const { give } = await start({}, world);
  give(0, messages.length);
  await world.until(() => world.log.said("error").length > 0);
  const errors = world.log.entries.filter(({ level }) => level === "error");
  assert.deepEqual(
    errors.map(({ fields }) => [fields["sink"], fields["why"]]),
    [["https://bad", "it answered 500"]],
  );
  assert.ok(world.log.said("warn").includes("The report before could not be compared."));
});

async function recordedBefore(machine: MemoryMachine, timeUs: number): Promise<void> {
  const report = { id: "r-0", timeUs, trigger: "schedule", body: "{}" };
  await machine.store.history.record({ report, changes: [], findings: [] });
}

test("what an earlier run told is no news after a restart, what it did not tell is", async () => {
  const machine = new MemoryMachine();
  const first = await start({}, new MemoryOutside(machine));
  first.give(0, messages.length);
  await first.world.until(() => first.world.made.length > 0);
  await recordedBefore(machine, first.world.clock.nowUs());
  await first.world.pass(5000);
  first.world.ending.abort();
  await first.ended;
  const second = await start({ schedule: "off" }, new MemoryOutside(machine));
  await second.world.pass(600_000);
  assert.deepEqual(second.world.made, []);

  const other = new MemoryMachine();
  await recordedBefore(other, 1);
  const stopped = await start({}, new MemoryOutside(other));
  stopped.give(0, messages.length);
  await stopped.world.pass(10_000);
  stopped.world.ending.abort();
  await stopped.ended;
  assert.deepEqual(stopped.world.made, [], "it ended before");
  const next = await start({}, new MemoryOutside(other));
  await next.world.until(() => next.world.made.length > 0);
  assert.match(wordAfter(next.world.made[0], "--trigger"), /restart before the report/);
});

test("the schedule counts from the last report, not from the start", async () => {
  const world = new MemoryOutside();
  const hourUs = 3_600_000_000;
  await recordedBefore(world.machine, world.clock.nowUs() - 23 * hourUs);
  const { give } = await start({ schedule: "24h" }, world);
  // Counters of a process that was known say nothing new, but something happened.
  give(0, 1);
  await world.pass(3_000_000);
  const early = world.made.length;
  await world.pass(700_000);
  assert.equal(world.made.length, early + 1);
});
