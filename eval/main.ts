/**
 * Measures verdicts against the ground truth, beside two other methods, and writes the result.
 * In: `WAGGLE_RECORDINGS` (or the recording that ships). Out: tables on the terminal; with `--write`
 * also `docs/evaluation.md`. `--detection` measures only detection (`--list`: which rules fire
 * where; `--recording NAME`, `--scenario ID`, `--rules DIR`). Exit status 1 at a mistake that must not happen: a package called unused
 * under good coverage though it was used, an exposed workload called safe, a planted package that is
 * used and exposed and missing from the plan.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { exactPathMatch, pathsByContainer, relationshipClosure } from "./baselines.ts";
import { runContexts } from "./context-truth.ts";
import { printContexts } from "./contexts.ts";
import { runDetection } from "./detection/run-detection.ts";
import { baselineVerdicts, containersWithScan, runWaggle, type WaggleReport } from "./methods.ts";
import { type DecidedRecording, matchKey, printDecisions } from "./print-decisions.ts";
import { printFlows } from "./print-flows.ts";
import { findRecordings, makeVariants, type Variant } from "./recordings.ts";
import { isVisible, type Judged, join, type Score, score } from "./score.ts";
import { type PlantedRow, readPlanted, readTruth, wasUsed } from "./truth.ts";

const truthFolder = path(import.meta.dirname, "truth");
const document = path(import.meta.dirname, "..", "docs", "evaluation.md");
const lines: string[] = [];
/** Of each recording the run with all its sensors. */
const decided: DecidedRecording[] = [];

