/**
 * Measures a daemon that reads a day of events in minutes: its memory at each hour of event time.
 * In: the day, how fast it is sent. Out: one row an hour; the state that the day leaves, ended in
 * order.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../print-ratios.ts";
import { drain, lostOf, type Place, startDaemon, startServer } from "./run-daemon.ts";

export interface Hour {
  readonly hour: number;
  readonly events: number;
  /** The median of what was seen in this hour. */
  readonly residentBytes: number;
  readonly residentBytesMost: number;
  readonly openFacts: number;
  readonly storeBytes: number;
}

export interface Soak {
  readonly hours: readonly Hour[];
  readonly events: number;
  readonly lost: number;
  readonly wallSeconds: number;
  /** From being asked to end until it ended. */
  readonly endMs: number;
  readonly residentBytesMax: number;
}

export interface SoakPlan {
  readonly state: string;
  readonly file: string;
  readonly speed: string;
  readonly words: readonly string[];
}

/** What was seen at one look. */
interface Look {
  readonly hour: number;
  readonly events: number;
  readonly residentBytes: number;
  readonly openFacts: number;
  readonly storeBytes: number;
}

const hourUs = 3_600_000_000;
export const dayHours = 24;
const lookEveryMs = 500;

export async function measureSoak(place: Place, plan: SoakPlan): Promise<Soak> {
  const { state, file, speed, words } = plan;
  rmSync(state, { recursive: true, force: true });
  const server = await startServer(place, file, speed);
  const daemon = startDaemon(place, { state, words: ["--tetragon", server.address, ...words] });
  try {
    const { atMs: startedMs } = await daemon.line("waggle runs.");
    const looks: Look[] = [];
    let firstUs = 0;
    const look = async () => {
      const answer = await daemon.status();
      if (answer.latestEventUs === 0) return;
      if (firstUs === 0) firstUs = answer.latestEventUs;
      const { eventCount: events, openFactCount: openFacts, storeBytes } = answer;
      const hour = Math.floor((answer.latestEventUs - firstUs) / hourUs);
      const { residentBytes } = daemon.usage();
      looks.push({
        hour: Math.min(hour, dayHours - 1),
        events,
        residentBytes,
        openFacts,
        storeBytes,
      });
    };
    const serving = { isOver: false };
    const served = server.served().then(() => {
      serving.isOver = true;
    });
    while (!serving.isOver) {
      await look();
      await sleep(lookEveryMs);
    }
    await served;
    const { answer, atMs } = await drain(daemon);
    await look();
    const { residentBytesMax } = daemon.usage();
    const askedMs = daemon.elapsedMs();
    await daemon.end();
    return {
      hours: toHours(looks),
      events: answer.eventCount,
      lost: lostOf(answer),
      wallSeconds: (atMs - startedMs) / 1000,
      endMs: daemon.elapsedMs() - askedMs,
      residentBytesMax,
    };
  } finally {
    await daemon.end();
    await server.end();
  }
}

/** Those that were looked at. */
function toHours(looks: readonly Look[]): readonly Hour[] {
  return [...Map.groupBy(looks, ({ hour }) => hour).values()].flatMap((seen) => {
    const last = seen.at(-1);
    const resident = seen.map(({ residentBytes }) => residentBytes);
    const memory = { residentBytes: median(resident), residentBytesMost: Math.max(...resident) };
    return last === undefined ? [] : [{ ...last, ...memory }];
  });
}

/** By least squares, of the second half of the day. **Unit**: bytes an hour of event time. */
export function slopeOf(hours: readonly Hour[]): number {
  const later = hours.filter(({ hour }) => hour >= dayHours / 2);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(later.map(({ hour }) => hour));
  const level = mean(later.map(({ residentBytes }) => residentBytes));
  let rise = 0;
  let spread = 0;
  for (const { hour, residentBytes } of later) {
    rise += (hour - middle) * (residentBytes - level);
    spread += (hour - middle) ** 2;
  }
  return rise / spread;
}
