/**
 * Holds the making of a report of what was judged.
 * In: the sources as given, the settings. Out: the report.
 * Must never render, and never read a clock.
 */
import { buildReport } from "../core/report/build-report.ts";
import type { InputSummary, Report } from "../core/report/report.ts";
import { readSigned } from "./judge-settings.ts";
import { judgeSources } from "./judge-sources.ts";
import type { OperationContext, Settings } from "./operation.ts";
import type { SourceInput } from "./sources.ts";

/** **Errors**: throws what reading the sources throws. */
export async function makeReport(input: SourceInput, context: OperationContext): Promise<Report> {
  const { judgement, decisions, inputs, window, problems } = await judgeSources(input, context);
  const signed = readSigned(context.settings, context.now, window.toUs);
  return buildReport({
    judgement,
    signed: { ...signed, decisions: [...signed.decisions, ...decisions] },
    inputs: [...inputs, ...configInput(context.settings)],
    window,
    generatedAt: context.now ?? null,
    problems,
  });
}

/** A configuration that was found and not named still shows in the report: it decides. */
function configInput({ file, config }: Settings): readonly InputSummary[] {
  if (file === "") return [];
  const count = Object.keys(config).length;
  return [{ name: file, role: "config", format: "yaml", sizeBytes: -1, count, details: {} }];
}
