/**
 * Holds the operation `rules`: which rules there are, which of them can run here, whether they hold
 * what their cases promise.
 * In: directories of rules. Out: the listing; results of cases. Must never run a rule on events.
 */
import * as z from "zod";
import type { Problem } from "../core/event/problem.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { type Family, families, type RuleListing } from "../core/observe/detect/rule.ts";
import type { CaseResult } from "../core/observe/detect/run-cases.ts";
import { loadDetection } from "./detect/load-detection.ts";
import { rulesField } from "./detect/past-fields.ts";
import { testRules } from "./detect/test-rules.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  action: z
    .enum(["list", "test"])
    .optional()
    .describe("list, the default, says what can run; test tries each rule on its cases"),
  ...rulesField,
  family: z.enum(families).optional().describe("Only rules of this family"),
});

export interface RulesOutput {
  /** **Order**: by family, then id. */
  readonly rules: readonly RuleListing[];
  readonly counts: Readonly<Record<RuleListing["evaluable"]["state"], number>>;
  /** null: none were asked for. */
  readonly cases: readonly CaseResult[] | null;
  /** Ids of rules that have no matching, or no quiet case; null as above. */
  readonly uncovered: readonly string[] | null;
  readonly problems: readonly Problem[];
}

export const rules: Operation<z.infer<typeof input>, RulesOutput> = {
  name: "rules",
  summary: "list detection rules and what they need, or test them",
  description:
    "Lists the rules that come with waggle and those of --rules DIR, Sigma and sequences: which " +
    "can run, which wait for a tracing policy, which never can and why. test tries each rule on " +
    "the cases beside it.",
  effect: "read",
  input,
  run: async ({ action = "list", rules: directories = [], family }, context) => {
    const problems = new ProblemLog();
    const isMeant = (head: { readonly family: Family }) =>
      family === undefined || head.family === family;
    const loaded = await loadDetection({ directories, only: isMeant }, context);
    for (const problem of loaded.problems) problems.add(problem);
    const tested =
      action === "list" ? undefined : await testRules({ directories, isMeant }, context, problems);
    const listed = loaded.listings.toSorted(
      (a, b) => compare(a.head.family, b.head.family) || compare(a.head.id, b.head.id),
    );
    const count = (state: RuleListing["evaluable"]["state"]) =>
      listed.filter(({ evaluable }) => evaluable.state === state).length;
    return {
      rules: listed,
      counts: { yes: count("yes"), "with-policy": count("with-policy"), never: count("never") },
      cases: tested?.results ?? null,
      uncovered: tested?.uncovered ?? null,
      problems: problems.list(),
    };
  },
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
