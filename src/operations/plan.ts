/**
 * Holds the operation `plan`: what to do, the fewest actions that remove the most first.
 * In: the sources of a report, or a report made before. Out: its actions and findings.
 */
import * as z from "zod";
import type { Action } from "../core/judge/decide/action.ts";
import { decisionNames } from "../core/judge/decide/decision.ts";
import type { Report } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { decidedFields, obtainReport } from "./obtain-report.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  decision: z
    .enum(decisionNames)
    .optional()
    .describe("The least urgent actions to list: with soon, also what is to be done now"),
  ...decidedFields,
});

export interface PlanOutput {
  readonly report: Report;
  /** Those that are asked for. **Order**: by rank. */
  readonly actions: readonly Action[];
}

export const plan: Operation<z.infer<typeof input>, PlanOutput> = {
  name: "plan",
  summary: "list what to do, the fewest actions that remove the most first",
  description:
    "Lists actions with their deadlines: rebuild on a newer base, upgrade a package, drop a " +
    "privilege, close an exposure, or watch what is unknown; how many findings each removes, " +
    "where, and why then. Takes the same inputs as report, or a report saved as JSON.",
  effect: "read",
  input,
  run: async ({ decision, ...sources }, context) => {
    const report = await obtainReport(sources, context);
    refuseUndecided(report);
    const least = decision === undefined ? decisionNames.length : decisionNames.indexOf(decision);
    const isAsked = (one: Action) => decisionNames.indexOf(one.decision) <= least;
    return { report, actions: report.actions.filter(isAsked) };
  },
};

/** Reports of before 1.1.0 hold no plan, which is not the same as an empty one. */
function refuseUndecided({ findings, schemaVersion }: Report): void {
  if (findings.every(({ decision }) => decision.row !== "")) return;
  throw new WaggleError(
    "input-unsupported",
    `The report is of schema ${schemaVersion}, which holds no plan: make it again from its inputs.`,
  );
}
