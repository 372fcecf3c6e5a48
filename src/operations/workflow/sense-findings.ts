/**
 * Holds the sensors `waggle.findings` and `waggle.plan`: which vulnerabilities matter, and what to
 * do, as the report says.
 * In: how urgent, how many. Out: findings with their grounds; actions with their deadlines.
 */
import * as z from "zod";
import type { Action } from "../../core/judge/decide/action.ts";
import { type DecisionName, decisionNames } from "../../core/judge/decide/decision.ts";
import { nameWorkload } from "../../core/judge/name-workload.ts";
import type { Evidence, Finding, Funnel } from "../../core/judge/verdict.ts";
import { plural } from "../../core/report/text-layout.ts";
import type { StepUse } from "./step-use.ts";

const decisionField = z
  .enum(decisionNames)
  .optional()
  .describe("The least urgent to list: with soon, also what is to be done now; all when left out");
const limitField = z
  .int()
  .min(1)
  .max(10_000)
  .optional()
  .describe("How many at most; 200 when left out");
const limitDefault = 200;

const input = z.strictObject({
  decision: decisionField,
  "in-use": z.boolean().optional().describe("Only of packages that were seen in use"),
  limit: limitField,
});

export interface FindingRow {
  readonly id: string;
  readonly vulnerability: string;
  readonly severity: string;
  readonly knownExploited: boolean;
  readonly package: string;
  readonly version: string;
  readonly image: string;
  readonly place: string;
  readonly inUse: boolean;
  readonly exposed: string;
  readonly decision: DecisionName;
  readonly deadlineDays: number | null;
  readonly because: readonly string[];
  /** Raw proofs of use: input and offset of events. */
  readonly evidence: readonly Evidence[];
}

export interface FindingsOutput {
  /** **Order**: by rank. */
  readonly findings: readonly FindingRow[];
  /** By decision, of all findings. */
  readonly counts: Readonly<Record<string, number>>;
  readonly leftOutCount: number;
  readonly funnel: Funnel;
}

export const senseFindings: StepUse<z.infer<typeof input>, FindingsOutput> = {
  name: "waggle.findings",
  type: "sensor",
  summary: "vulnerabilities of the report, with what was seen of their packages",
  input,
  trustedKeys: [],
  readsActs: false,
  run: async ({ decision, "in-use": inUse = false, limit = limitDefault }, { sight }) => {
    const { findings, evidence, funnel } = await sight.report();
    const kept = findings
      .filter((one) => isAsked(one.decision.name, decision) && (one.inUse || !inUse))
      .slice(0, limit);
    return {
      findings: kept.map((one) => describeFinding(one, evidence)),
      counts: Object.fromEntries(
        decisionNames.map((name) => [
          name,
          findings.filter((one) => one.decision.name === name).length,
        ]),
      ),
      leftOutCount: findings.length - kept.length,
      funnel,
    };
  },
  describe: ({ findings, leftOutCount }) =>
    `${plural(findings.length, "finding")}, ${leftOutCount} others left out`,
};

function isAsked(name: DecisionName, least: DecisionName | undefined): boolean {
  const rank = least === undefined ? decisionNames.length : decisionNames.indexOf(least);
  return decisionNames.indexOf(name) <= rank;
}

const evidenceCountMax = 5;

function describeFinding(one: Finding, evidence: Readonly<Record<string, Evidence>>): FindingRow {
  const { vulnerability, decision } = one;
  return {
    id: one.id,
    vulnerability: vulnerability.id,
    severity: vulnerability.severity,
    knownExploited: vulnerability.kev !== null,
    package: one.package.name,
    version: one.package.version,
    image: one.image.reference,
    place: nameWorkload(one.workload),
    inUse: one.inUse,
    exposed: one.exposure.exposed,
    decision: decision.name,
    deadlineDays: decision.deadlineDays,
    because: one.reasons,
    evidence: one.usage.evidence
      .slice(0, evidenceCountMax)
      .flatMap((id) => (evidence[id] === undefined ? [] : [evidence[id]])),
  };
}

const planInput = z.strictObject({ decision: decisionField, limit: limitField });

export interface PlanStepOutput {
  /** **Order**: by rank. */
  readonly actions: readonly Action[];
  readonly leftOutCount: number;
}

export const sensePlan: StepUse<z.infer<typeof planInput>, PlanStepOutput> = {
  name: "waggle.plan",
  type: "sensor",
  summary: "what to do about vulnerabilities: the fewest actions that remove the most",
  input: planInput,
  trustedKeys: [],
  readsActs: false,
  run: async ({ decision, limit = limitDefault }, { sight }) => {
    const { actions } = await sight.report();
    const kept = actions.filter((one) => isAsked(one.decision, decision)).slice(0, limit);
    return { actions: kept, leftOutCount: actions.length - kept.length };
  },
  describe: ({ actions, leftOutCount }) =>
    `${plural(actions.length, "action")}, ${leftOutCount} others left out`,
};
