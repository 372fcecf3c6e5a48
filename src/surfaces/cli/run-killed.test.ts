/**
 * Tests that a daemon which is killed at any moment ends in the state of one that never was: with
 * real processes, real kills and a file that grows meanwhile.
 */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { openSqliteStore } from "../../adapters/store/sqlite-store.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import { readEvents } from "../../engine/read-events.ts";
import {
  type DaemonAnswer,
  type DaemonProcess,
  startDaemon,
} from "../../testing/daemon-process.ts";

const daemons: DaemonProcess[] = [];
after(() => Promise.all(daemons.map((one) => one.kill())));

function start(words: readonly string[]): DaemonProcess {
  const daemon = startDaemon(words);
  daemons.push(daemon);
  return daemon;
}

const folder = mkdtempSync(join(tmpdir(), "waggle-killed-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The beginning of the recording that ships. */
async function readLines(countMax: number): Promise<readonly string[]> {
  const name = fileURLToPath(new URL("../../../examples/shop/events.jsonl.xz", import.meta.url));
  const pieces: Buffer[] = [];
  let count = 0;
  for await (const chunk of (await createNodeFiles().open(name)).chunks) {
    const piece = Buffer.from(chunk);
    pieces.push(piece);
    for (const byte of piece) if (byte === 0x0a) count += 1;
    if (count > countMax) break;
  }
  return Buffer.concat(pieces).toString("utf8").split("\n").slice(0, countMax);
}

const lines = await readLines(5000);

async function hashOf(state: string): Promise<string> {
  const store = await openSqliteStore(state, "read");
  try {
    return await store.facts.hash();
  } finally {
    await store.close();
  }
}

/** How many events of the lines count: copies do not. */
async function countEvents(): Promise<number> {
  const bytes = new TextEncoder().encode(lines.join("\n"));
  const files = createMemoryFiles(new Map([["all", bytes]]));
  const problems = new ProblemLog();
  const inputs = await readEvents({ files, names: ["all"], problems, onEvent: () => {} });
  return inputs.reduce((sum, { eventCount }) => sum + eventCount, 0);
}

test("killed twenty times while the file grows and rotates, the state is the same", async () => {
  const file = join(folder, "whole.log");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const undisturbed = join(folder, "undisturbed");
  const words = ["--archive", "off", "--scan", "off"];
  const first = start(["--follow", file, "--state", undisturbed, ...words]);
  const wholeCount = await countEvents();
  assert.ok(wholeCount > 1000, String(wholeCount));
  const isWhole = (answer: DaemonAnswer) => answer.eventCount >= wholeCount;
  await first.until(isWhole);
  assert.equal(await first.end(), 0, first.said());

  const grown = join(folder, "grown.log");
  const killed = join(folder, "killed");
  writeFileSync(grown, "");
  const writing = (async () => {
    for (let at = 0; at < lines.length; ) {
      const next = at + 1 + Math.floor(Math.random() * 120);
      const text = `${lines.slice(at, next).join("\n")}\n`;
      // Cut in the midst of a line, as a writer's buffer does.
      const cut = Math.floor(Math.random() * text.length);
      appendFileSync(grown, text.slice(0, cut));
      await sleep(20);
      appendFileSync(grown, text.slice(cut));
      at = next;
      if (Math.random() < 0.03) {
        const time = new Date(1_800_000_000_000 + at * 1000).toISOString().slice(0, 23);
        renameSync(grown, join(folder, `grown-${time.replaceAll(":", "-")}.log`));
        writeFileSync(grown, "");
      }
    }
  })();
  for (let round = 0; round < 20; round++) {
    const daemon = start(["--follow", grown, "--state", killed, ...words]);
    await daemon.address();
    await sleep(Math.random() * 600);
    await daemon.kill();
  }
  await writing;
  const last = start(["--follow", grown, "--state", killed, ...words]);
  await last.until(isWhole);
  assert.equal(await last.end(), 0, last.said());
  assert.equal(await hashOf(killed), await hashOf(undisturbed));
});
