/**
 * Runs the evaluation of detection, or lists which rules fire where.
 * In: the words of the command line (`--recording`, `--scenario`, `--rules`, `--list`),
 * `WAGGLE_RECORDINGS`. Out: lines, through `print`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { evaluateRun, type RunResult } from "./evaluate-run.ts";
import { listDetection } from "./list-detection.ts";
import { loadDetectors } from "./load-detectors.ts";
import { printDetection } from "./print-detection.ts";
import { findRuns } from "./runs.ts";

const repository = join(import.meta.dirname, "..", "..");

export async function runDetection(
  words: readonly string[],
  print: (line?: string) => void,
): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    strict: false,
    options: {
      recording: { type: "string", multiple: true, default: [] },
      scenario: { type: "string", default: "" },
      rules: { type: "string", default: join(repository, "rules") },
      list: { type: "boolean", default: false },
    },
  });
  const folder = process.env["WAGGLE_RECORDINGS"] ?? "";
  if (folder === "") return print("Detection needs WAGGLE_RECORDINGS.\n");
  const recordings = (values.recording as readonly string[]).map(String);
  const rules = loadDetectors(String(values.rules));
  for (const problem of rules.problems) print(`- rule not taken: ${problem}`);
  const all: RunResult[] = [];
  const sigmaAlone: RunResult[] = [];
  for (const run of await findRuns(folder, recordings)) {
    const result = await evaluateRun(run, rules.all);
    all.push(result);
    if (values.list === true) {
      const scenario = String(values.scenario);
      for (const line of listDetection(result, { scenario, recordings })) print(line);
    } else if (rules.sigmaAlone.length > 0) {
      sigmaAlone.push(await evaluateRun(run, rules.sigmaAlone));
    }
  }
  if (values.list !== true) printDetection({ ...rules, all, sigmaAlone }, print);
}
