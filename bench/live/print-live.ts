/**
 * Prints what was measured of the daemon: one small table a question, each with its target and
 * whether it is met.
 * In: what the parts measured. Out: lines, through `print`. Must never call a target met that a
 * loss or an unreached rate puts in doubt.
 */
import { median } from "../print-ratios.ts";
import type { EventFile } from "./make-events.ts";
import type { Latencies } from "./measure-latency.ts";
import type { Restart } from "./measure-restart.ts";
import type { Soak } from "./measure-soak.ts";
import type { Kept, Streamed } from "./measure-stream.ts";

export type Print = (line?: string) => void;

/** Of issue 5. */
export const targets = {
  eventsPerSecond: 20_000,
  steadyPerSecond: 1100,
  steadyCore: 0.1,
  steadyBytes: 200e6,
  fileLess: 0.95,
  flowLess: 0.99,
  latencyMs: 2000,
  restartMs: 5000,
} as const;

/** Memory is flat when the second half of the day never has this much more than its least. */
const flatGrowth = 0.1;
/** A server that sends less than this part of a rate did not reach it. */
const reachedShare = 0.97;

const count = (value: number) => Math.round(value).toLocaleString("en");
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
const seconds = (ms: number) => (ms / 1000).toFixed(2);
const verdict = (isMet: boolean) => (isMet ? "met" : "**missed**");

function table(print: Print, head: readonly string[], rows: readonly (readonly string[])[]): void {
  print(`| ${head.join(" | ")} |`);
  print(`|---|${"--:|".repeat(head.length - 1)}`);
  for (const row of rows) print(`| ${row.join(" | ")} |`);
  print();
}

const of = <Value>(runs: readonly Value[], value: (run: Value) => number): number =>
  median(runs.map(value));
const most = <Value>(runs: readonly Value[], value: (run: Value) => number): number =>
  Math.max(...runs.map(value));

export interface SpeedRuns {
  readonly full: readonly Streamed[];
  readonly paced: readonly Streamed[];
}

export function printSpeed(runs: SpeedRuns, print: Print): void {
  print(`### Events from gRPC: median of ${runs.full.length}`);
  print();
  const row = (name: string, all: readonly Streamed[]) => [
    name,
    count(of(all, ({ events, wallSeconds }) => events / wallSeconds)),
    count(of(all, ({ events, cpuSeconds }) => events / cpuSeconds)),
    of(all, ({ cpuSeconds, wallSeconds }) => cpuSeconds / wallSeconds).toFixed(2),
    count(most(all, ({ lost }) => lost)),
    megabytes(most(all, ({ residentBytesMax }) => residentBytesMax)),
  ];
  const head = ["sent", "events/s", "events a CPU second", "cores", "lost at most", "resident MB"];
  const rate = count(targets.eventsPerSecond);
  table(print, head, [
    row("as fast as the connection takes it", runs.full),
    row(`${rate} a second`, runs.paced),
  ]);
  const { eventsPerSecond } = targets;
  const reached = of(runs.paced, ({ events, lost, wallSeconds }) => (events + lost) / wallSeconds);
  const isReached = reached >= reachedShare * eventsPerSecond;
  const isWithin = of(runs.paced, ({ events, cpuSeconds }) => events / cpuSeconds);
  const isMet = isWithin >= eventsPerSecond && most(runs.paced, ({ lost }) => lost) === 0;
  const unreached = `the server sent only ${count(reached)} a second, so it is not shown`;
  print(
    `Target: ${rate} events a second on one core, none lost, store included: ` +
      `${isReached || !isMet ? verdict(isMet) : unreached}.`,
  );
  print();
}

export function printSteady(runs: readonly Streamed[], print: Print): void {
  print(`### ${count(targets.steadyPerSecond)} events a second: median of ${runs.length}`);
  print();
  const core = of(runs, ({ cpuSeconds, wallSeconds }) => cpuSeconds / wallSeconds);
  const resident = of(runs, ({ residentBytes }) => residentBytes);
  const residentMax = most(runs, ({ residentBytesMax }) => residentBytesMax);
  table(
    print,
    ["", ""],
    [
      ["events/s", count(of(runs, ({ events, wallSeconds }) => events / wallSeconds))],
      ["lost", count(most(runs, ({ lost }) => lost))],
      ["cores of the daemon", core.toFixed(3)],
      ["resident MB, median over time", megabytes(resident)],
      ["resident MB at most, start included", megabytes(residentMax)],
      [
        "seconds from one commit to the next",
        of(runs, ({ commitMs, wallSeconds }) => wallSeconds / commitMs.length).toFixed(1),
      ],
      ["milliseconds that a commit takes", count(of(runs, ({ commitMs }) => median(commitMs)))],
      ["reports since the start", count(of(runs, ({ reports }) => reports))],
      [
        "cores of reports, processes of their own",
        of(runs, ({ childSeconds, wallSeconds }) => childSeconds / wallSeconds).toFixed(3),
      ],
    ],
  );
  const { steadyCore, steadyBytes } = targets;
  print(
    `Targets: at most ${steadyCore.toFixed(2)} core, ${verdict(core <= steadyCore)}; at most ` +
      `${megabytes(steadyBytes)} MB resident, ${verdict(residentMax <= steadyBytes)}.`,
  );
  print();
}

