/**
 * Measures a daemon that reads one file of events over gRPC into a state of its own.
 * In: the file, how fast it is sent, which part of it only fills the state. Out: what reading took,
 * what was lost, what was written, before the state was full and from then on.
 */
import { rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { median } from "../print-ratios.ts";
import type { Writes } from "./count-writes.ts";
import { machinePace } from "./machine-pace.ts";
import {
  type Answer,
  type Daemon,
  drain,
  lostOf,
  type Place,
  type Server,
  settle,
  startDaemon,
  startServer,
} from "./run-daemon.ts";

export interface StreamPlan {
  readonly file: string;
  readonly speed: string;
  /** What comes first, and only fills the state. */
  readonly filling?: Filling;
  /** So many events are measured by themselves: V8 compiles meanwhile what it will run for good. */
  readonly firstCount?: number;
  readonly words: readonly string[];
}

export interface Filling {
  readonly count: number;
  readonly seconds: number;
  /** Nothing comes for so long behind it: enough to put all of it away. */
  readonly pauseSeconds: number;
  /** In these, after the pause, processor and memory are not looked at yet. */
  readonly quietSeconds: number;
}

/** What events took. */
export interface Taken {
  /** Handled while it was measured. */
  readonly events: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** What one run took, but for its first events. */
export interface Streamed extends Taken {
  /** They; of no event where none are measured by themselves. */
  readonly first: Taken;
  /** In the whole run: dropped because they came faster than they were handled. */
  readonly lost: number;
  readonly childSeconds: number;
  /** Of what was seen each half second. */
  readonly residentBytes: number;
  readonly residentBytesMost: number;
  /** In the whole run, as the system tells it. */
  readonly residentBytesMax: number;
  readonly reports: number;
  /** Of the machine meanwhile: `machinePace`, the median. */
  readonly pace: number;
  /** Of all commits while it was measured; milliseconds of the clock. */
  readonly commitMs: readonly number[];
  readonly kept: Kept;
}

/** What is there when all was read, and how often it was written until then. */
export interface Kept {
  readonly events: number;
  /** Until the state was full. */
  readonly filling: Writes;
  readonly writes: Writes;
  readonly rowsByKind: Readonly<Record<string, number>>;
  readonly storeBytes: number;
  readonly archiveBytes: number;
}

const sampleMs = 500;
/** **Unit**: samples from one look at the pace of the machine to the next. */
const paceEvery = 10;

/** Runs once; leaves nothing behind. */
export async function measureStream(place: Place, plan: StreamPlan): Promise<Streamed> {
  const state = join(place.folder, "stream-state");
  rmSync(state, { recursive: true, force: true });
  const server = await startServer(place, plan.file, plan.speed);
  const words = ["--tetragon", server.address, ...plan.words];
  // Counting is work of the daemon too: where all is measured from the first event, it is left out.
  const countsWrites = plan.filling !== undefined;
  const daemon = startDaemon(place, { state, words, countsWrites });
  try {
    await daemon.line("waggle runs.");
    return await measure(daemon, server, plan);
  } finally {
    await daemon.end();
    await server.end();
    rmSync(state, { recursive: true, force: true });
  }
}

async function measure(daemon: Daemon, server: Server, plan: StreamPlan): Promise<Streamed> {
  const { filling } = plan;
  const full = filling === undefined ? noWrites : await fill(daemon, server, filling);
  const start = markOf(daemon, await daemon.status());
  const sampling = new AbortController();
  const samples = sample(daemon, sampling.signal);
  const before = await passFirst(daemon, plan.firstCount ?? 0);
  const startedMs = before.atMs;
  await server.served();
  const { answer, atMs } = await drain(daemon);
  // At full speed the writing of what came last is part of the work.
  if (filling === undefined) await settle(daemon, atMs);
  const usage = daemon.usage();
  sampling.abort();
  if (filling !== undefined) await settle(daemon, atMs);
  const seen = await samples;
  return {
    ...takenFrom(before, { ...markOf(daemon, answer), atMs, usage }),
    first: takenFrom(start, before),
    lost: lostOf(answer),
    childSeconds: usage.childSeconds - before.usage.childSeconds,
    residentBytes: median(seen.residentBytes),
    residentBytesMost: Math.max(...seen.residentBytes),
    pace: median(seen.paces),
    residentBytesMax: usage.residentBytesMax,
    reports: answer.reportCount,
    commitMs: daemon.log
      .filter(({ msg, atMs: saidMs }) => msg === "Facts were put away." && saidMs >= startedMs)
      .map(({ ms }) => Number(ms)),
    kept: { ...(await readKept(daemon, answer.eventCount)), filling: full },
  };
}

/** How far it is at a moment, and what that took. */
interface Mark {
  readonly eventCount: number;
  readonly atMs: number;
  readonly usage: ReturnType<Daemon["usage"]>;
}

function markOf(daemon: Daemon, { eventCount }: Answer): Mark {
  return { eventCount, atMs: daemon.elapsedMs(), usage: daemon.usage() };
}

function takenFrom(from: Mark, to: Mark): Taken {
  return {
    events: to.eventCount - from.eventCount,
    wallSeconds: (to.atMs - from.atMs) / 1000,
    cpuSeconds: to.usage.ownSeconds - from.usage.ownSeconds,
  };
}

async function passFirst(daemon: Daemon, count: number): Promise<Mark> {
  for (;;) {
    const answer = await daemon.status();
    if (answer.eventCount + lostOf(answer) >= count) return markOf(daemon, answer);
    await sleep(lookEveryMs);
  }
}

const noWrites: Writes = { byKind: {}, commits: 0 };
const lookEveryMs = 100;

/** Gives what was written of it, and waits until the rest is looked at. */
async function fill(daemon: Daemon, server: Server, filling: Filling): Promise<Writes> {
  const { count, seconds, pauseSeconds, quietSeconds } = filling;
  await server.asked();
  const askedMs = daemon.elapsedMs();
  const restMs = (from: number) => askedMs + 1000 * (seconds + from) - daemon.elapsedMs();
  const isHandled = async () => {
    const answer = await daemon.status();
    return answer.eventCount + lostOf(answer) >= count;
  };
  while (restMs(pauseSeconds / 2) > 0 && !(await isHandled())) await sleep(lookEveryMs);
  await settle(daemon, daemon.elapsedMs(), restMs(pauseSeconds));
  const written = daemon.writes();
  await sleep(Math.max(0, restMs(pauseSeconds + quietSeconds)));
  return written;
}

interface Seen {
  readonly residentBytes: number[];
  readonly paces: number[];
}

async function sample(daemon: Daemon, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { residentBytes: [], paces: [] };
  for (let at = 0; !signal.aborted; at += 1) {
    seen.residentBytes.push(daemon.usage().residentBytes);
    if (at % paceEvery === 0) seen.paces.push(machinePace());
    await sleep(sampleMs);
  }
  return seen;
}

async function readKept(daemon: Daemon, events: number): Promise<Omit<Kept, "filling">> {
  const { storeBytes } = await daemon.status();
  const writes = daemon.writes();
  const store = await openSqliteStore(daemon.state, "read");
  const rowsByKind: Record<string, number> = {};
  for await (const { kind } of store.facts.facts()) rowsByKind[kind] = (rowsByKind[kind] ?? 0) + 1;
  await store.close();
  const archiveBytes = await sizeOf(join(daemon.state, "archive"));
  return { events, writes, rowsByKind, storeBytes, archiveBytes };
}

/** Of all files in a directory; 0 when there is none. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.reduce((sum, name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (found?.isFile() ? found.size : 0);
  }, 0);
}
