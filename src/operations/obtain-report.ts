/**
 * Holds the way to a report for whoever asks something of one: read a saved one, or make it.
 * In: a file, or the sources of a report. Out: the report.
 * Must never take a document for a report that is none.
 */
import { z } from "zod";
import { ProblemLog } from "../core/event/problem.ts";
import type { Report } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { makeReport } from "./make-report.ts";
import type { OperationContext } from "./operation.ts";
import { readText } from "./read-text.ts";
import { type SourceInput, sourceFields } from "./sources.ts";

/** **Unit**: bytes; a report of a thousand images has about as much. */
const reportSizeBytesMax = 400 * 1024 * 1024;

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

/** **Errors**: throws `input-unsupported` that names the first field that is not as expected. */
async function loadReport(name: string, context: OperationContext): Promise<Report> {
  const limits = { sizeBytesMax: reportSizeBytesMax, problems: new ProblemLog() };
  const { text } = await readText(context.files, name, limits);
  const { reportSchema } = await import("./report-schema.ts");
  const result = reportSchema.safeParse(parseJson(text, name));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined ? "" : ` (${issue.path.join(".")}: ${issue.message})`;
  throw new WaggleError("input-unsupported", `${name}: not a report of waggle${where}.`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw new WaggleError("input-unsupported", `${name}: not JSON: ${why}.`, { cause: error });
  }
}
