/**
 * Holds a result of SARIF: one finding, with where it is, what proves its use, and what speaks for
 * leaving it.
 * In: a finding, its rule, the report. Out: a `result`.
 */

import { nameWorkload } from "../../judge/name-workload.ts";
import type { Evidence, Finding } from "../../judge/verdict.ts";
import { describeDeadline } from "../describe-decision.ts";
import { findProofs } from "../find-proofs.ts";
import type { Report } from "../report.ts";
import { makeVisible } from "../safe-text.ts";
import { describeWaiver } from "../summarize-waivers.ts";
import { type Background, describeStep } from "../vex/describe-statement.ts";
import { placeUri, relativeUri, sarifId, sarifMessage } from "./sarif-text.ts";

/** Proofs that go with a result; the JSON report holds all. */
const proofCountMax = 5;

const levels = {
  "act-now": "error",
  soon: "warning",
  scheduled: "note",
  "next-upgrade": "note",
} as const;

export interface ResultOptions {
  readonly finding: Finding;
  readonly rule: { readonly id: string; readonly index: number };
  readonly report: Report;
  readonly background: Background;
}

export function describeResult(options: ResultOptions): Record<string, unknown> {
  const { finding, rule, report, background } = options;
  const proofs = findProofs(finding.usage.evidence, report);
  return {
    ruleId: rule.id,
    ruleIndex: rule.index,
    level: levels[finding.decision.name],
    message: sarifMessage(describeFinding(finding, background)),
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: placeUri(finding) },
          region: { startLine: 1 },
        },
        logicalLocations: describePlaces(finding),
      },
    ],
    ...(proofs.length === 0
      ? {}
      : { relatedLocations: proofs.slice(0, proofCountMax).map(describeProof) }),
    partialFingerprints: {
      // Code scanning follows a result by this one; others by the second.
      primaryLocationLineHash: `${finding.id}:1`,
      "waggleFinding/v1": finding.id,
    },
    suppressions: suppressionsOf(finding),
    properties: describeContext(finding, proofs.length),
  };
}

function describeFinding(finding: Finding, background: Background): string {
  const { vulnerability, package: one, workload, usage } = finding;
  const use = usage.state === "in-use" ? "in use" : usage.state.replace("-", " ");
  const signed = finding.waiver === null ? "" : ` Signed: ${describeWaiver(finding.waiver)}.`;
  return (
    `${vulnerability.id} in ${one.name} ${one.version} of ${nameWorkload(workload)}: ` +
    `${describeDeadline(finding.decision)}. ` +
    `${capitalize(use)}: ${makeVisible(usage.because, 300)}. ` +
    `To do: ${describeStep(finding, background)}.${signed}`
  );
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describePlaces({ workload, image, package: one }: Finding) {
  const { cluster, namespace, kind, name, container } = workload;
  const reference = image.reference === "" ? image.digest : image.reference;
  const where = [cluster, namespace, kind, name, container].filter((part) => part !== "");
  const purl = one.purl === "" ? `${one.type}/${one.name}@${one.version}` : one.purl;
  return [
    describePlace("workload", nameWorkload(workload), where.join("/")),
    describePlace("image", reference, image.digest === "" ? reference : image.digest),
    describePlace("package", `${one.name} ${one.version}`, purl),
  ];
}

function describePlace(kind: string, name: string, fullyQualifiedName: string) {
  return { kind, name: makeVisible(name), fullyQualifiedName: makeVisible(fullyQualifiedName) };
}

/** The recorded event: in which file, at which byte. */
function describeProof(proof: Evidence, at: number): Record<string, unknown> {
  const time = proof.time === null ? "" : `${proof.time} `;
  const text = `${time}${proof.shows} ${proof.path} by ${proof.binary} (pid ${proof.pid})`;
  return {
    id: at + 1,
    message: sarifMessage(text),
    physicalLocation: { artifactLocation: { uri: relativeUri(proof.input) } },
    properties: { evidence: proof.id, byteOffset: proof.offset, sensor: proof.sensor },
  };
}

/**
 * What a person signed is accepted; what was not observed under good coverage is put up for review,
 * unless it is to be acted on now all the same. **Shape**: all results have the list, or none may.
 */
function suppressionsOf({ waiver, usage, decision }: Finding): readonly Record<string, unknown>[] {
  if (waiver !== null) {
    const justification = makeVisible(describeWaiver(waiver), 1000);
    return [{ kind: "external", status: "accepted", justification }];
  }
  const isQuiet = usage.state === "not-observed" && usage.coverage === "good";
  if (!isQuiet || decision.name === "act-now") return [];
  const why = `not observed under good coverage, which proves nothing: ${usage.because}`;
  return [{ kind: "external", status: "underReview", justification: makeVisible(why) }];
}

function describeContext(finding: Finding, proofCount: number): Record<string, unknown> {
  const { rank, band, decision, usage, exposure, privileged, fixable } = finding;
  return {
    rank,
    band,
    decision: decision.name,
    deadlineDays: decision.deadlineDays,
    decidedBy: sarifId(decision.row),
    usage: usage.state,
    evidenceLevel: usage.level,
    coverage: usage.coverage,
    exposed: exposure.exposed,
    observedFrom: exposure.observed,
    allowedFrom: exposure.allowed,
    privileged,
    fixable,
    evidenceCount: proofCount,
    reasons: finding.reasons.slice(0, 10).map((reason) => makeVisible(reason, 300)),
  };
}
