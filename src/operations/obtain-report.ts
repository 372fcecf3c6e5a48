/**
 * Holds the way to a report for whoever asks something of one: read a saved one, or make it.
 * In: a file, or the sources of a report. Out: the report.
 * Must never take a document for a report that is none.
 */
import { z } from "zod";
import type { Report } from "../core/report/report.ts";
import { loadReport } from "./load-report.ts";
import { makeReport } from "./make-report.ts";
import type { OperationContext } from "./operation.ts";
import { type SourceInput, sourceFields } from "./sources.ts";

/** Inputs of an operation that looks at a report. */
export const reportFields = {
  report: z
    .string()
    .min(1)
    .optional()
    .describe("A report made with --format json: answers at once, without reading events again"),
  ...sourceFields,
};

/** **Errors**: throws what making a report throws, or `input-unsupported` for another document. */
export async function obtainReport(
  { report, ...sources }: SourceInput & { readonly report?: string | undefined },
  context: OperationContext,
): Promise<Report> {
  return report === undefined ? makeReport(sources, context) : loadReport(report, context);
}
