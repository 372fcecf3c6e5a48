/**
 * Holds the operation `diff`: what changed between two reports, and why.
 * In: two reports saved as JSON, and which changes are to stop a pipeline. Out: the comparison, and
 * the conditions that are met.
 */
import * as z from "zod";
import { diffReports } from "../core/report/diff/diff-reports.ts";
import type { FindingChange, ReportDiff } from "../core/report/diff/report-diff.ts";
import type { FailOnResult } from "./fail-on.ts";
import { loadReport } from "./load-report.ts";
import type { Operation } from "./operation.ts";

type Test = (change: FindingChange) => boolean;

/** Word → which change it means. What a person signed is spared. */
const conditions = {
  new: ({ kind }) => kind === "new",
  "new-act-now": ({ decisionBefore, decisionAfter }) =>
    decisionAfter === "act-now" && decisionBefore !== "act-now",
  "new-in-use": ({ kind, inUse, changes }) =>
    inUse && (kind === "new" || changes.some(({ field }) => field === "usage")),
  "new-kev": ({ kind, knownExploited, changes }) =>
    knownExploited &&
    (kind === "new" || changes.some(({ field, before }) => field === "kev" && before === "")),
} as const satisfies Record<string, Test>;
type Condition = keyof typeof conditions;

const input = z.strictObject({
  before: z.string().min(1).describe("The earlier report, made with --format json"),
  after: z.string().min(1).describe("The later report"),
  failOn: z
    .array(z.enum(Object.keys(conditions) as [Condition, ...Condition[]]))
    .optional()
    .describe(
      "Changes that end with exit status 10: any new finding; one that is now act-now, in use, " +
        "or known to be exploited and was not so before; signed ones are spared",
    ),
});

export interface DiffOutput {
  readonly diff: ReportDiff;
  readonly failOn: readonly FailOnResult[];
}

export const diff: Operation<z.infer<typeof input>, DiffOutput> = {
  name: "diff",
  summary: "say what changed between two reports, and why",
  description:
    "Compares two reports saved as JSON by the stable ids of their findings: what is new, gone " +
    "and changed, and why: another image or version, other vulnerability data, a first use, " +
    "other coverage, exposure or rights. What is gone only because its workload was not seen, " +
    "or its image not scanned, is told apart from what is fixed. Earlier versions are read.",
  effect: "read",
  input,
  run: async ({ before, after, failOn = [] }, context) => {
    const earlier = { name: before, report: await loadReport(before, context) };
    const later = { name: after, report: await loadReport(after, context) };
    const made = diffReports(earlier, later);
    return { diff: made, failOn: failOn.flatMap((condition) => check(condition, made)) };
  },
};

function check(condition: Condition, { findings }: ReportDiff): readonly FailOnResult[] {
  const isThere = ({ kind, signed }: FindingChange) => !signed && /^(new|changed)$/.test(kind);
  const met = findings.filter((one) => isThere(one) && conditions[condition](one));
  if (met.length === 0) return [];
  const ids = met.slice(0, 20).map(({ id }) => id);
  return [{ condition, findingCount: met.length, findings: ids }];
}
