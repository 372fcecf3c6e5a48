/**
 * Holds the making of a report of what was judged, with the intrusions that were found beside.
 * In: the sources as given, the settings. Out: the report.
 * Must never render, and never read a clock.
 */
import * as z from "zod";
import { type BuildReportOptions, buildReport } from "../core/report/build-report.ts";
import type { InputSummary, Report } from "../core/report/report.ts";
import type { LoadedDetection } from "./detect/load-detection.ts";
import { observeDetected, observeIncidents } from "./detect/observe-incidents.ts";
import { rulesField } from "./detect/past-fields.ts";
import { readSigned } from "./judge-settings.ts";
import { type JudgedSources, judgeSources } from "./judge-sources.ts";
import type { OperationContext, Settings } from "./operation.ts";
import { resolveSources, type SourceInput } from "./sources.ts";

/** Of whoever makes a report: whether intrusions are looked for, and by which rules. */
export const detectFields = {
  detect: z
    .enum(["auto", "off"])
    .optional()
    .describe("off: do not look for intrusions, which would be named and lift findings"),
  ...rulesField,
};

export interface ReportInput extends SourceInput {
  readonly detect?: "auto" | "off" | undefined;
  readonly rules?: readonly string[] | undefined;
}

/** **Errors**: throws what reading the sources and rules throws. */
export async function makeReport(input: ReportInput, context: OperationContext): Promise<Report> {
  const { judged, detected } = await judgeAll(input, context);
  const { judgement, decisions, inputs, window, problems } = judged;
  const signed = readSigned(context.settings, context.now, window.toUs);
  return buildReport({
    judgement,
    ...(detected === undefined ? {} : { detected }),
    signed: { ...signed, decisions: [...signed.decisions, ...decisions] },
    inputs: [...inputs, ...configInput(context.settings)],
    window,
    generatedAt: context.now ?? null,
    problems,
  });
}

const noRules: LoadedDetection = { detectors: [], listings: [], problems: [] };

interface Judged {
  readonly judged: JudgedSources;
  readonly detected: BuildReportOptions["detected"];
}

async function judgeAll(
  { detect, rules = [], ...sources }: ReportInput,
  context: OperationContext,
): Promise<Judged> {
  const { settings } = context;
  if ((detect ?? settings.config.detect) === "off") {
    return { judged: await judgeSources(sources, context), detected: undefined };
  }
  // A state holds what was detected when it was seen: rules would have nothing to look at.
  const isState = resolveSources(sources, settings).state !== "";
  const observed = isState
    ? await observeDetected({ sources, detection: noRules }, context)
    : await observeIncidents({ sources, rules }, context);
  const { judged, incidents, detected, listings } = observed;
  // Novelty supports what rules find; alone it tells of no intrusion.
  const isBlind = !isState && listings.every(({ head }) => head.kind === "novelty");
  const source = isState ? "state" : isBlind ? "off" : "events";
  return { judged, detected: { source, signalCount: detected.signals.length, incidents } };
}

/** A configuration that was found and not named still shows in the report: it decides. */
function configInput({ file, config }: Settings): readonly InputSummary[] {
  if (file === "") return [];
  const count = Object.keys(config).length;
  return [{ name: file, role: "config", format: "yaml", sizeBytes: -1, count, details: {} }];
}
