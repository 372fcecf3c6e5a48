/**
 * Holds a daemon that is measured and the server that it reads from: both the compiled program.
 * In: files of framed events, a state directory. Out: the daemon with its pages; waiting until it
 * has read all that it was sent.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Writes } from "./count-writes.ts";
import { type Watched, watch } from "./watch-process.ts";

/** What is started, and a folder for what is made on the way. */
export interface Place {
  /** What a user starts: `bin/waggle.js` with the compiled program beside it. */
  readonly program: string;
  /** `count-writes`, of the same kind as the program. */
  readonly counter: string;
  readonly folder: string;
}

export interface Answer {
  readonly eventCount: number;
  readonly latestEventUs: number;
  readonly openFactCount: number;
  readonly writtenFactCount: number;
  readonly storeBytes: number;
  readonly reportCount: number;
  readonly sources: readonly {
    readonly state: string;
    readonly eventCount: number;
    readonly waitingCount: number;
    readonly lostCount: number;
  }[];
}

export interface Daemon extends Watched {
  readonly state: string;
  /** Of the status pages, once they are served. */
  address(): Promise<string>;
  status(): Promise<Answer>;
  /** Until now, by kind; nothing when they are not counted. */
  writes(): Writes;
}

export interface DaemonPlan {
  readonly state: string;
  readonly words: readonly string[];
  /** Loads something more at the start, so not where a start is timed. */
  readonly countsWrites?: boolean;
}

export function startDaemon(place: Place, plan: DaemonPlan): Daemon {
  const { state, words, countsWrites = false } = plan;
  const given = ["run", "--state", state, "--status", "127.0.0.1:0", "--log-level", "debug"];
  const counted = join(place.folder, "writes");
  const watched = watch(place.program, [...given, "--scan", "off", ...words], {
    NODE_OPTIONS: [
      process.env["NODE_OPTIONS"] ?? "",
      ...profileWords(),
      ...(countsWrites ? [`--import=${pathToFileURL(place.counter).href}`] : []),
    ].join(" "),
    WAGGLE_BENCH_WRITES: counted,
  });
  const address = async () => String((await watched.line("Status pages are served."))["address"]);
  const status = async (): Promise<Answer> =>
    (await fetch(`${await address()}/status`)).json() as Promise<Answer>;
  const writes = (): Writes => {
    const file = `${counted}.${watched.pid}`;
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { byKind: {}, commits: 0 };
  };
  return { ...watched, state, address, status, writes };
}

/** For whoever looks where the time goes: `WAGGLE_BENCH_PROFILE` names a directory. */
function profileWords(): readonly string[] {
  const directory = process.env["WAGGLE_BENCH_PROFILE"];
  return directory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${directory}`];
}

export interface Server {
  /** For `--tetragon`. */
  readonly address: string;
  /** Resolves when the first client asked for events. */
  asked(): Promise<unknown>;
  /** Resolves when the recording was sent to the end; gives how long after its first event. */
  served(): Promise<{ readonly seconds: number }>;
  end(): Promise<void>;
}

let serverCount = 0;

export async function startServer(place: Place, file: string, speed: string): Promise<Server> {
  serverCount += 1;
  const address = `unix://${join(place.folder, `s${serverCount}.sock`)}`;
  const watched = watch(place.program, ["replay", file, "--listen", address, "--speed", speed]);
  await watched.line("A recording is served.");
  const asked = () => watched.line("A client asked for events.");
  const served = async () => {
    const { atMs } = await watched.line("The recording was served.");
    return { seconds: (atMs - (await asked()).atMs) / 1000 };
  };
  return { address, asked, served, end: watched.end };
}

const lookEveryMs = 50;
const quietLooks = 6;

/** Until nothing waits and no more events come; gives the last answer, and when counting ended. */
export async function drain(
  daemon: Daemon,
): Promise<{ readonly answer: Answer; readonly atMs: number }> {
  let answer = await daemon.status();
  let atMs = daemon.elapsedMs();
  for (let quiet = 0; quiet < quietLooks; ) {
    await sleep(lookEveryMs);
    const next = await daemon.status();
    const waits = next.sources.some(({ waitingCount }) => waitingCount > 0);
    if (waits || next.eventCount !== answer.eventCount) {
      quiet = 0;
      atMs = daemon.elapsedMs();
    } else quiet += 1;
    answer = next;
  }
  return { answer, atMs };
}

/** **Unit**: milliseconds: longer than a daemon that has something to write puts it off. */
const settleMs = 31_000;

/** Until a commit that began after `fromMs`: what was learned until then is in the store. */
export async function settle(daemon: Daemon, fromMs: number, patienceMs = settleMs): Promise<void> {
  const sinceMs = daemon.elapsedMs();
  const isPutAway = () =>
    daemon.log.some(
      ({ msg, atMs, ms }) => msg === "Facts were put away." && atMs - Number(ms) >= fromMs,
    );
  while (!isPutAway() && daemon.elapsedMs() - sinceMs < patienceMs) await sleep(lookEveryMs);
}

export const lostOf = ({ sources }: Answer): number =>
  sources.reduce((sum, { lostCount }) => sum + lostCount, 0);
