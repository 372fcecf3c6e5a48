/**
 * Measures the daemon against its targets: real processes, a real server, a state directory each.
 * In: a recording, sizes, how often. Out: the section "The daemon" of the benchmarks, through
 * `print`. Processor time and memory are of the daemon alone, as Linux tells them.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { prepareRound, type Round } from "./live/frame-events.ts";
import { type EventStretch, type Framed, makeEvents } from "./live/make-events.ts";
import { measureLatency } from "./live/measure-latency.ts";
import { copyState, measureRestart, type Restart } from "./live/measure-restart.ts";
import { measureSoak } from "./live/measure-soak.ts";
import { measureStream, type Streamed, type StreamPlan } from "./live/measure-stream.ts";
import { printLatency, printRestart, printSoak, type RestartRow } from "./live/print-day.ts";
import { type KeptRun, printSpeed, printSteady, printWrites } from "./live/print-live.ts";
import { type Print, targets } from "./live/print-table.ts";
import type { Place } from "./live/run-daemon.ts";
import { roundsOfAll } from "./recorded-rounds.ts";

export interface LiveSizes {
  /** Events at full speed and at 20,000 a second. */
  readonly eventCount: number;
  readonly repeatCount: number;
  /** Events that fill a state at first: by default, each container goes through the recording. */
  readonly fillCount?: number;
  /** Between that and what is measured: longer than a daemon puts off writing. */
  readonly pauseSeconds: number;
  /** At 1,100 events a second, with a full state. */
  readonly steadySeconds: number;
  /** Events of the day. */
  readonly dayCount: number;
  readonly latencyCount: number;
  /** A daemon is killed so long after a checkpoint. */
  readonly killSeconds: number;
}

export const usualSizes: LiveSizes = {
  eventCount: 600_000,
  repeatCount: 2,
  pauseSeconds: 33,
  steadySeconds: 600,
  dayCount: 1_000_000,
  latencyCount: 30,
  killSeconds: 30,
};

export interface LivePlan {
  readonly sizes: LiveSizes;
  /** What is started. */
  readonly program: string;
  readonly counter: string;
  readonly folder: string;
  readonly recording: string;
  /** More words for each daemon. */
  readonly words: readonly string[];
  /** Parts to measure; all when empty. */
  readonly parts: readonly string[];
  readonly tell: (what: string) => void;
}

const containerCount = 200;
/** **Unit**: events a second: below what the daemon can take, so that none is lost. */
const fillRate = 8000;
const dayRate = 2500;
const daySeconds = 86_400;
/** **Unit**: seconds: the most that is looked at for processor and memory, at the end of a run. */
const usageSeconds = 300;
/** **Unit**: seconds that one try of a latency takes at the very most, its waiting included. */
const trySeconds = 5;
/** **Unit**: seconds between two checkpoints, and a start. */
const checkpointSeconds = 40;
/** For a daemon that is started only to be timed. */
const nextCount = 20_000;

