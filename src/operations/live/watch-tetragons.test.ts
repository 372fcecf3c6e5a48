/**
 * Tests of the parts that look after Tetragons: `watch-tetragons.ts`, `watch-servers.ts`,
 * `watch-agents.ts`, `look-after-policies.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeControl, loadedPolicy } from "../../testing/fake-control.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { lookAfterPolicies } from "./look-after-policies.ts";
import { openDaemon } from "./open-daemon.ts";
import { openSources } from "./open-sources.ts";
import { pumpSource } from "./pump-source.ts";
import { type RunInput, resolveRun } from "./run-settings.ts";
import { AgentWatch } from "./watch-agents.ts";
import { watchServers } from "./watch-servers.ts";
import { tetragonParts } from "./watch-tetragons.ts";

const address = "unix:///t.sock";

async function open(input: RunInput = {}) {
  const world = new MemoryOutside();
  const source = new ScriptedSource(`tetragon:${address}`, false);
  world.sources.set(source.name, source);
  const given = { tetragon: [address], status: "off", scan: "off" as const, state: "s", ...input };
  const daemon = await openDaemon(resolveRun(given, world.settings), world.context());
  const { observation, log, health } = daemon;
  const pumped = pumpSource({
    ...{ source, observation, log, health },
    ...{ position: undefined, clock: world.clock },
  });
  source.give({ kind: "messages", messages: recordedMessages().slice(0, 50) });
  await world.pass(0);
  const end = async () => {
    world.ending.abort();
    source.stop();
    await pumped;
  };
  return { world, daemon, source, end };
}

test("a policy that does not work is a loss of that policy for as long as it is so", async () => {
  const { world, daemon, end } = await open();
  const broken = loadedPolicy("open-files", { state: "load-error", error: "no such symbol" });
  world.controls.set(address, createFakeControl(address, [loadedPolicy("good"), broken]));
  const ended = watchServers(daemon, world.ending.signal);
  await world.pass(120_000);
  const losses = daemon.observation.takeSettled().filter(({ kind }) => kind === "loss");
  assert.ok(losses.length > 0);
  for (const loss of losses) {
    assert.ok(loss.kind === "loss" && loss.reason === "absence-of-open-files");
    assert.ok(loss.sinceUs > 0 && loss.sinceUs <= loss.untilUs);
  }
  const health = daemon.health.all.find(({ part }) => part === `policies ${address}`);
  assert.equal(health?.ok, false);
  assert.match(health?.detail ?? "", /no such symbol/);
  await end();
  await ended;
});

test("our policies are applied by a process of its own, again after a reconnect", async () => {
  const given = { managePolicies: true, policyChanges: 3, tlsCa: "ca.pem", tlsServerName: "n" };
  const { world, daemon, source, end } = await open(given);
  const steps = [
    { kind: "add", name: "waggle-use-g00000001", outcome: "done", said: "" },
    { kind: "delete", name: "waggle-use-g00000000", outcome: "failed", said: "busy" },
    { kind: "keep", name: "waggle-loader-g00000002", outcome: "done", said: "" },
    { kind: "retry", name: "waggle-udp-g00000003", outcome: "failed", said: "no such symbol" },
  ];
  world.maker = async () => JSON.stringify({ nodes: [{ address, trouble: "", steps }] });
  const ended = lookAfterPolicies(daemon, world.ending.signal);
  await world.pass(10_000);
  assert.equal(world.made.length, 1);
  assert.deepEqual(world.made[0]?.slice(0, 4), ["policy", "apply", "--yes", "--beside"]);
  const words = world.made[0]?.join(" ") ?? "";
  assert.ok(words.includes("--changes-per-hour 3 --tetragon unix:///t.sock"));
  assert.ok(words.includes("--tls-ca ca.pem --tls-server-name n"));
  assert.ok(world.log.said("info").includes("A policy was loaded."));
  assert.ok(world.log.said("warn").includes("A policy could not be taken away."));
  const again = "A policy could not be loaded again after it failed.";
  assert.ok(world.log.said("warn").includes(again));
  await world.pass(270_000);
  assert.equal(world.made.length, 1);
  await world.pass(40_000);
  assert.equal(world.made.length, 2, "each five minutes");
  assert.equal(source.status().state, "connected");
  await end();
  await ended;
});

test("a policy that is given up is told once; after a restart all is tried anew", async () => {
  const { world, daemon, source, end } = await open({ managePolicies: true });
  const refused = { name: "waggle-udp-g00000003", said: "", why: "Tried 10 times." };
  let step: object = { ...refused, kind: "failed", outcome: "failed", again: "never" };
  world.maker = async () => JSON.stringify({ nodes: [{ address, trouble: "", steps: [step] }] });
  const ended = lookAfterPolicies(daemon, world.ending.signal);
  const isAnew = () => world.made.at(-1)?.includes("--anew");
  const isTold = () =>
    world.log.said("warn").filter((one) => one === "A policy is given up.").length;
  const health = () => daemon.health.all.find(({ part }) => part === "policies");
  await world.pass(10_000);
  assert.ok(isAnew(), "a start tries what was refused before");
  await world.pass(310_000);
  assert.deepEqual([world.made.length, isAnew(), isTold()], [2, false, 1]);
  assert.equal(health()?.ok, false);
  assert.match(health()?.detail ?? "", /not tried any more: waggle-udp-g00000003/);
  assert.equal(daemon.health.counted("policies-given-up"), 1);
  step = { ...refused, kind: "add", outcome: "failed" };
  source.give({ kind: "gap", reason: "reconnect", count: 0, detail: "" });
  await world.pass(310_000);
  assert.equal(isAnew(), false, "a connection that was lost is no restart");
  assert.equal(daemon.health.counted("policies-refused"), 1);
  source.give({ kind: "gap", reason: "restart", count: 0, detail: "" });
  await world.pass(310_000);
  assert.deepEqual([isAnew(), isTold()], [true, 1]);
  step = { ...refused, kind: "add", outcome: "done" };
  await world.pass(310_000);
  assert.deepEqual([health()?.ok, daemon.health.counted("policies-refused")], [true, 0]);
  await end();
  await ended;
});

test("nothing is loaded where nobody said so", async () => {
  const { world, daemon, end } = await open();
  await lookAfterPolicies(daemon, world.ending.signal);
  assert.deepEqual(world.made, []);
  await end();
});

test("pods of Tetragon are read while they are there", async () => {
  const { world, daemon, end } = await open({ discover: true });
  const found = new ScriptedSource("tetragon:10.0.0.1:54321", false);
  world.sources.set(found.name, found);
  const begun: string[] = [];
  const agents = new AgentWatch(daemon, ({ name }) => void begun.push(name));
  const pods = [{ node: "a", address: "10.0.0.1:54321" }];
  await agents.look(pods);
  await agents.look(pods);
  assert.deepEqual(begun, [found.name]);
  assert.ok(daemon.sources.includes(found) && daemon.volatileNames.has(found.name));
  await agents.look([]);
  assert.ok(world.log.said("info").includes("A Tetragon is gone."));
  assert.ok(!daemon.sources.includes(found));
  await end();
});

test("each part has a name, and ends at once where it has nothing to do", async () => {
  const { world, daemon, end } = await open();
  const fail = () => assert.fail("nothing happened");
  const parts = tetragonParts(daemon, { onChange: fail, begin: fail }, world.ending.signal);
  assert.deepEqual(
    parts.map(({ name }) => name),
    ["cluster", "servers", "policies", "canaries"],
  );
  for (const { name, work } of parts) if (name !== "servers") await work();
  await end();
});

test("sources are opened as they are named, servers first", async () => {
  const world = new MemoryOutside();
  for (const name of ["follow:a.log", `tetragon:${address}`]) {
    world.sources.set(name, new ScriptedSource(name, name.startsWith("follow:")));
  }
  const settings = resolveRun({ follow: ["a.log"], tetragon: [address] }, world.settings);
  const opened = await openSources(settings, world.context());
  assert.deepEqual(
    opened.map(({ name }) => name),
    [`tetragon:${address}`, "follow:a.log"],
  );
});
