/**
 * Measures how long a daemon takes to go on with the state of a day.
 * In: the state, the events that come next. Out: the times of each start. The state itself is
 * copied, never changed.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Daemon, type Place, startDaemon, startServer } from "./run-daemon.ts";

/** **Unit**: milliseconds from the start of the process. */
export interface Restart {
  readonly runsMs: number;
  readonly answersMs: number;
  readonly readsMs: number;
  /** Records that were taken from the archive. */
  readonly replayed: number;
  readonly residentBytes: number;
}

export interface RestartPlan {
  readonly state: string;
  readonly nextFile: string;
  readonly speed: string;
  readonly words: readonly string[];
}

const lookEveryMs = 10;

export async function measureRestart(place: Place, plan: RestartPlan): Promise<Restart> {
  const state = copyState(place, plan.state, "restart-state");
  const server = await startServer(place, plan.nextFile, plan.speed);
  const daemon = startDaemon(place, state, ["--tetragon", server.address, ...plan.words]);
  try {
    const answered = firstAnswer(daemon);
    const { atMs: runsMs } = await daemon.line("waggle runs.");
    const { atMs: answersMs, eventCount } = await answered;
    let answer = await daemon.status();
    while (answer.eventCount === eventCount) {
      await sleep(lookEveryMs);
      answer = await daemon.status();
    }
    const readsMs = daemon.elapsedMs();
    const { replayed } = await daemon.line("Going on from the last checkpoint.");
    const { residentBytes } = daemon.usage();
    return { runsMs, answersMs, readsMs, replayed: Number(replayed), residentBytes };
  } finally {
    await daemon.end("SIGKILL");
    await server.end();
  }
}

/** What a daemon leaves that reads on for a while and is killed. */
export async function leaveKilled(
  place: Place,
  plan: RestartPlan & { readonly seconds: number },
): Promise<string> {
  const state = copyState(place, plan.state, "killed-state");
  const server = await startServer(place, plan.nextFile, plan.speed);
  const daemon = startDaemon(place, state, ["--tetragon", server.address, ...plan.words]);
  try {
    await daemon.line("waggle runs.");
    await sleep(plan.seconds * 1000);
  } finally {
    await daemon.end("SIGKILL");
    await server.end();
  }
  return state;
}

export function copyState({ folder }: Place, state: string, name: string): string {
  const copy = join(folder, name);
  rmSync(copy, { recursive: true, force: true });
  cpSync(state, copy, { recursive: true });
  return copy;
}

async function firstAnswer(daemon: Daemon): Promise<{ atMs: number; eventCount: number }> {
  const { eventCount } = await daemon.status();
  return { atMs: daemon.elapsedMs(), eventCount };
}
