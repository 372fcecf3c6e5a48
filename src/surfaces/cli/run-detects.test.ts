/**
 * Tests that a daemon as a process tells of an attack: served over gRPC as Tetragon does, told to a
 * web server, asked by the command line; killed in between.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Incident } from "../../core/judge/incident/incident.ts";
import { readAttackSlice } from "../../testing/attack-slice.ts";
import { type DaemonProcess, startDaemon } from "../../testing/daemon-process.ts";
import { serveAnswers } from "../../testing/web-server.ts";

const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "waggle-detects-"));
const events = join(folder, "events.jsonl");
writeFileSync(events, `${(await readAttackSlice()).join("\n")}\n`);
const receiver = await serveAnswers([{ status: 200, body: "ok" }]);
const config = join(folder, "waggle.yaml");
const url = `${receiver.origin}/hook`;
writeFileSync(config, `notify:\n  - {name: hook, kind: webhook, url: '${url}', insecure: true}\n`);
const started: { kill(): unknown }[] = [];
after(async () => {
  await Promise.all(started.map((one) => one.kill()));
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(name: string): Promise<string> {
  const file = join(folder, name);
  const words = ["replay", events, "--listen", `unix://${file}`, "--speed", "max"];
  const server = spawn(process.execPath, [main, ...words], { stdio: "ignore" });
  const ended = new Promise((resolve) => server.on("close", resolve));
  started.push({
    kill: () => {
      server.kill("SIGTERM");
      return ended;
    },
  });
  while (!existsSync(file)) await sleep(20);
  return `unix://${file}`;
}

function watch(socket: string, state: string): DaemonProcess {
  const words = ["--tetragon", socket, "--state", state, "--config", config];
  const daemon = startDaemon([...words, "--scan", "off", "--schedule", "off", "--settle", "1h"]);
  started.push(daemon);
  return daemon;
}

async function ask(words: readonly string[]): Promise<{ told: string; said: string }> {
  const child = spawn(process.execPath, [main, ...words]);
  let [told, said] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => {
    told += String(bytes);
  });
  child.stderr.on("data", (bytes: Buffer) => {
    said += String(bytes);
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(status, 0, said);
  return { told, said };
}

interface Told {
  readonly kind: string;
  readonly incident: Pick<Incident, "id" | "severity" | "headline">;
}

const told = (): readonly Told[] => receiver.received.map(({ body }) => JSON.parse(body));

async function untilTold(count: number, { child, said }: DaemonProcess): Promise<void> {
  while (receiver.received.length < count) {
    assert.equal(child.exitCode, null, said());
    await sleep(50);
  }
}

function noted(state: string): string {
  const file = join(state, "told-notices.json");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

test("an attack over gRPC is one open notice, also after a kill; a person closes it", async () => {
  const state = join(folder, "state");
  const socket = await serve("t.sock");
  const first = watch(socket, state);
  await untilTold(1, first);
  const [open] = told();
  assert.ok(open !== undefined);
  assert.equal(open.kind, "open");
  assert.match(open.incident.headline, /Reverse shell/);
  // A kill between the answer and its note would be heard twice: at least once is promised.
  while (!noted(state).includes(open.incident.id)) await sleep(20);
  await first.kill();

  const second = watch(socket, state);
  await second.until(({ sources }) => sources[0]?.state === "connected");
  const asked = await ask(["incidents", "--state", state, "--format", "json"]);
  const ids = JSON.parse(asked.told).incidents.map(({ id }: Incident) => id);
  assert.deepEqual(ids, [open.incident.id]);

  const before = receiver.received.length;
  const { id } = open.incident;
  const words = ["incident", id, "--state", state, "--format", "json"];
  const { told: taken } = await ask([...words, "--acknowledge", "--by", "bob"]);
  assert.equal(JSON.parse(taken).isQueued, true);
  while (!told().some(({ kind }) => kind === "acknowledge")) {
    await untilTold(before, second);
    await sleep(50);
  }
  const held = JSON.parse((await ask(words)).told);
  assert.equal(held.incidents[0].acknowledgement.by, "bob");
  const { told: kept } = await ask([...words, "--close", "--reason", "a drill", "--by", "ann"]);
  const { decision, isQueued } = JSON.parse(kept);
  assert.deepEqual([decision, isQueued], ["closed", true]);
  while (!told().some(({ kind }) => kind === "resolve")) {
    await untilTold(before, second);
    await sleep(50);
  }
  const metrics = await (await fetch(`${await second.address()}/metrics`)).text();
  assert.match(metrics, /^waggle_incidents\{severity="(high|critical)",state="closed"\} 1$/m);
  assert.match(metrics, /^waggle_notices_sent_total\{route="hook"\} [1-9]/m);
  assert.equal(await second.end(), 0, second.said());
  for (const one of ["open", "acknowledge", "resolve"]) {
    assert.equal(told().filter(({ kind }) => kind === one).length, 1, `${one}: once`);
  }
  assert.deepEqual([...new Set(told().map(({ incident }) => incident.id))], [id]);
  const closed = JSON.parse((await ask(words)).told);
  assert.equal(closed.incidents[0].state, "closed");
});
