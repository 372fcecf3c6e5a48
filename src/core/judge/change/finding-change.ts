/**
 * Holds what the history of findings is made of: the state of each, and the changes between states,
 * each with its cause.
 * In: nothing. Out: types only. Changes are only ever added; states follow from them.
 */
import type { TimeUs } from "../../event/event.ts";
import type { DecisionName } from "../decide/decision.ts";
import type { UsageState } from "../verdict.ts";

/**
 * `new` → `open` (seen again) → `changed`… `fixed`: the vulnerable package is in no running
 * container any more, proven; `fixed-in-image`: the image has it no more, but old containers run;
 * `retracted`: vulnerability data no longer match, same package; `gone`: its workload is no more;
 * `regressed`: it was fixed and is back; `suppressed`: a person signed, until a day; `stale`: the
 * image or its scan was not looked at lately, so nothing can be said.
 */
export const findingStates = [
  "new",
  "open",
  "changed",
  "fixed",
  "fixed-in-image",
  "retracted",
  "gone",
  "regressed",
  "suppressed",
  "stale",
] as const;
export type FindingState = (typeof findingStates)[number];

/** It is no more, as far as anybody knows. */
export const endedStates: readonly FindingState[] = ["fixed", "retracted", "gone"];

/** Which rule says why it changed. */
export const changeCauses = [
  "first-report",
  "workload-new",
  "workload-gone",
  "image-changed",
  "vulnerability-data-changed",
  "first-use",
  "use-no-longer-seen",
  "exposure-changed",
  "privilege-changed",
  "incident",
  "decision-changed",
  "person-decided",
  "decision-expired",
  "sensor-gap",
  "not-scanned",
  "unexplained",
] as const;
export type ChangeCause = (typeof changeCauses)[number];

/** What the ledger keeps of a finding between reports: enough to tell the next change. */
export interface TrackedFinding {
  /** `Finding.id`. */
  readonly id: string;
  readonly state: FindingState;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  /** Source package, as upgrades name it. */
  readonly package: string;
  readonly packageType: string;
  readonly version: string;
  /** `namespace/name/container`, as decisions name it; without the parts that it has not. */
  readonly workload: string;
  readonly imageReference: string;
  readonly imageDigest: string;
  readonly decision: DecisionName;
  readonly usage: UsageState;
  readonly exposed: string;
  readonly privileged: boolean;
  readonly suppressedUntil: string;
  readonly firstReportedUs: TimeUs;
  readonly lastReportedUs: TimeUs;
  readonly changedUs: TimeUs;
}

/** One line of the ledger. */
export interface FindingChange {
  readonly finding: string;
  readonly timeUs: TimeUs;
  readonly from: FindingState | "";
  readonly to: FindingState;
  readonly cause: ChangeCause;
  /** One sentence: which package of which layer, which process, which peer, which person. */
  readonly because: string;
  /** Ids of evidence in the report that told it. */
  readonly evidence: readonly string[];
  /** What it was and what it is, for the parts that changed. */
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}
