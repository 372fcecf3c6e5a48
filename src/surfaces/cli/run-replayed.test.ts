/**
 * Tests that a daemon which watches a recording over gRPC finds what a report on the file finds:
 * with real processes, undisturbed, and killed again and again while the recording is served.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Report } from "../../core/report/report.ts";
import { type DaemonProcess, startDaemon } from "../../testing/daemon-process.ts";

const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
const story = fileURLToPath(new URL("../../../fixtures/stories/base-image-fix", import.meta.url));
const events = join(story, "events.jsonl.xz");
const folder = mkdtempSync(join(tmpdir(), "waggle-replayed-"));
const socket = `unix://${join(folder, "t.sock")}`;
const started: { kill(): unknown }[] = [];
after(async () => {
  await Promise.all(started.map((one) => one.kill()));
  rmSync(folder, { recursive: true, force: true });
});

function watch(state: string): DaemonProcess {
  const words = ["--tetragon", socket, "--state", state, "--scan", "off", "--schedule", "off"];
  const daemon = startDaemon([...words, ...config]);
  started.push(daemon);
  return daemon;
}

async function serve(): Promise<void> {
  const words = ["replay", events, "--listen", socket, "--speed", "max"];
  const server = spawn(process.execPath, [main, ...words], { stdio: "ignore" });
  const ended = new Promise((resolve) => server.on("close", resolve));
  started.push({
    kill: () => {
      server.kill("SIGTERM");
      return ended;
    },
  });
  while (!existsSync(join(folder, "t.sock"))) await sleep(20);
}

async function report(words: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [main, "report", "--format", "json", ...words]);
  const pieces: Buffer[] = [];
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => pieces.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => {
    said += String(bytes);
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(status, 0, said);
  return JSON.parse(Buffer.concat(pieces).toString("utf8"));
}

const config = ["--config", join(story, "waggle.yaml")];

test("what is watched over gRPC gives the findings of the file, killed or not", async () => {
  const expected = await report(config);
  assert.ok(expected.findings.length > 0);
  const { eventCount } = expected.window;
  await serve();
  for (const [name, killCount] of [
    ["undisturbed", 0],
    ["killed", 20],
  ] as const) {
    const state = join(folder, name);
    for (let round = 0; round < killCount; round++) {
      const daemon = watch(state);
      await daemon.address();
      await sleep(Math.random() * 400);
      await daemon.kill();
    }
    const last = watch(state);
    await last.until((answer) => answer.eventCount >= eventCount);
    assert.equal(await last.end(), 0, last.said());
    const found = await report(["--state", state, ...config]);
    assert.deepEqual(found.findings, expected.findings, name);
    assert.equal(found.window.eventCount, eventCount, name);
  }
});
