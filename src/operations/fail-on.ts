/**
 * Holds `--fail-on`: which findings make a pipeline stop.
 * In: conditions as written, and findings. Out: the conditions that are met, and by how many.
 * Must never change a finding or its rank.
 *
 * A condition is words joined by `:`; one finding has to meet all of them. Several conditions: any.
 */
import type { Finding } from "../core/judge/verdict.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { nearestName } from "./nearest-name.ts";

type Test = (finding: Finding) => boolean;

const severityOrder = ["Negligible", "Low", "Medium", "High", "Critical"];

function atLeast(severity: string): Test {
  const least = severityOrder.indexOf(severity);
  return (finding) => severityOrder.indexOf(finding.vulnerability.severity) >= least;
}

/** Word → what it asks of a finding. The docs are generated from `says`. */
export const failOnWords: ReadonlyMap<string, { readonly says: string; readonly test: Test }> =
  new Map([
    ["any", { says: "any finding", test: () => true }],
    ["critical", { says: "severity Critical", test: atLeast("Critical") }],
    ["high", { says: "severity High or worse", test: atLeast("High") }],
    ["medium", { says: "severity Medium or worse", test: atLeast("Medium") }],
    ["low", { says: "severity Low or worse", test: atLeast("Low") }],
    [
      "kev",
      { says: "known to be exploited", test: (finding) => finding.vulnerability.kev !== null },
    ],
    ["in-use", { says: "seen in use by the workload", test: (finding) => finding.inUse }],
    [
      "maybe-in-use",
      {
        says: "in use, or unknown whether",
        test: (finding) => finding.usage.state !== "not-observed",
      },
    ],
    ["fixable", { says: "a fixed version exists", test: (finding) => finding.fixable }],
    ["privileged", { says: "in a privileged workload", test: (finding) => finding.privileged }],
  ]);

export interface FailOnResult {
  readonly condition: string;
  readonly findingCount: number;
  /** Ids of findings, at most 20, by rank. */
  readonly findings: readonly string[];
}

/** Splits at commas and checks every word. **Errors**: throws `usage` with the nearest word. */
export function readFailOn(texts: readonly string[]): readonly string[] {
  const conditions = texts.flatMap((text) => text.split(",")).map((text) => text.trim());
  for (const condition of conditions) {
    for (const word of condition.split(":")) {
      if (failOnWords.has(word.toLowerCase())) continue;
      const near = nearestName(word, failOnWords.keys());
      const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
      throw new WaggleError(
        "usage",
        `fail-on: "${word}" is none of ${[...failOnWords.keys()].join(", ")} ` +
          `(join several with ":").${hint}`,
      );
    }
  }
  return conditions.map((condition) => condition.toLowerCase());
}

/** Conditions that at least one finding meets, in the order given; signed ones are spared. */
export function checkFailOn(
  conditions: readonly string[],
  findings: readonly Finding[],
): readonly FailOnResult[] {
  const results: FailOnResult[] = [];
  const open = findings.filter(({ waiver }) => !waiver);
  for (const condition of conditions) {
    const tests = condition.split(":").map((word) => failOnWords.get(word)?.test);
    const met = open.filter((finding) => tests.every((test) => test?.(finding) === true));
    const ids = met.slice(0, 20).map((finding) => finding.id);
    if (met.length > 0) results.push({ condition, findingCount: met.length, findings: ids });
  }
  return results;
}
