/**
 * Measures the daemon against its targets: real processes, a real server, a state directory each.
 * In: a recording, sizes, how often. Out: the section "The daemon" of the benchmarks, through
 * `print`. Processor time and memory are of the daemon alone, as Linux tells them.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { containerCount, type EventFile, laterFileOf, makeEvents } from "./live/make-events.ts";
import { measureLatency } from "./live/measure-latency.ts";
import { copyState, leaveKilled, measureRestart, type Restart } from "./live/measure-restart.ts";
import { measureSoak } from "./live/measure-soak.ts";
import { measureStream, type Streamed, type StreamPlan } from "./live/measure-stream.ts";
import {
  type Print,
  printLatency,
  printRestart,
  printSoak,
  printSpeed,
  printSteady,
  printWrites,
  targets,
} from "./live/print-live.ts";
import type { Place } from "./live/run-daemon.ts";

export interface LiveSizes {
  /** Events at full speed and at 20,000 a second. */
  readonly eventCount: number;
  /** Events of the day. */
  readonly dayCount: number;
  /** At 1,100 events a second, after the start is over. */
  readonly steadySeconds: number;
  readonly warmSeconds: number;
  readonly repeatCount: number;
  readonly latencyCount: number;
}

export interface LivePlan extends LiveSizes {
  /** Where the compiled benches are. */
  readonly home: string;
  readonly folder: string;
  readonly recording: string;
  /** More words for each daemon. */
  readonly words: readonly string[];
  /** Parts to measure; all when empty. */
  readonly parts: readonly string[];
  readonly tell: (what: string) => void;
}

/** **Unit**: events a second: below what the daemon can take, so that none of the day is lost. */
const dayRate = 5000;
const daySeconds = 86_400;
/** **Unit**: seconds that a daemon reads on before it is killed: past its first checkpoint. */
const killedAfterSeconds = 50;
/** Events after the day: for the daemon that is killed, and for those that go on after it. */
const laterCounts = [1.5 * killedAfterSeconds * targets.steadyPerSecond, 20_000];
/** Of the recording: as many as there are without new ones. */
const recordedContainers = 11;

const rateText = (rate: number) => `${rate.toLocaleString("en")} a second`;

export async function measureLive(plan: LivePlan, print: Print): Promise<void> {
  const folder = join(plan.folder, "live");
  mkdirSync(folder, { recursive: true });
  const bench = new LiveBench(plan, { home: plan.home, folder }, print);
  const wants = (part: string) => plan.parts.length === 0 || plan.parts.includes(part);
  if (wants("speed")) await bench.speed();
  if (wants("steady")) await bench.steady();
  if (wants("writes")) await bench.writes();
  bench.printWrites();
  if (wants("day")) await bench.day();
  rmSync(folder, { recursive: true, force: true });
}

class LiveBench {
  private readonly plan: LivePlan;
  private readonly place: Place;
  private readonly print: Print;
  private readonly written: { name: string; events: EventFile; run: Streamed }[] = [];

  constructor(plan: LivePlan, place: Place, print: Print) {
    this.plan = plan;
    this.place = place;
    this.print = print;
  }

  /** In turns, so that a slow minute of the machine hits both. */
  async speed(): Promise<void> {
    const { eventCount: count, repeatCount, words } = this.plan;
    const seconds = count / targets.eventsPerSecond;
    const events = await this.make({ name: "fast", count, seconds });
    const runs = { full: [] as Streamed[], paced: [] as Streamed[] };
    for (let round = 0; round < repeatCount; round += 1) {
      for (const [key, speed] of [["full", "max"] as const, ["paced", "1x"] as const]) {
        runs[key].push(await this.stream(key, { events, speed, warmSeconds: 0, words }));
      }
    }
    printSpeed(runs, this.print);
    this.noteWritten(rateText(targets.eventsPerSecond), events, runs.paced);
  }

  async steady(): Promise<void> {
    const { repeatCount } = this.plan;
    printSteady(await this.steadyRuns("", containerCount, repeatCount), this.print);
  }

