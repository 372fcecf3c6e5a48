/**
 * Measures a daemon that reads one file of events over gRPC into a state of its own.
 * In: the file, how fast it is sent. Out: what reading took, what was lost, what was written.
 */
import { rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { median } from "../print-ratios.ts";
import type { Writes } from "./count-writes.ts";
import type { EventFile } from "./make-events.ts";
import {
  type Answer,
  type Daemon,
  drain,
  lostOf,
  type Place,
  settle,
  startDaemon,
  startServer,
} from "./run-daemon.ts";

export interface StreamPlan {
  readonly events: EventFile;
  readonly speed: string;
  /** **Unit**: seconds after the start that are not measured. */
  readonly warmSeconds: number;
  readonly words: readonly string[];
}

/** What one run took. */
export interface Streamed {
  /** Handled while it was measured. */
  readonly events: number;
  /** Dropped because they came faster than they were handled. */
  readonly lost: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly childSeconds: number;
  /** Median of what was seen each half second. */
  readonly residentBytes: number;
  readonly residentBytesMax: number;
  readonly reports: number;
  /** Of all commits while it was measured; milliseconds of the clock. */
  readonly commitMs: readonly number[];
  readonly kept: Kept;
}

/** What is there when all was read, and how often it was written until then. */
export interface Kept {
  readonly events: number;
  readonly writes: Writes;
  readonly writtenFacts: number;
  readonly rowsByKind: Readonly<Record<string, number>>;
  readonly storeBytes: number;
  readonly archiveBytes: number;
}

const sampleMs = 500;

/** Runs once; the state is left for whoever goes on with it. */
export async function measureStream(
  place: Place,
  state: string,
  { events, speed, warmSeconds, words }: StreamPlan,
): Promise<Streamed> {
  rmSync(state, { recursive: true, force: true });
  rmSync(join(place.folder, "writes.json"), { force: true });
  const server = await startServer(place, events.file, speed);
  const daemon = startDaemon(place, state, ["--tetragon", server.address, ...words]);
  try {
    await daemon.line("waggle runs.");
    await sleep(warmSeconds * 1000);
    const before = { answer: await daemon.status(), usage: daemon.usage() };
    const startedMs = daemon.elapsedMs();
    const sampling = new AbortController();
    const samples = sample(daemon, sampling.signal);
    await server.served();
    const { answer, atMs } = await drain(daemon);
    if (warmSeconds === 0) await settle(daemon);
    const usage = daemon.usage();
    sampling.abort();
    return {
      events: answer.eventCount - before.answer.eventCount,
      lost: lostOf(answer),
      wallSeconds: (atMs - startedMs) / 1000,
      cpuSeconds: usage.ownSeconds - before.usage.ownSeconds,
      childSeconds: usage.childSeconds - before.usage.childSeconds,
      residentBytes: median(await samples),
      residentBytesMax: usage.residentBytesMax,
      reports: answer.reportCount,
      commitMs: daemon.log
        .filter(({ msg, atMs: saidMs }) => msg === "Facts were put away." && saidMs >= startedMs)
        .map(({ ms }) => Number(ms)),
      kept: await readKept(daemon, answer),
    };
  } finally {
    await daemon.end();
    await server.end();
  }
}

async function sample(daemon: Daemon, signal: AbortSignal): Promise<readonly number[]> {
  const seen: number[] = [];
  while (!signal.aborted) {
    seen.push(daemon.usage().residentBytes);
    await sleep(sampleMs);
  }
  return seen;
}

async function readKept(daemon: Daemon, { eventCount }: Answer): Promise<Kept> {
  const { storeBytes, writtenFactCount } = await daemon.status();
  const writes = daemon.writes();
  const store = await openSqliteStore(daemon.state, "read");
  const rowsByKind: Record<string, number> = {};
  for await (const { kind } of store.facts.facts()) rowsByKind[kind] = (rowsByKind[kind] ?? 0) + 1;
  await store.close();
  const archiveBytes = await sizeOf(join(daemon.state, "archive"));
  const sizes = { storeBytes, archiveBytes };
  return { events: eventCount, writes, writtenFacts: writtenFactCount, rowsByKind, ...sizes };
}

/** Of all files in a directory; 0 when there is none. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.reduce((sum, name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (found?.isFile() ? found.size : 0);
  }, 0);
}
