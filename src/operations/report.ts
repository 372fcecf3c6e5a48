/**
 * Holds the operation `report`: the main job.
 * In: events, SBOMs, scans and what says more about them. Out: the report, and which conditions of
 * `failOn` it meets.
 */
import * as z from "zod";
import { type GroupBy, groupings } from "../core/report/render-groups.ts";
import type { Report } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { checkFailOn, type FailOnResult, failOnWords, readFailOn } from "./fail-on.ts";
import { detectFields, makeReport, type ReportInput } from "./make-report.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { reportAt } from "./report-at.ts";
import { sourceFields } from "./sources.ts";

const input = z.strictObject({
  ...sourceFields,
  ...detectFields,
  at: z
    .string()
    .optional()
    .describe("With --state: the report that was written at or before this time, or 2h, 7d ago"),
  groupBy: z
    .enum(groupings)
    .optional()
    .describe("List what to do by action (the default), by workload, or by image"),
  failOn: z
    .array(z.string())
    .max(20)
    .optional()
    .describe(
      `Conditions that end with exit status 10: ${[...failOnWords.keys()].join(", ")}; joined ` +
        "with : all must hold for one finding, as in in-use:high",
    ),
});

export interface ReportOutput {
  readonly report: Report;
  readonly failOn: readonly FailOnResult[];
  readonly groupBy: GroupBy;
}

export const report: Operation<z.infer<typeof input>, ReportOutput> = {
  name: "report",
  summary: "rank the vulnerabilities that matter now, with proof",
  description:
    "Joins recorded Tetragon events with SBOMs and vulnerability scans: which vulnerable " +
    "packages were really used, by whom, with which rights, and what to upgrade first. What was " +
    "not seen is said; 'not observed' is never guessed.",
  effect: "read",
  input,
  run: async ({ failOn, groupBy, at, ...sources }, context) => {
    const conditions = readFailOn(failOn ?? context.settings.config["fail-on"] ?? []);
    const made = await makeOrFind(at, sources, context);
    return {
      report: made,
      failOn: checkFailOn(conditions, made.findings),
      groupBy: groupBy ?? "action",
    };
  },
};

async function makeOrFind(
  at: string | undefined,
  sources: ReportInput,
  context: OperationContext,
): Promise<Report> {
  if (at === undefined) return makeReport(sources, context);
  const state = sources.state ?? context.settings.config.state;
  if (state !== undefined) return reportAt(state, at, context);
  throw new WaggleError(
    "usage",
    "at looks into the history of a state directory: pass --state too.",
  );
}
