/**
 * Holds the action `report`: a document for people or programs, written to a file.
 * In: incidents, or the wish for a plan; a format, a file. Out: what was written.
 * Must never let telemetry choose the name of the file.
 */
import * as z from "zod";
import { formatTime } from "../../core/event/format-time.ts";
import { incidentDocument } from "../../core/report/incident/render-incident-json.ts";
import { renderIncidentMarkdown } from "../../core/report/incident/render-incident-markdown.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { renderPlanMarkdown } from "../../core/report/render-plan.ts";
import { incidentList } from "./incident-values.ts";
import type { StepUse, StepWorld } from "./step-use.ts";
import { type WrittenFile, writeFile } from "./write-file.ts";

const input = z.strictObject({
  of: z.enum(["incidents", "plan"]).optional().describe("What it tells; incidents when left out"),
  incidents: incidentList.nullable().optional().describe("Incidents to tell of"),
  "input-names": z
    .array(z.string())
    .nullable()
    .optional()
    .describe("Names of the inputs that citations point at"),
  format: z.enum(["md", "json"]).optional().describe("md when left out"),
  file: z
    .string()
    .max(4096)
    .nullable()
    .optional()
    .describe("File to write, whole or not at all; nothing is written when left out"),
});
type ReportValues = z.infer<typeof input>;

export const makeDocument: StepUse<ReportValues, WrittenFile> = {
  name: "report",
  type: "action",
  summary: "write incidents, or the plan, as a document",
  input,
  trustedKeys: ["file", "format", "of"],
  readsActs: false,
  run: async (values, world) => {
    const pieces = await render(values, world);
    return writeFile(values.file ?? "", pieces, world);
  },
  describe: ({ file, sizeChars, written }) =>
    file === ""
      ? "no file was asked for"
      : `${written ? "wrote" : "would write"} ${file}, ${sizeChars} characters`,
};

async function render(
  { of = "incidents", incidents, format = "md", "input-names": names }: ReportValues,
  { sight, startedUs }: StepWorld,
): Promise<Iterable<string>> {
  if (of === "plan") {
    const report = await sight.report();
    return format === "md" ? [renderPlanMarkdown(report, { top: 0 })] : renderJson(report.actions);
  }
  const all = incidents ?? [];
  if (format === "json") {
    const options = { generatedAt: formatTime(startedUs), inputNames: names ?? [], cluster: "" };
    return renderJson(incidentDocument(all, options));
  }
  if (all.length === 0) return ["# No incident\n"];
  return all.map((one, at) => `${at === 0 ? "" : "\n---\n\n"}${renderIncidentMarkdown(one)}`);
}
