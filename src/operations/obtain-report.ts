/**
 * Holds the way to a report for whoever asks something of one: read a saved one, or make it.
 * In: a file, or the sources of a report. Out: the report.
 * Must never take a document for a report that is none.
 */
import * as z from "zod";
import type { Report } from "../core/report/report.ts";
import { makeVisible } from "../core/report/safe-text.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { loadReport } from "./load-report.ts";
import { detectFields, makeReport, type ReportInput } from "./make-report.ts";
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

/** Of one that looks at decisions, which intrusions lift. */
export const decidedFields = { ...reportFields, ...detectFields };

/**
 * Intrusions are looked for, for they move decisions.
 * **Errors**: throws what making a report throws, `input-unsupported` for another document, `usage`
 * where sources are given too: they would be passed over, and the answer taken for one about them.
 */
export async function obtainReport(
  { report, ...sources }: ReportInput & { readonly report?: string | undefined },
  context: OperationContext,
): Promise<Report> {
  if (report === undefined) return makeReport(sources, context);
  const ignored = Object.entries(sources).flatMap(([key, value]) =>
    value === undefined ? [] : [key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)],
  );
  if (ignored.length > 0) {
    throw new WaggleError(
      "usage",
      `A saved report takes no other input (${ignored.join(", ")}): leave out one or the other.`,
    );
  }
  return loadReport(report, context);
}

/**
 * For questions about flows and exposure alone: intrusions are not looked for, which would double
 * the work. **Errors**: as `obtainReport`.
 */
export async function obtainPlainReport(
  { report, ...sources }: SourceInput & { readonly report?: string | undefined },
  context: OperationContext,
): Promise<Report> {
  if (report !== undefined) return obtainReport({ report, ...sources }, context);
  return makeReport({ ...sources, detect: "off" }, context);
}

/**
 * Reports of before 1.1.0 hold no context at all, which is not the same as nothing seen.
 * **Errors**: throws `input-unsupported`.
 */
export function requireContext({ schemaVersion }: Report): void {
  if (!/^1\.0\./.test(schemaVersion)) return;
  throw new WaggleError(
    "input-unsupported",
    `The report is of schema ${makeVisible(schemaVersion, 40)}, which holds no flows and no ` +
      "exposure: make it again from its inputs.",
  );
}
