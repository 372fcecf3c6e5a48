/**
 * Holds the reading of a report that was saved as JSON, by this version or an earlier one.
 * In: its name. Out: the report, with what its version did not know yet filled in as unknown.
 * Must never take a document that only looks like one.
 */
import { ProblemLog } from "../core/event/problem.ts";
import type { Report } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { fillReport } from "./fill-report.ts";
import type { OperationContext } from "./operation.ts";
import { readText } from "./read-text.ts";

/** **Unit**: bytes; a report of a thousand images has about as much. */
const reportSizeBytesMax = 400 * 1024 * 1024;

/** **Errors**: throws `input-unsupported` that names the first field that is not as it must be. */
export async function loadReport(
  name: string,
  context: Pick<OperationContext, "files">,
): Promise<Report> {
  const limits = { sizeBytesMax: reportSizeBytesMax, problems: new ProblemLog() };
  const { text } = await readText(context.files, name, limits);
  const { reportSchema } = await import("./report-schema.ts");
  const result = reportSchema.safeParse(fillReport(parseJson(text, name)));
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
