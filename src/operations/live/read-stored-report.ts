/**
 * Holds the reading of a report that the store keeps, by this version or an earlier one.
 * In: the stored report. Out: the report, with what its version did not know filled in.
 */
import type { Report } from "../../core/report/report.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { StoredReport } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { fillReport } from "../fill-report.ts";

/** **Errors**: throws `state-damaged`. **Cost**: that of checking all of it. */
export async function readStoredReport({ id, body }: StoredReport): Promise<Report> {
  const { reportSchema } = await import("../report-schema.ts");
  const result = reportSchema.safeParse(fillReport(parse(body)));
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join(".") ?? "";
  throw new WaggleError(
    "state-damaged",
    `The report ${makeVisible(id, 80)} of the state directory is none any more (${where}).`,
  );
}

/** undefined for what is no JSON: no report is. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
