/**
 * Prints what was measured of a daemon with a day behind it: memory by the hour, answers, starts.
 * In: what the parts measured. Out: lines, through `print`.
 */
import type { Latencies } from "./measure-latency.ts";
import type { Restart } from "./measure-restart.ts";
import { dayHours, type Soak, slopeOf } from "./measure-soak.ts";
import {
  count,
  megabytes,
  most,
  of,
  type Print,
  percent,
  seconds,
  table,
  targets,
  verdict,
} from "./print-table.ts";

/** Memory is flat when the line through the second half of the day rises by less than this part. */
const flatGrowth = 0.1;

export function printSoak(soak: Soak, print: Print): void {
  const { hours, events, lost, wallSeconds, endMs, residentBytesMax } = soak;
  print(`### A day of events in ${(wallSeconds / 60).toFixed(1)} minutes: ${count(events)} events`);
  print();
  table(
    print,
    ["hour of event time", "events until then", "resident MB", "at most", "open facts", "store MB"],
    hours.map((one) => [
      String(one.hour + 1),
      count(one.events),
      megabytes(one.residentBytes),
      megabytes(one.residentBytesMost),
      count(one.openFacts),
      (one.storeBytes / 1e6).toFixed(1),
    ]),
  );
  const slope = slopeOf(hours);
  const later = hours.filter(({ hour }) => hour >= dayHours / 2);
  const level = of(later, ({ residentBytes }) => residentBytes);
  const growth = (slope * dayHours) / 2 / level;
  print(
    `In the second half memory changes by ${(slope / 1e6).toFixed(2)} MB an hour of event time ` +
      `(least squares);\n${megabytes(residentBytesMax)} MB at most in the whole run; ` +
      `${count(lost)} events lost; asked to end, it ended within ${seconds(endMs)} s.`,
  );
  print();
  print(
    `Target: flat, so that line rises by less than ${percent(flatGrowth)} in half a day: ` +
      `${verdict(growth < flatGrowth)}.`,
  );
  print();
}

export function printLatency(seen: Latencies, print: Print): void {
  const { tries, readMs, openFacts, eventsPerSecond, lost } = seen;
  print(`### From an event to an answer, with the state of a day: ${tries.length} tries`);
  print();
  const ordered = [...tries].sort((a, b) => a - b);
  const nearly = ordered[Math.ceil(0.95 * ordered.length) - 1] ?? Number.NaN;
  const slowest = Math.max(...tries);
  table(
    print,
    ["", ""],
    [
      ["median s", seconds(of(tries, (one) => one))],
      ["95 % within s", seconds(nearly)],
      ["slowest s", seconds(slowest)],
      ["of it reading all facts, s", seconds(readMs)],
      ["open facts", count(openFacts)],
      ["events/s meanwhile", count(eventsPerSecond)],
      ["of them lost", count(lost)],
    ],
  );
  const { latencyMs } = targets;
  print(
    `Target: at most ${seconds(latencyMs)} s, the slowest too: ${verdict(slowest <= latencyMs)}.`,
  );
  print();
}

export interface RestartRow {
  readonly name: string;
  readonly runs: readonly Restart[];
}

export function printRestart(rows: readonly RestartRow[], print: Print): void {
  print(`### Start with the state of a day: median of ${rows[0]?.runs.length ?? 0}`);
  print();
  const head = ["taken from the archive", "ready, s", "answers, s", "reads on, s", "resident MB"];
  table(
    print,
    ["it was", ...head],
    rows.map(({ name, runs }) => [
      name,
      count(of(runs, ({ replayed }) => replayed)),
      seconds(of(runs, ({ readyMs }) => readyMs)),
      seconds(of(runs, ({ answersMs }) => answersMs)),
      seconds(of(runs, ({ readsMs }) => readsMs)),
      megabytes(most(runs, ({ residentBytes }) => residentBytes)),
    ]),
  );
  const { restartMs } = targets;
  const isMet = (value: (run: Restart) => number) =>
    verdict(rows.every(({ runs }) => of(runs, value) <= restartMs));
  print(
    `Target: at most ${seconds(restartMs)} s until it is ready, ` +
      `${isMet(({ readyMs }) => readyMs)}; until it reads on, ${isMet(({ readsMs }) => readsMs)}.`,
  );
  print();
}
