/**
 * Measures how long it takes from a line in a followed file until another process finds its fact in
 * the store, while other events come in.
 * In: a recording, the state of a day, the events meanwhile. Out: the time of each try; the daemon
 * is killed then, and its state is what one leaves that was killed. The other process is the one
 * that runs this.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { type Daemon, lostOf, type Place, startDaemon, startServer } from "./run-daemon.ts";

export interface LatencyPlan {
  /** It is changed. */
  readonly state: string;
  readonly recording: string;
  /** Where lines are written. */
  readonly followed: string;
  /** What comes meanwhile, at the speed that it has. */
  readonly nextFile: string;
  readonly count: number;
  /** Only so long after a checkpoint the daemon is killed. **Unit**: seconds. */
  readonly killSeconds: number;
  readonly words: readonly string[];
}

export interface Latencies {
  /** **Unit**: milliseconds. */
  readonly tries: readonly number[];
  /** How long reading the facts takes that the store has: part of each try. */
  readonly readMs: number;
  readonly openFacts: number;
  /** What came in meanwhile. */
  readonly eventsPerSecond: number;
  readonly lost: number;
}

const lookEveryMs = 10;
/** **Unit**: milliseconds until a fact that does not come is given up: far above the target. */
const patienceMs = 60_000;
/** So that tries meet each moment of the daemon's rhythm. **Unit**: milliseconds. */
const stepMs = 370;

export async function measureLatency(place: Place, plan: LatencyPlan): Promise<Latencies> {
  const { state, followed, count } = plan;
  writeFileSync(followed, "");
  const server = await startServer(place, plan.nextFile, "1x");
  const words = ["--tetragon", server.address, "--follow", followed, ...plan.words];
  const daemon = startDaemon(place, { state, words });
  try {
    await daemon.line("waggle runs.");
    await server.asked();
    const template = findOpening(plan.recording);
    const before = { answer: await daemon.status(), atMs: daemon.elapsedMs() };
    const tries: number[] = [];
    let readMs = 0;
    for (let at = 0; at < count; at += 1) {
      await sleep(stepMs * (1 + (at % 6)));
      const path = `/usr/lib/bench/seen-${at}.so`;
      const { latestEventUs } = await daemon.status();
      const time = new Date(latestEventUs / 1000).toISOString();
      const sentMs = performance.now();
      appendFileSync(followed, template(path, time));
      readMs = await untilSeen(daemon, path);
      tries.push(performance.now() - sentMs);
    }
    const answer = await daemon.status();
    const seconds = (daemon.elapsedMs() - before.atMs) / 1000;
    const { openFactCount: openFacts } = answer;
    const eventsPerSecond = (answer.eventCount - before.answer.eventCount) / seconds;
    await untilLate(daemon, plan.killSeconds);
    return { tries, readMs, openFacts, eventsPerSecond, lost: lostOf(answer) };
  } finally {
    await daemon.end("SIGKILL");
    await server.end();
  }
}

/** Gives how long the last look took. */
async function untilSeen(daemon: Daemon, path: string): Promise<number> {
  const sinceMs = performance.now();
  for (;;) {
    const startedMs = performance.now();
    const store = await openSqliteStore(daemon.state, "read");
    let isSeen = false;
    for await (const fact of store.facts.facts()) {
      isSeen ||= fact.kind === "file-use" && fact.path === path;
    }
    await store.close();
    if (isSeen || startedMs - sinceMs > patienceMs) return performance.now() - startedMs;
    await sleep(lookEveryMs);
  }
}

/** What was read since the last checkpoint is what a start after it must take from the archive. */
async function untilLate(daemon: Daemon, killSeconds: number): Promise<void> {
  const checkpointMs = () => daemon.log.findLast((line) => line["checkpoint"] === true)?.atMs ?? 0;
  while (daemon.elapsedMs() - checkpointMs() < killSeconds * 1000) await sleep(lookEveryMs);
}

/** A recorded opening of a file in a container; another file at another time is another fact. */
function findOpening(recording: string): (path: string, time: string) => string {
  const found = readFileSync(recording, "utf8")
    .split("\n")
    .find((line) => line.includes('"security_mmap_file"') && line.includes('"docker":"'));
  if (found === undefined) throw new Error("the recording has no file that a container mapped");
  const event = JSON.parse(found);
  return (path, time) => {
    event.time = time;
    event.process_kprobe.args[0].file_arg.path = path;
    return `${JSON.stringify(event)}\n`;
  };
}
