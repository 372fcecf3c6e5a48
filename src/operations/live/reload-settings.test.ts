/** Tests of SIGHUP: what changes at once, what is told to need a restart, what changes nothing. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { readConfig } from "../config.ts";
import { run } from "../run.ts";
import type { RunInput } from "./run-settings.ts";

const file = "waggle.yaml";
const worlds: { readonly world: MemoryOutside; readonly ended: Promise<unknown> }[] = [];
afterEach(async () => {
  for (const { world, ended } of worlds.splice(0)) {
    world.ending.abort();
    await ended;
  }
});

async function start(config: string, input: RunInput = {}): Promise<MemoryOutside> {
  const world = new MemoryOutside();
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  world.write(file, config);
  world.settings = { file, config: readConfig(config, file) };
  const given = { follow: ["f"], status: "off", scan: "off" as const, state: "s", ...input };
  const ended = run.run(given, world.context());
  worlds.push({ world, ended });
  await world.pass(0);
  return world;
}

async function reload(world: MemoryOutside, config: string): Promise<void> {
  world.write(file, config);
  world.reload();
  await world.pass(100);
}

const read = "The configuration was read again.";
const decision = (reason: string) =>
  `decisions:\n  - {vulnerability: CVE-1, status: accepted, by: ann, until: 2030-01-01, ` +
  `reason: ${reason}}`;

test("sinks and the time to settle change at once, and a decision stirs a report", async () => {
  const world = await start("run: {settle: 10m, sink: [a]}");
  await reload(world, `run: {settle: 1s, sink: [b]}\n${decision("why")}`);
  const told = world.log.entries.find(({ sentence }) => sentence === read);
  assert.deepEqual(told?.fields["changed"], ["sink", "settle"]);
  await world.pass(5000);
  const [words = []] = world.made;
  assert.match(words[words.indexOf("--trigger") + 1] ?? "", /change of the configuration/);
  assert.equal(words[words.indexOf("--sink") + 1], "b");
});

test("what needs a restart is named, and stays as it was", async () => {
  const world = await start("run: {archive: 1h, sink: [a]}");
  await reload(world, "run: {archive: 2h, log-level: debug, kubernetes: true, sink: [a]}");
  const told = world.log.entries.find(({ sentence }) => sentence.includes("need a restart"));
  assert.deepEqual(told?.fields["options"], ["kubernetes", "archive", "log-level"]);
  await reload(world, "run: {archive: 2h, log-level: debug, kubernetes: true, sink: [a]}");
  const again = world.log.entries.filter(({ sentence }) => sentence.includes("need a restart"));
  assert.equal(again.length, 2, "they are told until there is one");
});

test("what the command line says stays before the configuration", async () => {
  const world = await start("run: {settle: 10m}", { settle: "30s" });
  await reload(world, "run: {settle: 1s}");
  const told = world.log.entries.find(({ sentence }) => sentence === read);
  assert.deepEqual(told?.fields["changed"], []);
  await world.pass(60_000);
  assert.equal(world.made.length, 0, "nothing but run: changed");
});

for (const [name, config, why] of [
  ["a misspelt key", "run:\n  settel: 1s\n", /waggle\.yaml:2:3: .*settel/],
  ["a size that is none", "run: {archive-size: many, settle: 1s}", /archive-size takes a size/],
  ["a sink that is none", "run: {sink: ['no:x'], settle: 1s}", /no:x is no sink/],
  ["a policy that is not there", "run: {settle: 1s}\npolicies: [gone.yaml]", /gone\.yaml/],
] as const) {
  test(`${name} changes nothing and is told`, async () => {
    const world = await start("run: {settle: 10m, sink: [a]}");
    await reload(world, config);
    const errors = world.log.entries.filter(({ level }) => level === "error");
    assert.equal(errors.length, 1);
    assert.match(String(errors[0]?.fields["why"]), why);
    await reload(world, `run: {settle: 10m, sink: [a]}\n${decision("x")}`);
    const told = world.log.entries.find(({ sentence }) => sentence === read);
    assert.deepEqual(told?.fields["changed"], [], "it was still the first one");
  });
}

test("a configuration that is gone changes nothing", async () => {
  const world = await start("run: {settle: 10m}");
  world.machine.stored.delete(file);
  world.reload();
  await world.pass(100);
  assert.match(
    String(world.log.entries.find(({ level }) => level === "error")?.fields["why"]),
    /no file/,
  );
});
