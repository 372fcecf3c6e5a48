/**
 * Measures a daemon that reads a day of events in minutes: its memory at each hour of event time.
 * In: the day, how fast it is sent. Out: one row an hour; the state that the day leaves.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventFile } from "./make-events.ts";
import { type Answer, drain, lostOf, type Place, startDaemon, startServer } from "./run-daemon.ts";

export interface Hour {
  readonly hour: number;
  readonly events: number;
  /** The most that was seen in this hour. */
  readonly residentBytes: number;
  readonly openFacts: number;
  readonly storeBytes: number;
}

export interface Soak {
  readonly hours: readonly Hour[];
  readonly events: number;
  readonly lost: number;
  readonly wallSeconds: number;
  readonly residentBytesMax: number;
}

const hourUs = 3_600_000_000;
const lookEveryMs = 500;

/** `state` is what the day leaves, ended in order. */
export async function measureSoak(
  place: Place,
  state: string,
  plan: { readonly events: EventFile; readonly speed: string; readonly words: readonly string[] },
): Promise<Soak> {
  rmSync(state, { recursive: true, force: true });
  const server = await startServer(place, plan.events.file, plan.speed);
  const daemon = startDaemon(place, state, ["--tetragon", server.address, ...plan.words]);
  try {
    const { atMs: startedMs } = await daemon.line("waggle runs.");
    const hours: Hour[] = [];
    let firstUs = 0;
    const look = (answer: Answer) => {
      if (answer.latestEventUs === 0) return;
      if (firstUs === 0) firstUs = answer.latestEventUs;
      const hour = Math.floor((answer.latestEventUs - firstUs) / hourUs);
      const { residentBytes } = daemon.usage();
      const most = Math.max(residentBytes, hours[hour]?.residentBytes ?? 0);
      const { eventCount: events, openFactCount: openFacts, storeBytes } = answer;
      hours[hour] = { hour, events, residentBytes: most, openFacts, storeBytes };
    };
    const serving = { isOver: false };
    const served = server.served().then(() => {
      serving.isOver = true;
    });
    while (!serving.isOver) {
      look(await daemon.status());
      await sleep(lookEveryMs);
    }
    await served;
    const { answer, atMs } = await drain(daemon);
    look(answer);
    return {
      hours: hours.filter(() => true),
      events: answer.eventCount,
      lost: lostOf(answer),
      wallSeconds: (atMs - startedMs) / 1000,
      residentBytesMax: daemon.usage().residentBytesMax,
    };
  } finally {
    await daemon.end();
    await server.end();
  }
}
