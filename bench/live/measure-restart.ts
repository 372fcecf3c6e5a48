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
  /** Until `/readyz` says that it is. */
  readonly readyMs: number;
  /** Until a page with numbers was answered. */
  readonly answersMs: number;
  /** Until it handled a new event. */
  readonly readsMs: number;
  /** Records that were taken from the archive. */
  readonly replayed: number;
  readonly residentBytes: number;
}

export interface RestartPlan {
  readonly state: string;
  readonly nextFile: string;
  readonly words: readonly string[];
}

const lookEveryMs = 5;

export async function measureRestart(place: Place, plan: RestartPlan): Promise<Restart> {
  const state = copyState(place, plan.state, "restart-state");
  const server = await startServer(place, plan.nextFile, "1x");
  const words = ["--tetragon", server.address, ...plan.words];
  const daemon = startDaemon(place, { state, words });
  try {
    const readyMs = await untilReady(daemon);
    const { eventCount } = await daemon.status();
    const answersMs = daemon.elapsedMs();
    let answer = await daemon.status();
    while (answer.eventCount === eventCount) {
      await sleep(lookEveryMs);
      answer = await daemon.status();
    }
    const readsMs = daemon.elapsedMs();
    const { replayed } = await daemon.line("Going on from the last checkpoint.");
    const { residentBytes } = daemon.usage();
    return { readyMs, answersMs, readsMs, replayed: Number(replayed), residentBytes };
  } finally {
    await daemon.end("SIGKILL");
    await server.end();
    rmSync(state, { recursive: true, force: true });
  }
}

async function untilReady(daemon: Daemon): Promise<number> {
  const page = `${await daemon.address()}/readyz`;
  while (!(await fetch(page)).ok) await sleep(lookEveryMs);
  return daemon.elapsedMs();
}

export function copyState({ folder }: Place, state: string, name: string): string {
  const copy = join(folder, name);
  rmSync(copy, { recursive: true, force: true });
  cpSync(state, copy, { recursive: true });
  return copy;
}
