/**
 * Holds what a report of an earlier version lacks, and what stands there instead: nothing known.
 * In: parsed JSON of any shape. Out: the same, with fields that were added later filled in.
 * A field that is added to the report gets a line here. Must never change a field that is there.
 */
import { isWireObject } from "../core/event/wire-value.ts";
import { unknownExposure } from "../core/judge/context/unknown-exposure.ts";
import type { Decision } from "../core/judge/decide/decision.ts";
import type { Finding, FindingVulnerability, Funnel } from "../core/judge/verdict.ts";
import { noDetection } from "../core/report/incident-summary.ts";
import type { Report } from "../core/report/report.ts";

/** An empty row says that nothing was decided. */
const undecided: Decision = {
  name: "next-upgrade",
  deadlineDays: null,
  forensics: false,
  row: "",
  byTable: "next-upgrade",
  inputs: [],
  modifiers: [],
};

/** Since 1.1.0; incidents since 1.2.0. */
const addedToReport: Partial<Report> = {
  workloads: [],
  flows: [],
  actions: [],
  contradictions: [],
  incidents: [],
  detection: noDetection,
};
const addedToFinding: Partial<Finding> = {
  exposure: unknownExposure("the report was made by a version that did not judge exposure"),
  decision: undecided,
  waiver: null,
};
const addedToVulnerability: Partial<FindingVulnerability> = { cvssVector: "" };
const addedToFunnel: Partial<Funnel> = {
  actNow: 0,
  actNowAssumed: 0,
  actNowActions: 0,
  actionsLeftOut: 0,
};
const addedToStages: Partial<Funnel["stages"]> = {
  actNow: { matches: 0, findings: 0, vulnerabilities: 0, upgrades: 0 },
};

/** **Errors**: none; what is no report stays what it is, for the schema to refuse. */
export function fillReport(given: unknown): unknown {
  if (!isWireObject(given)) return given;
  const { findings, funnel } = given;
  return {
    ...addedToReport,
    ...given,
    ...(Array.isArray(findings) ? { findings: findings.map(fillFinding) } : {}),
    ...(isWireObject(funnel) ? { funnel: fillFunnel(funnel) } : {}),
  };
}

function fillFinding(given: unknown): unknown {
  if (!isWireObject(given)) return given;
  const { vulnerability } = given;
  const filled = isWireObject(vulnerability)
    ? { vulnerability: { ...addedToVulnerability, ...vulnerability } }
    : {};
  return { ...addedToFinding, ...given, ...filled };
}

function fillFunnel(given: Readonly<Record<string, unknown>>): unknown {
  const { stages } = given;
  const filled = isWireObject(stages) ? { stages: { ...addedToStages, ...stages } } : {};
  return { ...addedToFunnel, ...given, ...filled };
}