export interface KeptRun {
  readonly name: string;
  readonly events: EventFile;
  readonly kept: Kept;
}

export function printWrites(runs: readonly KeptRun[], print: Print): void {
  print("### Facts that are written, against events");
  print();
  const rows = runs.flatMap((run) => [
    writeRow(`${run.name}: files`, run.events.fileEvents, run.kept, ["file-use"]),
    writeRow(`${run.name}: flows`, run.events.flowEvents, run.kept, ["flow", "listen"]),
  ]);
  table(
    print,
    ["", "events", "facts written", "written less by", "rows in the end"],
    rows.map(({ name, events, written, less, stored }) => [
      name,
      count(events),
      count(written),
      percent(less),
      count(stored),
    ]),
  );
  table(
    print,
    ["", "all facts written", "commits", "store bytes an event", "archive bytes an event"],
    runs.map(({ name, kept }) => [
      name,
      count(kept.writtenFacts),
      count(kept.writes.commits),
      (kept.storeBytes / kept.events).toFixed(1),
      kept.archiveBytes === 0 ? "off" : (kept.archiveBytes / kept.events).toFixed(1),
    ]),
  );
  const isMet = (end: string, least: number) =>
    rows.filter(({ name }) => name.endsWith(end)).every(({ less }) => less >= least);
  const { fileLess, flowLess } = targets;
  print(
    `Targets, in each row: files ${percent(fileLess)} less, ` +
      `${verdict(isMet("files", fileLess))}; flows ${percent(flowLess)} less, ` +
      `${verdict(isMet("flows", flowLess))}.`,
  );
  print();
}

function writeRow(name: string, events: number, kept: Kept, kinds: readonly string[]) {
  const sum = (counts: Readonly<Record<string, number>>) =>
    kinds.reduce((all, kind) => all + (counts[kind] ?? 0), 0);
  const written = sum(kept.writes.byKind);
  return { name, events, written, less: 1 - written / events, stored: sum(kept.rowsByKind) };
}

export function printLatency(
  rows: readonly { readonly name: string; readonly seen: Latencies }[],
  print: Print,
): void {
  print(`### From an event to an answer: ${rows[0]?.seen.tries.length ?? 0} tries`);
  print();
  table(
    print,
    ["state", "open facts", "median s", "slowest s", "of it reading all facts, s"],
    rows.map(({ name, seen }) => [
      name,
      count(seen.openFacts),
      seconds(median(seen.tries)),
      seconds(Math.max(...seen.tries)),
      seconds(seen.readMs),
    ]),
  );
  const slowest = Math.max(...rows.flatMap(({ seen }) => seen.tries));
  const isMet = slowest <= targets.latencyMs;
  print(`Target: at most ${seconds(targets.latencyMs)} s, the slowest too: ${verdict(isMet)}.`);
  print();
}

export function printRestart(
  rows: readonly { readonly name: string; readonly runs: readonly Restart[] }[],
  print: Print,
): void {
  print(`### Start with the state of a day: median of ${rows[0]?.runs.length ?? 0}`);
  print();
  table(
    print,
    ["it was", "taken from the archive", "runs, s", "answers, s", "reads on, s", "resident MB"],
    rows.map(({ name, runs }) => [
      name,
      count(of(runs, ({ replayed }) => replayed)),
      seconds(of(runs, ({ runsMs }) => runsMs)),
      seconds(of(runs, ({ answersMs }) => answersMs)),
      seconds(of(runs, ({ readsMs }) => readsMs)),
      megabytes(most(runs, ({ residentBytes }) => residentBytes)),
    ]),
  );
  const isMet = rows.every(({ runs }) => of(runs, ({ readsMs }) => readsMs) <= targets.restartMs);
  print(`Target: at most ${seconds(targets.restartMs)} s until it reads on: ${verdict(isMet)}.`);
  print();
}

export function printSoak(soak: Soak, print: Print): void {
  const { hours, events, lost, wallSeconds, residentBytesMax } = soak;
  print(`### A day of events in ${count(wallSeconds / 60)} minutes: ${count(events)} events`);
  print();
  table(
    print,
    ["hour of event time", "events until then", "resident MB at most", "open facts", "store MB"],
    hours
      .filter(({ hour }) => hour % 3 === 2 || hour === 0)
      .map((one) => [
        String(one.hour + 1),
        count(one.events),
        megabytes(one.residentBytes),
        count(one.openFacts),
        (one.storeBytes / 1e6).toFixed(1),
      ]),
  );
  const later = hours.filter(({ hour }) => hour >= 12).map(({ residentBytes }) => residentBytes);
  const [least, largest] = [Math.min(...later), Math.max(...later)];
  const isFlat = later.length > 0 && largest <= least * (1 + flatGrowth);
  print(
    `In the second half: ${megabytes(least)} to ${megabytes(largest)} MB by the hour; ` +
      `${megabytes(residentBytesMax)} MB at most in the whole run; ${count(lost)} events lost.`,
  );
  print();
  print(`Target: flat, so not more than ${percent(flatGrowth)} apart: ${verdict(isFlat)}.`);
  print();
}
