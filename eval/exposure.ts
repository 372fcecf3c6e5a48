/**
 * Measures exposure against the known layout. In: runs. Out: rows of a table, and each mistake.
 * "unknown" is no mistake but no answer either; calling something exposed safe is the worst.
 */
import type { ContextRun } from "./context-truth.ts";
import { percent } from "./roles.ts";

export const exposureHead: readonly string[] = [
  "| | workloads | observed right | allowed right | exposed: right | unknown | wrong | exposed called safe |",
  "|---|--:|--:|--:|--:|--:|--:|--:|",
];

/** The last number must be 0. */
export function calledSafe({ pairs }: ContextRun): number {
  return pairs.filter(
    ({ truth, said }) => truth.exposed === "yes" && said.exposure.exposed === "no",
  ).length;
}

export function exposureRow(run: ContextRun): string {
  const { name, pairs, hasObjects } = run;
  const count = (test: (pair: ContextRun["pairs"][number]) => boolean) => pairs.filter(test).length;
  const right = count(({ truth, said }) => said.exposure.exposed === truth.exposed);
  const unknown = count(({ said }) => said.exposure.exposed === "unknown");
  const cells = [
    name,
    pairs.length,
    percent(
      count(({ truth, said }) => said.exposure.observed === truth.observed),
      pairs.length,
    ),
    hasObjects
      ? percent(
          count(({ truth, said }) => said.exposure.allowed === truth.allowed),
          pairs.length,
        )
      : "–",
    right,
    unknown,
    pairs.length - right - unknown,
    calledSafe(run),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** One line each. */
export function exposureMistakes({ pairs, hasObjects }: ContextRun): readonly string[] {
  return pairs.flatMap(({ truth, said: { exposure } }) => {
    const told: string[] = [];
    const note = (what: string, is: string, said: string) => {
      if (is !== said) told.push(`- ${truth.container}: ${what} is ${is}, said ${said}`);
    };
    note("observed", truth.observed, exposure.observed);
    if (hasObjects) note("allowed", truth.allowed, exposure.allowed);
    if (exposure.exposed !== "unknown") note("exposed", truth.exposed, exposure.exposed);
    return told;
  });
}
