/**
 * Measures how long it takes from a line in a followed file until another process finds its fact in
 * the store.
 * In: a recording, the state of a day or an empty one. Out: the time of each try. The other process
 * is the one that runs this.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { type Daemon, type Place, startDaemon } from "./run-daemon.ts";

export interface LatencyPlan {
  readonly state: string;
  readonly recording: string;
  readonly count: number;
  readonly words: readonly string[];
}

export interface Latencies {
  /** **Unit**: milliseconds. */
  readonly tries: readonly number[];
  /** How long reading the facts takes that the store has: part of each try. */
  readonly readMs: number;
  readonly openFacts: number;
}

const lookEveryMs = 10;
/** So that tries meet each moment of the daemon's rhythm. **Unit**: milliseconds. */
const stepMs = 370;

export async function measureLatency(place: Place, plan: LatencyPlan): Promise<Latencies> {
  const followed = join(place.folder, "followed.log");
  writeFileSync(followed, "");
  const daemon = startDaemon(place, plan.state, ["--follow", followed, ...plan.words]);
  try {
    await daemon.line("waggle runs.");
    const template = findOpening(plan.recording);
    const { latestEventUs } = await daemon.status();
    const timesFromMs = Math.max(latestEventUs / 1000, Date.parse(template.time)) + 60_000;
    const tries: number[] = [];
    let readMs = 0;
    for (let at = 0; at < plan.count; at += 1) {
      await sleep(stepMs * (1 + (at % 6)));
      const path = `/usr/lib/bench/seen-${at}.so`;
      const time = new Date(timesFromMs + at * 1000).toISOString();
      const sentMs = performance.now();
      appendFileSync(followed, template.line(path, time));
      readMs = await untilSeen(daemon, path);
      tries.push(performance.now() - sentMs);
    }
    const { openFactCount: openFacts } = await daemon.status();
    return { tries, readMs, openFacts };
  } finally {
    await daemon.end();
  }
}

/** Gives how long the last look took. */
async function untilSeen(daemon: Daemon, path: string): Promise<number> {
  for (;;) {
    const startedMs = performance.now();
    const store = await openSqliteStore(daemon.state, "read");
    let isSeen = false;
    for await (const fact of store.facts.facts()) {
      isSeen ||= fact.kind === "file-use" && fact.path === path;
    }
    await store.close();
    if (isSeen) return performance.now() - startedMs;
    await sleep(lookEveryMs);
  }
}

interface Template {
  readonly time: string;
  line(path: string, time: string): string;
}

/** A recorded opening of a file in a container; another file at another time is another fact. */
function findOpening(recording: string): Template {
  const found = readFileSync(recording, "utf8")
    .split("\n")
    .find((line) => line.includes('"security_mmap_file"') && line.includes('"docker":"'));
  if (found === undefined) throw new Error("the recording has no file that a container mapped");
  const event = JSON.parse(found);
  return {
    time: event.time,
    line: (path, time) => {
      event.time = time;
      event.process_kprobe.args[0].file_arg.path = path;
      return `${JSON.stringify(event)}\n`;
    },
  };
}