  /** Few containers that do the same for long: what is known already needs no new row. */
  async writes(): Promise<void> {
    await this.steadyRuns(`, the same ${recordedContainers} containers`, recordedContainers, 1);
  }

  private async steadyRuns(
    name: string,
    containers: number,
    runCount: number,
  ): Promise<readonly Streamed[]> {
    const { steadySeconds, warmSeconds, words } = this.plan;
    const seconds = warmSeconds + steadySeconds;
    const count = seconds * targets.steadyPerSecond;
    const events = await this.make({ name: "steady", count, seconds, containers });
    const runs: Streamed[] = [];
    for (let round = 0; round < runCount; round += 1) {
      runs.push(await this.stream("steady", { events, speed: "1x", warmSeconds, words }));
    }
    this.noteWritten(`${rateText(targets.steadyPerSecond)}${name}`, events, runs);
    return runs;
  }

  private noteWritten(name: string, events: EventFile, runs: readonly Streamed[]): void {
    const run = runs.at(-1);
    if (run !== undefined) this.written.push({ name, events, run });
    rmSync(events.file);
  }

  printWrites(): void {
    if (this.written.length === 0) return;
    const runs = this.written.map(({ name, events, run }) => ({ name, events, kept: run.kept }));
    printWrites(runs, this.print);
  }

  /** A day at speed; then what goes on with the state that it leaves. */
  async day(): Promise<void> {
    const { place, print, plan } = this;
    const { dayCount: count, words } = plan;
    const day = { name: "day", count, seconds: daySeconds, laterCounts };
    const events = await this.make(day);
    const state = join(place.folder, "day-state");
    plan.tell("a day …");
    const speed = `${((daySeconds * dayRate) / count).toFixed(3)}x`;
    const soak = await measureSoak(place, state, { events, speed, words });
    printSoak(soak, print);
    const [next = "", later = ""] = laterCounts.map((_, at) => laterFileOf(place, day, at));
    await this.restarts(state, next, later);
    await this.latencies(state);
    rmSync(events.file);
  }

  private async restarts(state: string, nextFile: string, laterFile: string): Promise<void> {
    const { place, print, plan } = this;
    const { words, repeatCount, dayCount } = plan;
    // As far apart as those of the day are.
    const speed = `${((targets.steadyPerSecond * daySeconds) / dayCount).toFixed(3)}x`;
    const given = { state, nextFile, speed, words };
    plan.tell("a daemon to be killed …");
    const killed = await leaveKilled(place, { ...given, seconds: killedAfterSeconds });
    const rows: { name: string; runs: Restart[] }[] = [];
    const cases = [
      { name: "ended", from: state, file: nextFile },
      { name: "killed", from: killed, file: laterFile },
    ];
    for (const { name, from, file } of cases) {
      const runs: Restart[] = [];
      for (let round = 0; round < repeatCount; round += 1) {
        plan.tell(`start after it was ${name} …`);
        runs.push(await measureRestart(place, { ...given, state: from, nextFile: file }));
      }
      rows.push({ name, runs });
    }
    printRestart(rows, print);
  }

  private async latencies(state: string): Promise<void> {
    const { place, print, plan } = this;
    const { recording, words, latencyCount: count } = plan;
    const measure = (name: string) => {
      plan.tell(`events to answers, ${name} …`);
      return measureLatency(place, { state: join(place.folder, name), recording, count, words });
    };
    const anew = await measure("empty-state");
    copyState(place, state, "full-state");
    const full = await measure("full-state");
    const rows = [
      { name: "empty", seen: anew },
      { name: `of a day, ${containerCount} containers`, seen: full },
    ];
    printLatency(rows, print);
  }

  private async make(plan: Parameters<typeof makeEvents>[2]): Promise<EventFile> {
    this.plan.tell(`making ${plan.count} events …`);
    return makeEvents(this.place, this.plan.recording, plan);
  }

  private async stream(name: string, plan: StreamPlan): Promise<Streamed> {
    this.plan.tell(`${name} …`);
    const state = join(this.place.folder, "stream-state");
    const run = await measureStream(this.place, state, plan);
    rmSync(state, { recursive: true, force: true });
    return run;
  }
}
