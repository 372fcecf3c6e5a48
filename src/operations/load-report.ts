/**
 * Holds the reading of a report that was saved as JSON, by this version or an earlier one.
 * In: its name. Out: the report, with what its version did not know yet filled in as unknown.
 * Must never take a document that only looks like one.
 */
import { ProblemLog } from "../core/event/problem.ts";
import { type Report, reportSchemaVersion } from "../core/report/report.ts";
import { makeVisible } from "../core/report/safe-text.ts";
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
  return readReport(text, name);
}

/** `name` is what messages call it. */
async function readReport(text: string, name: string): Promise<Report> {
  const { reportSchema } = await import("./report-schema.ts");
  const result = reportSchema.safeParse(fillReport(parseJson(text, name)));
  if (result.success) {
    refuseOtherMajor(name, result.data);
    return result.data;
  }
  const issue = result.error.issues[0];
  const where = issue === undefined ? "" : ` (${issue.path.join(".")}: ${issue.message})`;
  throw new WaggleError("input-unsupported", `${name}: not a report of waggle${where}.`);
}

/** Within one major version fields are only added; in another the same name may mean another. */
function refuseOtherMajor(name: string, { schemaVersion }: Report): void {
  const [ours] = reportSchemaVersion.split(".");
  if (/^\d+\.\d+\.\d+$/.test(schemaVersion) && schemaVersion.split(".")[0] === ours) return;
  const version = makeVisible(schemaVersion, 40);
  throw new WaggleError(
    "input-unsupported",
    `${name}: a report of schema "${version}"; this version of waggle reads ${ours}.x.`,
  );
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw new WaggleError("input-unsupported", `${name}: not JSON: ${why}.`, { cause: error });
  }
}
