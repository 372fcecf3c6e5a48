/**
 * Prints what streams of events cost the daemon: one small table a question, each with its target
 * and whether it is met.
 * In: what the parts measured. Out: lines, through `print`. Must never call a target met that a
 * loss or an unreached rate puts in doubt.
 */
import { median } from "../print-ratios.ts";
import type { Framed } from "./make-events.ts";
import type { Streamed } from "./measure-stream.ts";
import {
  count,
  megabytes,
  most,
  of,
  type Print,
  percent,
  table,
  targets,
  verdict,
} from "./print-table.ts";

/** A server that sends less than this part of a rate did not reach it. */
const reachedShare = 0.97;

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
    count(of(all, ({ first }) => first.events / first.cpuSeconds)),
    of(all, ({ cpuSeconds, wallSeconds }) => cpuSeconds / wallSeconds).toFixed(2),
    count(most(all, ({ lost }) => lost)),
    megabytes(most(all, ({ residentBytesMax }) => residentBytesMax)),
    count(of(all, ({ pace }) => pace)),
  ];
  const head = [
    ...["sent", "events/s", "events a CPU second", "of the first", "cores", "lost at most"],
    ...["resident MB", "pace, MB/s"],
  ];
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
  const unreached = `only ${count(reached)} a second went through, so it is not shown`;
  print(
    `Target: ${rate} events a second on one core, none lost, store included: ` +
      `${isReached || !isMet ? verdict(isMet) : unreached}.`,
  );
  print();
}

export function printSteady(runs: readonly KeptRun[], print: Print): void {
  const { steadyCore, steadyBytes, steadyPerSecond } = targets;
  print(`### ${count(steadyPerSecond)} events a second`);
  print();
  const row = (name: string, of: (run: Streamed) => string) => [
    name,
    ...runs.map(({ run }) => of(run)),
  ];
  const core = ({ cpuSeconds, wallSeconds }: Streamed) => cpuSeconds / wallSeconds;
  table(
    print,
    ["", ...runs.map(({ containers }) => `${count(containers)} containers`)],
    [
      row("minutes, the last of the run", ({ wallSeconds }) => (wallSeconds / 60).toFixed(1)),
      row("events/s", ({ events, wallSeconds }) => count(events / wallSeconds)),
      row("lost in the whole run", ({ lost }) => count(lost)),
      row("cores of the daemon", (run) => core(run).toFixed(3)),
      row("resident MB, median", ({ residentBytes }) => megabytes(residentBytes)),
      row("resident MB at most", ({ residentBytesMost }) => megabytes(residentBytesMost)),
      row("resident MB at most while the state was filled", ({ residentBytesMax }) =>
        megabytes(residentBytesMax),
      ),
      row("seconds from one commit to the next", ({ wallSeconds, commitMs }) =>
        (wallSeconds / commitMs.length).toFixed(1),
      ),
      row("milliseconds that a commit takes", ({ commitMs }) => count(median(commitMs))),
      row("reports since the start", ({ reports }) => count(reports)),
      row("cores of reports, processes of their own", ({ childSeconds, wallSeconds }) =>
        (childSeconds / wallSeconds).toFixed(3),
      ),
      row("pace of the machine, MB/s", ({ pace }) => count(pace)),
    ],
  );
  const isMet = ({ lost, events, wallSeconds }: Streamed, isBelow: boolean) => {
    const isSent = lost === 0 && events / wallSeconds >= reachedShare * steadyPerSecond;
    return isSent || !isBelow ? verdict(isBelow) : "not shown";
  };
  for (const { containers, run } of runs) {
    print(
      `Targets with ${count(containers)} containers: at most ${steadyCore.toFixed(2)} core, ` +
        `${isMet(run, core(run) <= steadyCore)}; at most ${megabytes(steadyBytes)} MB resident, ` +
        `by the median, ${isMet(run, run.residentBytes <= steadyBytes)}.`,
    );
    print();
  }
}

/** A run that filled its state first, and what was sent in its two windows. */
export interface KeptRun {
  readonly containers: number;
  readonly filling: Framed;
  readonly steady: Framed;
  readonly run: Streamed;
}

const fileKinds = ["file-use"];
const flowKinds = ["flow", "listen"];

export function printWrites(runs: readonly KeptRun[], print: Print): void {
  print("### Facts that are written, against events");
  print();
  const rows = runs.flatMap(writeRows);
  table(
    print,
    ["containers", "", "of", "events", "facts written", "written less by", "rows in the end"],
    rows.map((row) => [
      count(row.containers),
      row.window,
      row.of,
      count(row.events),
      count(row.written),
      percent(row.less),
      row.isSteady ? count(row.stored) : "",
    ]),
  );
  table(
    print,
    [
      "containers",
      "all facts written",
      "commits",
      "store bytes an event",
      "archive bytes an event",
    ],
    runs.map(({ containers, run: { kept } }) => [
      count(containers),
      count(sumOf(kept.writes.byKind, Object.keys(kept.writes.byKind))),
      count(kept.writes.commits),
      (kept.storeBytes / kept.events).toFixed(1),
      kept.archiveBytes === 0 ? "off" : (kept.archiveBytes / kept.events).toFixed(1),
    ]),
  );
  const { fileLess, flowLess } = targets;
  const isMet = (name: string, least: number) =>
    rows.filter((row) => row.isSteady && row.of === name).every(({ less }) => less >= least);
  const isLost = runs.some(({ run }) => run.lost > 0);
  print(
    `Targets, from then on: files ${percent(fileLess)} less, ${verdict(isMet("files", fileLess))}; ` +
      `flows ${percent(flowLess)} less, ${verdict(isMet("flows", flowLess))}.` +
      (isLost ? " Events were lost, so what is missed is not the daemon's thrift alone." : ""),
  );
  print();
}

const sumOf = (counts: Readonly<Record<string, number>>, kinds: readonly string[]) =>
  kinds.reduce((all, kind) => all + (counts[kind] ?? 0), 0);

function writeRows({ containers, filling, steady, run: { kept } }: KeptRun) {
  const minutes = steady.events / targets.steadyPerSecond / 60;
  const windows = [
    { window: "from an empty state", isSteady: false, sent: filling },
    { window: `from then on, ${minutes.toFixed(1)} minutes`, isSteady: true, sent: steady },
  ];
  const written = (kinds: readonly string[], isSteady: boolean) => {
    const first = sumOf(kept.filling.byKind, kinds);
    return isSteady ? sumOf(kept.writes.byKind, kinds) - first : first;
  };
  return windows.flatMap(({ window, isSteady, sent }) => {
    const row = (name: string, events: number, kinds: readonly string[]) => {
      const facts = written(kinds, isSteady);
      const stored = sumOf(kept.rowsByKind, kinds);
      const less = 1 - facts / events;
      return { containers, window, isSteady, of: name, events, written: facts, less, stored };
    };
    return [row("files", sent.fileEvents, fileKinds), row("flows", sent.flowEvents, flowKinds)];
  });
}