function print(line = ""): void {
  lines.push(line);
  console.log(line);
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

function scoreRow(name: string, result: Score): string {
  const cells = [
    name,
    result.packages,
    result.used,
    percent(result.precision),
    percent(result.recall),
    percent(result.visibleRecall),
    result.wrongNotObserved,
    result.wrongUnderGoodCoverage,
    result.unknown,
  ];
  return `| ${cells.join(" | ")} |`;
}

const scoreHead = [
  "| | packages | truly used | precision | recall | recall where visible | wrong “not observed” | of these under good coverage | unknown |",
  "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
];

function groupRows(judged: readonly Judged[], key: (one: Judged) => string): readonly string[] {
  const groups = Map.groupBy(judged, key);
  return [...groups.keys()].sort().map((name) => scoreRow(name, score(groups.get(name) ?? [])));
}

async function evaluateVariant(variant: Variant, work: string): Promise<number> {
  const { recording, sensors } = variant;
  const truth = readTruth(truthFolder);
  const report = await runWaggle(variant, work);
  const { judged, unmatched } = join(report.verdicts, truth, recording.hasLazyPhase);
  const result = score(judged);
  print(`### ${recording.name}: ${sensors}`);
  print();
  scoreHead.forEach(print);
  print(scoreRow("**waggle**", result));
  await printBaselines(variant, truth);
  print();
  if (unmatched.length > 0) print(`${unmatched.length} packages have no row in the truth.\n`);
  if (sensors.startsWith("all")) {
    printDetails(judged, report, recording.hasLazyPhase);
    decided.push({ ...recording, report });
  }
  printMistakes(judged);
  return result.wrongUnderGoodCoverage;
}

async function printBaselines(
  variant: Variant,
  truth: ReturnType<typeof readTruth>,
): Promise<void> {
  const containers = readFileSync(path(variant.recording.folder, "containers.tsv"), "utf8");
  const paths = pathsByContainer(readFileSync(variant.events, "utf8"), containers);
  const methods = [
    ["exact path match", exactPathMatch],
    ["relationship closure (Kubescape’s published filter)", relationshipClosure],
  ] as const;
  for (const [name, method] of methods) {
    const verdicts = await baselineVerdicts(variant.recording, paths, method);
    print(scoreRow(name, score(join(verdicts, truth, variant.recording.hasLazyPhase).judged)));
  }
}

function printDetails(judged: readonly Judged[], report: WaggleReport, lazy: boolean): void {
  for (const [title, key] of [
    ["container", (one: Judged) => one.container],
    ["ecosystem", (one: Judged) => one.type],
    ["level", (one: Judged) => one.level],
  ] as const) {
    print(`By ${title}:\n`);
    scoreHead.forEach(print);
    groupRows(judged, key).forEach(print);
    print();
  }
  printPlanted(report, lazy);
}

/** Each planted, used package that Grype matches must be in the list, not as "not observed". */
function printPlanted(report: WaggleReport, lazy: boolean): void {
  const planted = readPlanted(truthFolder).filter((row) => report.scanned.has(row.container));
  const used = planted.filter((row) => wasUsed(row, lazy) && report.matched.has(matchKey(row)));
  const listed = (row: PlantedRow) =>
    report.findings.filter(
      (one) =>
        one.container === row.container &&
        one.packages.includes(`${row.name}@${row.version}`) &&
        one.state !== "not-observed",
    );
  const missing = used.filter((row) => listed(row).length === 0);
  const { all = 0, critical, fixable, privileged, inUse, criticalFixableInUse = 0 } = report.funnel;
  print(
    `Planted vulnerable packages that are used: ${used.length}; in the list: ${used.length - missing.length}.`,
  );
  for (const row of missing) print(`- missing: ${row.container} ${row.name} ${row.version}`);
  print();
  print(
    `Funnel (matches): all ${all} → critical ${critical} → fixable ${fixable} → privileged ${privileged}` +
      ` → in use ${inUse}; critical, fixable and in use: ${criticalFixableInUse}` +
      ` (${(all / Math.max(1, criticalFixableInUse)).toFixed(0)}x fewer).`,
  );
  print();
}

function printMistakes(judged: readonly Judged[]): void {
  const wrong = judged.filter(
    (one) =>
      (one.used && one.state !== "in-use" && isVisible(one)) ||
      (!one.used && one.state === "in-use"),
  );
  if (wrong.length === 0) return;
  print(`Mistakes (${wrong.length}):\n`);
  for (const one of wrong.slice(0, 40)) {
    const what = one.used ? `used, but said ${one.state}` : `not used, but said in use`;
    print(
      `- ${one.container} ${one.type} ${one.name} ${one.version}: ${what} (${one.level}, ${one.coverage})`,
    );
  }
  print();
}

const work = mkdtempSync(path(tmpdir(), "waggle-eval-"));
let wrong = 0;
const recordingsFolder =
  process.env["WAGGLE_RECORDINGS"] || path(import.meta.dirname, "..", "examples");

async function evaluateAll(): Promise<void> {
  print("# Evaluation");
  print();
  print(readFileSync(path(import.meta.dirname, "introduction.md"), "utf8").trim());
  print();
  for (const recording of findRecordings()) {
    const names = await containersWithScan(recording);
    print(`## ${recording.name} (${names.length} images)`);
    print();
    for (const variant of await makeVariants(recording, work))
      wrong += await evaluateVariant(variant, work);
  }
  await printFlows(findRecordings(), work, print);
  wrong += printContexts(runContexts(recordingsFolder, work), print);
  wrong += printDecisions(decided, readPlanted(truthFolder), print);
  await runDetection([], print);
}

const detectionMark = "## Detection\n";

/** Detection alone takes the place of its own section, the last one. */
function writeDocument(): void {
  const text = `${lines.join("\n").trimEnd()}\n`;
  const before = readFileSync(document, "utf8");
  const at = before.indexOf(detectionMark);
  const kept = at < 0 ? `${before.trimEnd()}\n\n` : before.slice(0, at);
  writeFileSync(document, onlyDetection ? kept + text : text);
}

const words = process.argv.slice(2);
const onlyDetection = words.includes("--detection");
try {
  await (onlyDetection ? runDetection(words, print) : evaluateAll());
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (words.includes("--write")) writeDocument();
process.exitCode = wrong > 0 ? 1 : 0;
