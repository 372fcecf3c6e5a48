/**
 * Runs the evaluation of detection, or lists which rules fire where.
 * In: the words of the command line (`--recording`, `--scenario`, `--rules`, `--sigma`, `--list`,
 * `--story` for those written by hand),
 * `WAGGLE_RECORDINGS` or the slice that ships. Out: lines, through `print`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { evaluateRun, type RunResult, readGround } from "./evaluate-run.ts";
import { listDetection } from "./list-detection.ts";
import { loadMeasuredRules } from "./load-detectors.ts";
import { printDetection } from "./print-detection.ts";
import { listHandStories, printHandStories } from "./print-stories.ts";
import { findRuns } from "./runs.ts";

const repository = join(import.meta.dirname, "..", "..");

/** A slice of a recording: attacks and ordinary work without their background. */
export const shippedFolder = join(repository, "fixtures", "detect");

/** Little attacks and pieces of work that were written by hand. */
export const storyFolder = join(shippedFolder, "stories");

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
      sigma: { type: "string", default: "" },
      rules: { type: "string", default: join(repository, "rules") },
      list: { type: "boolean", default: false },
      story: { type: "string", default: "" },
    },
  });
  const folder = process.env["WAGGLE_RECORDINGS"] || shippedFolder;
  const recordings = (values.recording as readonly string[]).map(String);
  const rules = await loadMeasuredRules(String(values.rules), String(values.sigma));
  for (const problem of rules.problems) print(`- rule not taken: ${problem}`);
  if (values.story !== "") {
    const part = String(values.story);
    listHandStories(storyFolder, part, { detectors: rules.all, print });
    return;
  }
  const all: RunResult[] = [];
  const sigmaAlone: RunResult[] = [];
  for (const run of await findRuns(folder, recordings)) {
    const ground = await readGround(run);
    const result = await evaluateRun(run, ground, rules.all);
    all.push(result);
    if (values.list === true) {
      const scenario = String(values.scenario);
      for (const line of listDetection(result, { scenario, recordings })) print(line);
    } else if (rules.sigmaAlone.length > 0) {
      sigmaAlone.push(await evaluateRun(run, ground, rules.sigmaAlone));
    }
  }
  if (values.list === true) return;
  printDetection({ ...rules, all, sigmaAlone }, print);
  printHandStories(storyFolder, rules.all, print);
}