export async function measureLive(plan: LivePlan, print: Print): Promise<void> {
  const folder = join(plan.folder, "live");
  mkdirSync(folder, { recursive: true });
  const wants = (part: string) => plan.parts.length === 0 || plan.parts.includes(part);
  try {
    const bench = new LiveBench(plan, folder, print);
    if (wants("speed")) await bench.speed();
    if (wants("steady")) await bench.steady(wants("few"));
    if (wants("day")) await bench.day();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class LiveBench {
  private readonly plan: LivePlan;
  private readonly place: Place;
  private readonly print: Print;
  private readonly round: Round;

  constructor(plan: LivePlan, folder: string, print: Print) {
    const { program, counter, recording, tell } = plan;
    this.plan = plan;
    this.place = { program, counter, folder };
    this.print = print;
    tell("encoding the recording …");
    this.round = prepareRound(recording);
  }

  /** In turns, so that a slow minute of the machine hits both. */
  async speed(): Promise<void> {
    const { sizes, words } = this.plan;
    const { eventCount: count, repeatCount } = sizes;
    const file = this.file("speed");
    this.make(containerCount, [{ count, seconds: count / targets.eventsPerSecond, file }]);
    const plan = { file, firstCount: count / 2, words };
    const runs = { full: [] as Streamed[], paced: [] as Streamed[] };
    for (let at = 0; at < repeatCount; at += 1) {
      runs.full.push(await this.stream("as fast as it goes", { ...plan, speed: "max" }));
      runs.paced.push(await this.stream("20,000 a second", { ...plan, speed: "1x" }));
    }
    rmSync(file);
    printSpeed(runs, this.print);
  }

  /** With the containers of the recording, and with many. */
  async steady(wantsFew: boolean): Promise<void> {
    const { steadySeconds } = this.plan.sizes;
    const counts = [...(wantsFew ? [this.round.containerCount] : []), containerCount];
    const runs: KeptRun[] = [];
    for (const containers of counts) runs.push(await this.steadyRun(containers, steadySeconds));
    printSteady(runs, this.print);
    printWrites(runs, this.print);
  }

  private async steadyRun(containers: number, seconds: number): Promise<KeptRun> {
    const { round, plan } = this;
    const { words } = plan;
    const { fillCount, pauseSeconds } = plan.sizes;
    const everyContainer = roundsOfAll(containers, round.containerCount) * round.events.length;
    const count = fillCount ?? everyContainer;
    const fill = { count, seconds: count / fillRate };
    const file = this.file("steady");
    const steady = { count: seconds * targets.steadyPerSecond, seconds, pauseSeconds };
    const [filling, rest] = this.make(containers, [
      { ...fill, file },
      { ...steady, file },
    ]);
    const quietSeconds = Math.max(seconds / 2, seconds - usageSeconds);
    const run = await this.stream(`1,100 a second, ${containers} containers`, {
      ...{ file, speed: "1x", words },
      filling: { ...fill, pauseSeconds, quietSeconds },
    });
    rmSync(file);
    return { containers, filling: filling as Framed, steady: rest as Framed, run };
  }

  /** A day at speed; then what goes on with the state that it leaves. */
  async day(): Promise<void> {
    const { place, print, plan } = this;
    const { words, tell, recording } = plan;
    const { dayCount: count, latencyCount, killSeconds } = plan.sizes;
    const files = { day: this.file("day"), next: this.file("next"), later: this.file("later") };
    const nextSeconds = latencyCount * trySeconds + killSeconds + checkpointSeconds;
    const next = nextSeconds * targets.steadyPerSecond;
    this.make(containerCount, [
      { count, seconds: daySeconds, file: files.day },
      { count: next, seconds: nextSeconds, file: files.next },
      { count: nextCount, seconds: nextCount / targets.steadyPerSecond, file: files.later },
    ]);
    const state = join(place.folder, "day-state");
    tell("a day …");
    const speed = `${((daySeconds * dayRate) / count).toFixed(3)}x`;
    printSoak(await measureSoak(place, { state, file: files.day, speed, words }), print);
    rmSync(files.day);
    tell("events to answers …");
    const killed = copyState(place, state, "killed-state");
    const followed = join(place.folder, "followed.log");
    const given = { state: killed, recording, followed, nextFile: files.next };
    const latency = { ...given, count: latencyCount, killSeconds, words };
    printLatency(await measureLatency(place, latency), print);
    const rows = [
      await this.restarts("ended", { state, nextFile: files.next, words }),
      await this.restarts("killed", {
        ...{ state: killed, nextFile: files.later, words: ["--follow", followed, ...words] },
      }),
    ];
    printRestart(rows, print);
  }

  private async restarts(
    name: string,
    plan: Parameters<typeof measureRestart>[1],
  ): Promise<RestartRow> {
    const runs: Restart[] = [];
    for (let at = 0; at < this.plan.sizes.repeatCount; at += 1) {
      this.plan.tell(`start after it was ${name} …`);
      runs.push(await measureRestart(this.place, plan));
    }
    return { name, runs };
  }

  private file(name: string): string {
    return join(this.place.folder, `${name}.pb`);
  }

  private make(containers: number, stretches: readonly EventStretch[]): readonly Framed[] {
    this.plan.tell("making events …");
    return makeEvents(this.round, containers, stretches);
  }

  private async stream(name: string, plan: StreamPlan): Promise<Streamed> {
    this.plan.tell(`${name} …`);
    return measureStream(this.place, plan);
  }
}
