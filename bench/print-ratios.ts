/**
 * Prints what one part costs and how long a large report takes: the sections "Flows" and "Many
 * findings" of the benchmarks.
 * In: ways to run a piece of work in a process of its own. Out: lines, through `print`.
 */
type Print = (line?: string) => void;

export interface Speed {
  readonly seconds: number;
  readonly events: number;
}

export interface FindingsTime {
  readonly findings: number;
  readonly workloads: number;
  readonly actions: number;
  readonly judgeSeconds: number;
  readonly renderSeconds: number;
  readonly sizeBytes: number;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** **Unit**: parts of one. */
const flowCostMax = 0.15;
/** **Unit**: seconds for judging and one document. */
const reportSecondsMax = 3;

/** Neighbours in time are compared, in turns, so that a slow minute hits both. */
export function printFlowCost(
  run: (kind: "waggle" | "no-flows") => Speed,
  roundCount: number,
  print: Print,
): void {
  const rounds = Array.from({ length: roundCount }, (_, round) => {
    if (round % 2 === 0) return { with: run("waggle"), without: run("no-flows") };
    const without = run("no-flows");
    return { with: run("waggle"), without };
  });
  const speedOf = ({ events, seconds }: Speed) => events / seconds;
  const speed = (key: "with" | "without") =>
    Math.round(median(rounds.map((one) => speedOf(one[key])))).toLocaleString("en");
  const ratio = median(rounds.map((one) => speedOf(one.with) / speedOf(one.without)));
  const verdict = 1 - ratio <= flowCostMax ? "met" : "missed";
  print("## Flows: what folding them costs");
  print();
  print("| | events/s |");
  print("|---|--:|");
  print(`| all folds | ${speed("with")} |`);
  print(`| all but flows | ${speed("without")} |`);
  print(`| **with ÷ without**, the median of ${roundCount} pairs | ${ratio.toFixed(2)} |`);
  print();
  print(
    `Events per second must not fall by more than ${100 * flowCostMax} %: they fall by ` +
      `${(100 * (1 - ratio)).toFixed(1)} %, ${verdict}.`,
  );
  print();
}

export function printManyFindings(
  run: (format: string) => FindingsTime,
  { formats, roundCount }: { readonly formats: readonly string[]; readonly roundCount: number },
  print: Print,
): void {
  const times = new Map<string, FindingsTime[]>();
  for (let round = 0; round < roundCount; round += 1) {
    for (const format of formats) times.set(format, [...(times.get(format) ?? []), run(format)]);
  }
  const all = [...times.values()].flat();
  const [first] = all;
  if (first === undefined) return;
  const count = (value: number) => value.toLocaleString("en");
  print(`## Many findings: ${count(first.findings)} in ${count(first.workloads)} workloads`);
  print();
  print("| | seconds | with judging | MB |");
  print("|---|--:|--:|--:|");
  const judging = median(all.map((one) => one.judgeSeconds));
  print(
    `| judging: decisions, ranks, ${count(first.actions)} actions | ${judging.toFixed(2)} | | |`,
  );
  const slow: string[] = [];
  for (const [format, runs] of times) {
    const rendering = median(runs.map((one) => one.renderSeconds));
    const both = median(runs.map((one) => one.judgeSeconds + one.renderSeconds));
    if (both >= reportSecondsMax) slow.push(format);
    const megabytes = ((runs[0]?.sizeBytes ?? 0) / 1e6).toFixed(1);
    print(`| ${format} | ${rendering.toFixed(2)} | ${both.toFixed(2)} | ${megabytes} |`);
  }
  print();
  const verdict = slow.length === 0 ? "met by all" : `missed by ${slow.join(", ")}`;
  print(`Judged and rendered in less than ${reportSecondsMax} s: ${verdict}.`);
  print();
}
