/**
 * Holds that a process which is killed loses nothing that it was told was committed.
 * Run by itself with a directory, this file is that process: it commits batches without an end and
 * prints the sequence of each.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import fc from "fast-check";
import { factKey } from "../../core/observe/fact-key.ts";
import { hashOfBatches, sampleBatch } from "../../ports/store.contract.ts";
import type { FactBatch } from "../../ports/store.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const writer = "killed";
const names = Array.from({ length: 40 }, (_, at) => `c${at}`);
const facts = fc.array(arbitraryFact({ containers: names, texts: names }), { maxLength: 60 });

/** No pattern that compresses. */
function noise(length: number): Uint32Array {
  let seed = length;
  return Uint32Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed;
  });
}

/** The same for the same number, in any process. */
function batchOf(sequence: number): FactBatch {
  const [settled = [], open = [], dropped = []] = fc.sample(facts, { seed: sequence, numRuns: 3 });
  const positions = { "follow:/events": { offset: sequence * 100 } };
  // Of one part, or of several.
  const numbers = noise(sequence % 2 === 0 ? 200_000 : sequence % 5000);
  const state = { sequence, numbers };
  const checkpoint = { version: 1, timeUs: sequence, positions, state };
  const batch = { writer, sequence, settled, open, dropped: dropped.map(factKey), positions };
  return sampleBatch(sequence % 3 === 0 ? { ...batch, checkpoint } : batch);
}

async function commitWithoutEnd(directory: string): Promise<never> {
  const store = await openSqliteStore(directory, "write");
  for (let { sequence } = await store.facts.writer(writer); ; ) {
    sequence += 1;
    await store.facts.commit(batchOf(sequence));
    writeSync(1, `${sequence}\n`);
  }
}

const [, , role, directory] = process.argv;
if (role === "commit" && directory !== undefined) await commitWithoutEnd(directory);
else defineTests();

interface Committer {
  readonly process: ChildProcess;
  /** The last sequence that it printed. */
  printed(): number;
  /** Resolves when it has printed so many lines. */
  waitFor(lineCount: number): Promise<void>;
  /** Resolves when it is gone and all it printed was read. */
  kill(): Promise<void>;
}

function startCommitter(folder: string): Committer {
  const child = spawn(process.execPath, [import.meta.filename, "commit", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(lines, "close");
  let last = 0;
  let count = 0;
  lines.on("line", (line) => {
    last = Number(line);
    count += 1;
  });
  return {
    process: child,
    printed: () => last,
    waitFor: async (lineCount) => {
      while (count < lineCount && child.exitCode === null) await once(lines, "line");
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** At a place in a batch that nobody chose. */
async function waitAtRandom(): Promise<void> {
  const turns = Math.floor(Math.random() * 5000);
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
}

function defineTests(): void {
  test("a process that is killed leaves exactly the batches that it committed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waggle-killed-"));
    const batches: FactBatch[] = [];
    for (let round = 0; round < 4; round++) {
      const child = startCommitter(folder);
      await child.waitFor(3 + round * 10);
      await waitAtRandom();
      await child.kill();
      const store = await openSqliteStore(folder, "write");
      const { sequence, positions, checkpoint } = await store.facts.writer(writer);
      // It may have been killed between the commit and the line that tells of it.
      assert.ok([0, 1].includes(sequence - child.printed()), `${sequence}, ${child.printed()}`);
      while (batches.length < sequence) batches.push(batchOf(batches.length + 1));
      assert.equal(await store.facts.hash(), hashOfBatches(batches));
      assert.deepEqual(positions, batches.at(-1)?.positions);
      const last = batches.findLast((batch) => batch.checkpoint !== undefined);
      assert.deepEqual(checkpoint, last?.checkpoint);
      await store.close();
    }
    rmSync(folder, { recursive: true });
  });

  test("another process writes alone, is named, and is read while it goes on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waggle-killed-"));
    const child = startCommitter(folder);
    try {
      await child.waitFor(2);
      await assert.rejects(openSqliteStore(folder, "write"), {
        code: "state-locked",
        message: new RegExp(`process ${child.process.pid} on`),
      });
      const reader = await openSqliteStore(folder, "read");
      const { sequence } = await reader.facts.writer(writer);
      assert.ok(sequence >= 2);
      assert.notEqual(await reader.facts.hash(), hashOfBatches([]));
      await child.waitFor(10);
      assert.ok((await reader.facts.writer(writer)).sequence > sequence);
      await reader.close();
    } finally {
      await child.kill();
    }
    const store = await openSqliteStore(folder, "write");
    await store.close();
    rmSync(folder, { recursive: true });
  });
}
