/**
 * Tests of what a daemon does beside reading: `scrape-losses.ts`, `follow-cluster.ts`,
 * `watch-objects.ts`, `load-live-options.ts`, `tidy-state.ts`, `scan-regularly.ts`,
 * `images-in-use.ts`, `daemon-health.ts`.
 */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Fact } from "../../core/observe/fact.ts";
import type { ClusterWatch } from "../../ports/cluster-watch.ts";
import { MemoryMachine, MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { sampleTracked } from "../../testing/sample-history.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { run } from "../run.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { readForgotten } from "./forgotten-log.ts";
import { keepImages, readImages } from "./images-in-use.ts";
import type { RunInput } from "./run-settings.ts";
import { statusSchema } from "./status-pages.ts";

const address = "unix:///t.sock";
const messages = recordedMessages();
const worlds: { readonly world: MemoryOutside; readonly ended: Promise<unknown> }[] = [];
afterEach(async () => {
  for (const { world, ended } of worlds.splice(0)) {
    world.ending.abort();
    await ended;
  }
});

async function start(input: RunInput, world = new MemoryOutside()) {
  const source = new ScriptedSource(`tetragon:${address}`, false);
  world.sources.set(source.name, source);
  const given = { tetragon: [address], status: "off", scan: "off" as const, state: "s", ...input };
  const ended = run.run(given, world.context());
  worlds.push({ world, ended });
  await world.pass(0);
  const give = () => source.give({ kind: "messages", messages });
  return { world, give, ended };
}

async function factsOf<K extends Fact["kind"]>({ store }: MemoryMachine, kind: K) {
  const found: Extract<Fact, { kind: K }>[] = [];
  for await (const fact of store.facts.facts()) {
    if (fact.kind === kind) found.push(fact as Extract<Fact, { kind: K }>);
  }
  return found;
}

function page(second: number, lost: number): string {
  const date = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toUTCString();
  return `Date: ${date}\ntetragon_missed_events_total{msg_op="5"} ${lost}\n`;
}

const lostOf = async (machine: MemoryMachine) =>
  (await factsOf(machine, "loss"))
    .filter(({ reason }) => reason === "kernel")
    .map(({ count }) => count);

test("what the metrics say was lost is kept once, and nothing of before", async () => {
  const world = new MemoryOutside();
  const pages = [page(0, 100), page(15, 107), page(30, 107), page(45, 110)];
  world.pages = () => pages.shift() ?? page(60, 110);
  const { ended } = await start({ tetragonMetrics: ["http://m/metrics"] }, world);
  await world.pass(61_000);
  world.ending.abort();
  await ended;
  assert.deepEqual((await lostOf(world.machine)).toSorted(), [3, 7]);
  const told = world.log.entries.filter(({ sentence }) => sentence === "Tetragon lost events.");
  assert.deepEqual(
    told.map(({ fields }) => fields["count"]),
    [7, 3],
  );
});

test("metrics that do not answer are told once, without secrets", async () => {
  const { world } = await start({
    tetragonMetrics: ["http://me:secret@m:1/x?token=secret#secret"],
  });
  await world.pass(61_000);
  const told = world.log.entries.filter(({ level }) => level === "warn");
  assert.deepEqual(
    told.map(({ sentence, fields }) => [sentence, fields["url"]]),
    [["Metrics do not answer: losses cannot be told.", "http://m:1/x"]],
  );
  world.pages = () => page(100, 1);
  await world.pass(15_000);
  assert.ok(world.log.said("info").includes("Metrics answer again."));
});

class ScriptedCluster implements ClusterWatch {
  version = 1;
  state: "synced" | "syncing" | "failing" = "synced";
  isStarted = false;
  isStopped = false;
  async start(): Promise<void> {
    this.isStarted = true;
  }
  snapshot() {
    const { version } = this;
    const items = [{ version }];
    const json = JSON.stringify({ kind: "List", apiVersion: "v1", items });
    return { version, json, missing: new Map([["ingresses", "forbidden"]]) };
  }
  tetragonPods() {
    return [];
  }
  status() {
    return { state: this.state, detail: this.state === "failing" ? "no API" : "" };
  }
  stop(): void {
    this.isStopped = true;
  }
}

const snapshotOf = ({ machine }: MemoryOutside) =>
  new TextDecoder().decode(machine.stored.get("s/cluster.json"));

test("objects of the cluster are kept when they changed, at most twice a minute", async () => {
  const world = new MemoryOutside();
  const cluster = new ScriptedCluster();
  world.cluster = cluster;
  const { ended } = await start({ kubernetes: true }, world);
  await world.pass(100);
  assert.match(snapshotOf(world), /"version":1/);
  cluster.version = 2;
  await world.pass(20_000);
  assert.match(snapshotOf(world), /"version":1/);
  await world.pass(12_000);
  assert.match(snapshotOf(world), /"version":2/);
  await world.until(() => world.made.length > 0);
  assert.match(world.made[0]?.join(" ") ?? "", /changes? of cluster objects/);
  cluster.state = "failing";
  cluster.version = 3;
  await world.pass(60_000);
  assert.match(snapshotOf(world), /"version":2/, "the last that was whole stays");
  assert.ok(
    world.log.said("warn").some((said) => said.startsWith("The cluster cannot be watched")),
  );
  world.ending.abort();
  await ended;
  assert.ok(cluster.isStopped);
});

test("a snapshot that cannot be written ends nothing, and is written later", async () => {
  const world = new MemoryOutside();
  world.cluster = new ScriptedCluster();
  world.write("s/cluster.json/x", "in the way");
  await start({ kubernetes: true }, world);
  await world.pass(61_000);
  assert.deepEqual(world.log.said("error"), ["The cluster's objects cannot be kept; tried again."]);
  world.machine.stored.delete("s/cluster.json/x");
  await world.pass(31_000);
  assert.match(snapshotOf(world), /"version":1/);
});

test("policies that cannot be read when the cluster changed end nothing", async () => {
  const world = new MemoryOutside();
  const cluster = new ScriptedCluster();
  world.cluster = cluster;
  world.settings = { file: "w.yaml", config: { policies: ["gone.yaml"] } };
  world.write("gone.yaml", "");
  const { ended } = await start({ kubernetes: true }, world);
  await world.pass(100);
  world.machine.stored.delete("gone.yaml");
  cluster.version = 2;
  await world.pass(61_000);
  assert.ok(world.log.said("error").includes("The cluster's objects cannot be kept; tried again."));
  world.ending.abort();
  await ended;
});

const dayUs = 86_400e6;

async function forgetting(retention: string, ageDays: number): Promise<readonly Fact[]> {
  const world = new MemoryOutside();
  const { give, ended } = await start({ retention }, world);
  give();
  await world.pass(2100);
  const [event] = (await factsOf(world.machine, "coverage")).map(({ untilUs }) => untilUs);
  const oldUs = Math.min(event ?? 0, world.clock.nowUs()) - ageDays * dayUs;
  const [container] = await factsOf(world.machine, "container");
  assert.ok(container !== undefined);
  const old = { ...container, container: "f".repeat(31), containerId: "f".repeat(64) };
  await world.machine.store.facts.commit({
    ...{ writer: "other", sequence: 1, timeUs: 1, positions: {}, open: [], dropped: [] },
    settled: [{ ...old, firstSeenUs: oldUs, lastSeenUs: oldUs, startedUs: 0, ended: true }],
  });
  await world.pass(601_000);
  world.ending.abort();
  await ended;
  const left = await factsOf(world.machine, "container");
  return left.filter((fact) => fact.container === old.container);
}

test("containers long gone are forgotten, unless everything is kept", async () => {
  assert.equal((await forgetting("30d", 31)).length, 0);
  assert.equal((await forgetting("30d", 29)).length, 1);
  assert.equal((await forgetting("off", 3000)).length, 1);
});

test("findings that ended long ago are forgotten, counted and told", async () => {
  const world = new MemoryOutside();
  const { store } = world.machine;
  const eventUs = Date.UTC(2026, 11, 1) * 1000;
  world.clock.set(eventUs);
  const endedUs = eventUs - 401 * dayUs;
  const old = { state: "fixed" as const, changedUs: endedUs, lastReportedUs: endedUs };
  const late = { ...old, changedUs: eventUs - 399 * dayUs };
  const findings = [sampleTracked("old", old), sampleTracked("late", late), sampleTracked("open")];
  const record = { id: "r", timeUs: eventUs - 40 * dayUs, trigger: "", body: "{}" };
  await store.history.record({ report: record, findings, changes: [] });
  const latest = { ...record, id: "s", timeUs: eventUs };
  await store.history.record({ report: latest, findings: [], changes: [] });
  const { give, ended } = await start({ status: "127.0.0.1:0" }, world);
  give();
  await world.pass(601_000);
  const left = [];
  for await (const { id } of store.history.findings()) left.push(id);
  assert.deepEqual(left.toSorted(), ["late", "open"]);
  const { counts, reportsBeforeUs } = await readForgotten(store.settings);
  assert.deepEqual([counts.findings, counts.reports], [1, 1]);
  assert.ok(reportsBeforeUs > record.timeUs);
  const address = String(
    world.log.entries.find(({ fields }) => "address" in fields)?.fields["address"],
  );
  const metrics = await (await fetch(`${address}/metrics`)).text();
  assert.match(metrics, /^waggle_forgotten_total\{kind="findings"\} 1$/m);
  assert.match(metrics, /^waggle_forgotten_total\{kind="reports"\} 1$/m);
  const status = statusSchema.parse(await (await fetch(`${address}/status`)).json());
  assert.ok(status.forgotten.some(({ kind, count }) => kind === "findings" && count === 1));
  const said = world.log.entries.find(({ sentence }) => /was forgotten/.test(sentence));
  assert.equal(said?.fields["findings"], 1);
  world.ending.abort();
  await ended;
});

test("a clock of events that is ahead makes nothing old", async () => {
  const world = new MemoryOutside();
  const { give } = await start({ retention: "1d", archive: "1h" }, world);
  // Events are of late 2026, the clock of this machine of long before.
  world.clock.set(Date.UTC(2025, 0, 1) * 1000);
  give();
  await world.pass(2100);
  const before = (await factsOf(world.machine, "container")).length;
  const oldUs = Date.UTC(2025, 0, 1) * 1000 - dayUs / 2;
  const [container] = await factsOf(world.machine, "container");
  assert.ok(container !== undefined);
  await world.machine.store.facts.commit({
    ...{ writer: "other", sequence: 1, timeUs: 1, positions: {}, open: [], dropped: [] },
    settled: [{ ...container, container: "e".repeat(31), lastSeenUs: oldUs, ended: true }],
  });
  await world.pass(601_000);
  assert.equal((await factsOf(world.machine, "container")).length, before + 1);
});

test("images of the last report are scanned, and a scan stirs a report", async () => {
  const world = new MemoryOutside();
  const scanned: string[] = [];
  world.scanner = {
    ...world.scanner,
    scan: async ({ target, outputDirectory, name }) => {
      scanned.push(target);
      for (const kind of ["syft", "grype"])
        world.write(`${outputDirectory}/${name}.${kind}.json`, "{}");
      return { sbomFile: "a", vulnerabilitiesFile: "b", toolVersions: {} };
    },
  };
  await start({ scan: "auto", settle: "1s" }, world);
  await world.pass(31_000);
  assert.deepEqual(scanned, [], "no report yet");
  const image = { reference: "docker.io/library/redis:7", digest: "", sbom: "", scan: "" };
  await keepImages(world.machine.store.settings, [image]);
  assert.deepEqual(await readImages(world.machine.store.settings), [image]);
  await world.pass(31_000);
  assert.deepEqual(scanned, [image.reference]);
  await world.until(() => world.made.length > 0);
  assert.match(world.made[0]?.join(" ") ?? "", /scans? that changed/);
});

test("images that another version kept are as none", async () => {
  const { settings } = new MemoryMachine().store;
  await settings.set("images", '[{"name":"x"}]');
  assert.equal(await readImages(settings), undefined);
});

test("health tells changes only, and holds a bound", () => {
  const health = new DaemonHealth();
  assert.equal(health.note("store", true, "", 1), false, "well from the start is no news");
  assert.equal(health.note("store", false, "full", 2), true);
  assert.equal(health.note("store", false, "still full", 3), false);
  assert.deepEqual(health.all, [{ part: "store", ok: false, detail: "still full", sinceUs: 2 }]);
  assert.equal(health.note("store", true, "", 4), true);
  for (let i = 0; i < 2000; i++) {
    health.note(`p${i}`, true, "", 1);
    health.noteLoss(`r${i}`, 1);
  }
  assert.equal(health.all.length, 1000);
  assert.equal(health.losses.length, 100);
});
