/**
 * Prints the section "Decisions" of the evaluation.
 * In: reports on recordings, and the truth. Out: lines, through `print`; how many planted packages
 * the plan has lost.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exposedContainers } from "./context-truth.ts";
import { decidePlanted, describeFunnel, describePlanted } from "./decisions.ts";
import type { WaggleReport } from "./methods.ts";
import { type PlantedRow, wasUsed } from "./truth.ts";

export interface DecidedRecording {
  readonly name: string;
  readonly hasLazyPhase: boolean;
  readonly report: WaggleReport;
}

/** As `WaggleReport.matched` calls a package of a container. */
export const matchKey = ({ container, name, version }: PlantedRow): string =>
  `${container} ${name}@${version}`;

export function printDecisions(
  recordings: readonly DecidedRecording[],
  planted: readonly PlantedRow[],
  print: (line?: string) => void,
): number {
  const exposed = exposedContainers();
  let lostCount = 0;
  print("## Decisions");
  print();
  print(readFileSync(join(import.meta.dirname, "decisions.md"), "utf8").trim());
  print();
  for (const { name, hasLazyPhase, report } of recordings) {
    const rows = planted.filter(
      (row) =>
        report.scanned.has(row.container) &&
        exposed.has(row.container) &&
        wasUsed(row, hasLazyPhase),
    );
    const matched = rows.filter((row) => report.matched.has(matchKey(row)));
    const decided = decidePlanted(matched, report);
    lostCount += decided.filter(({ isPlanned }) => !isPlanned).length;
    print(`### ${name}: decisions`);
    print();
    describeFunnel(report).forEach(print);
    print();
    describePlanted(decided).forEach(print);
    print();
    const unmatched = rows.filter((row) => !matched.includes(row));
    if (unmatched.length === 0) continue;
    const names = unmatched.map((row) => `${row.container} ${row.name} ${row.version}`);
    print(`Without a match in the scans, so without a finding: ${names.join(", ")}.`);
    print();
  }
  return lostCount;
}
