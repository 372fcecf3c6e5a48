/**
 * Holds what is kept of a finding between reports.
 * In: the finding or what was kept of it, the verdict on it. Out: what is kept from now on.
 */
import type { TimeUs } from "../../event/event.ts";
import type { FindingState, TrackedFinding } from "../../judge/change/finding-change.ts";
import type { Finding } from "../../judge/verdict.ts";
import { sourceOf } from "./describe-evidence.ts";
import type { LedgerVerdict } from "./ledger.ts";
import type { LedgerScene } from "./ledger-scene.ts";
import { placeName } from "./place-name.ts";

/** One finding at one report. */
export interface Step {
  readonly was: TrackedFinding | undefined;
  readonly verdict: LedgerVerdict | undefined;
  readonly nowUs: TimeUs;
}

/** What is new is open once it is seen again; the rest stays what it is. */
function settle(state: FindingState): FindingState {
  return ["new", "changed", "regressed"].includes(state) ? "open" : state;
}

/** Of one that the report holds. */
export function keepPresent(finding: Finding, step: Step, scene: LedgerScene): TrackedFinding {
  const { was, verdict, nowUs } = step;
  const { vulnerability, image, decision, usage, exposure, privileged, waiver } = finding;
  return {
    id: finding.id,
    state: verdict?.to ?? settle(was?.state ?? "open"),
    vulnerability: vulnerability.id,
    aliases: vulnerability.aliases,
    package: sourceOf(finding, scene),
    packageType: finding.package.type,
    version: finding.package.version,
    workload: placeName(finding.workload),
    imageReference: image.reference,
    imageDigest: image.digest,
    decision: decision.name,
    usage: usage.state,
    exposed: exposure.exposed,
    privileged,
    suppressedUntil: waiver?.until ?? "",
    firstReportedUs: was?.firstReportedUs ?? nowUs,
    lastReportedUs: nowUs,
    changedUs: verdict === undefined ? (was?.changedUs ?? nowUs) : nowUs,
  };
}

/** Of one that nothing running has. */
export function keepAbsent(was: TrackedFinding, { verdict, nowUs }: Step): TrackedFinding {
  if (verdict === undefined) return was;
  return { ...was, state: verdict.to, suppressedUntil: "", changedUs: nowUs };
}
