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

/** Where the compiled program is, and a folder for what is made on the way. */
export interface Place {
  readonly home: string;
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
  status(): Promise<Answer>;
  /** Until now, by kind. */
  writes(): Writes;
}

const mainOf = ({ home }: Place) => join(home, "..", "src", "main.js");

export function startDaemon(place: Place, state: string, words: readonly string[]): Daemon {
  const counted = join(place.folder, "writes.json");
  const counting = pathToFileURL(join(place.home, "live", "count-writes.js")).href;
  const given = ["run", "--state", state, "--status", "127.0.0.1:0", "--log-level", "debug"];
  const watched = watch(mainOf(place), [...given, "--scan", "off", ...words], {
    nodeWords: [...profileWords(), "--import", counting],
    environment: { WAGGLE_BENCH_WRITES: counted },
  });
  const status = async (): Promise<Answer> => {
    const { address } = await watched.line("Status pages are served.");
    return (await fetch(`${address}/status`)).json() as Promise<Answer>;
  };
  const writes = (): Writes =>
    existsSync(counted) ? JSON.parse(readFileSync(counted, "utf8")) : { byKind: {}, commits: 0 };
  return { ...watched, state, status, writes };
}

/** For whoever looks where the time goes: `WAGGLE_BENCH_PROFILE` names a directory. */
function profileWords(): readonly string[] {
  const directory = process.env["WAGGLE_BENCH_PROFILE"];
  return directory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${directory}`];
}

export interface Server {
  /** For `--tetragon`. */
  readonly address: string;
  /** Resolves when the recording was sent to the end; gives how long after its first event. */
  served(): Promise<{ readonly seconds: number }>;
  end(): Promise<void>;
}

let serverCount = 0;

export async function startServer(place: Place, file: string, speed: string): Promise<Server> {
  serverCount += 1;
  const address = `unix://${join(place.folder, `s${serverCount}.sock`)}`;
  const watched = watch(mainOf(place), ["replay", file, "--listen", address, "--speed", speed]);
  await watched.line("A recording is served.");
  const served = async () => {
    const { atMs } = await watched.line("The recording was served.");
    const asked = await watched.line("A client asked for events.");
    return { seconds: (atMs - asked.atMs) / 1000 };
  };
  return { address, served, end: watched.end };
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

/** The next commit that begins after all was read: what was learned is in the store then. */
export async function settle(daemon: Daemon): Promise<void> {
  await daemon.line("Facts were put away.", daemon.elapsedMs());
}

export const lostOf = ({ sources }: Answer): number =>
  sources.reduce((sum, { lostCount }) => sum + lostCount, 0);
