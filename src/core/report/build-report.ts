/**
 * Holds how a judgement becomes the report.
 * In: the judgement, the inputs it rests on, the window and the problems. Out: one `Report`.
 * Must add nothing that was not passed in: no clock, no host name, no version of the machine.
 */

import { formatTime } from "../event/format-time.ts";
import type { ProblemLog } from "../event/problem.ts";
import type { Incident } from "../judge/incident/incident.ts";
import type { Judgement } from "../judge/judge.ts";
import { applyWaivers, type Signed } from "../judge/waive/apply-waivers.ts";
import { type DetectionSummary, noDetection, summarizeIncidents } from "./incident-summary.ts";
import { type InputSummary, type Report, reportSchemaVersion } from "./report.ts";

export interface BuildReportOptions {
  readonly judgement: Judgement;
  /** Left out where intrusions were not looked for. */
  readonly detected?: {
    readonly source: DetectionSummary["source"];
    readonly signalCount: number;
    /** Those whose weight is in the judgement. */
    readonly incidents: readonly Incident[];
  };
  readonly inputs: readonly InputSummary[];
  /** **Unit**: microseconds; 0 where there was no event with a time. */
  readonly window: {
    readonly fromUs: number;
    readonly toUs: number;
    readonly eventCount: number;
  };
  readonly generatedAt: string | null;
  readonly signed: Signed;
  readonly problems: ProblemLog;
}

export function buildReport(options: BuildReportOptions): Report {
  const { judgement, detected, inputs, generatedAt, problems } = options;
  const { fromUs, toUs, eventCount } = options.window;
  const isKnown = fromUs > 0 && toUs >= fromUs;
  const { coverage, funnel, upgrades, packages, evidence } = judgement;
  const { workloads, flows, actions, contradictions } = judgement;
  const findings = applyWaivers({ ...judgement, ...options.signed, problems });
  return {
    schemaVersion: reportSchemaVersion,
    generatedAt,
    window: {
      from: isKnown ? formatTime(fromUs) : null,
      to: isKnown ? formatTime(toUs) : null,
      seconds: isKnown ? (toUs - fromUs) / 1e6 : 0,
      eventCount,
    },
    inputs,
    coverage,
    funnel,
    upgrades,
    findings,
    packages,
    workloads,
    flows,
    actions,
    contradictions,
    incidents: summarizeIncidents(detected?.incidents ?? []),
    detection: detected === undefined ? noDetection : countDetected(detected),
    evidence,
    problems: problems.list(),
  };
}

function countDetected({
  source,
  signalCount,
  incidents,
}: NonNullable<BuildReportOptions["detected"]>): DetectionSummary {
  return { source, signalCount, incidentCount: incidents.length };
}
