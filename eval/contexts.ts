/**
 * Prints the sections "Roles" and "Exposure" of the evaluation.
 * In: what was said of each workload of each recording, beside the truth. Out: lines, through
 * `print`; how many exposed workloads were called safe.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ContextRun } from "./context-truth.ts";
import { calledSafe, exposureHead, exposureMistakes, exposureRow } from "./exposure.ts";
import { roleHead, roleMistakes, roleRow } from "./roles.ts";

export function printContexts(runs: readonly ContextRun[], print: (line?: string) => void): number {
  const printMistakes = (mistakesOf: (run: ContextRun) => readonly string[]) => {
    for (const run of runs) {
      const mistakes = mistakesOf(run);
      if (mistakes.length === 0) continue;
      print(`${run.name}:`);
      print();
      for (const line of mistakes) print(line);
      print();
    }
  };
  print("## Roles");
  print();
  print(readFileSync(join(import.meta.dirname, "contexts.md"), "utf8").trim());
  print();
  for (const line of [...roleHead, ...runs.map(roleRow)]) print(line);
  print();
  printMistakes(roleMistakes);
  print("## Exposure");
  print();
  for (const line of [...exposureHead, ...runs.map(exposureRow)]) print(line);
  print();
  printMistakes(exposureMistakes);
  return runs.reduce((sum, run) => sum + calledSafe(run), 0);
}
