/**
 * Holds what the ledger of findings takes, gives, and says of one finding.
 * In: nothing. Out: types only.
 */
import type { TimeUs } from "../../event/event.ts";
import type {
  ChangeCause,
  FindingChange,
  FindingState,
  TrackedFinding,
} from "../../judge/change/finding-change.ts";
import type { ContainerStanding } from "../../judge/change/judge-standing.ts";
import type { SignedDecision } from "../../judge/waive/waiver.ts";
import type { Report } from "../report.ts";

export interface LedgerInput {
  readonly tracked: readonly TrackedFinding[];
  /** The last one that was recorded; undefined when there is none, or it is not kept. */
  readonly previous: Report | undefined;
  readonly report: Report;
  readonly nowUs: TimeUs;
  /** Of all containers known; those that are not in it run as long as the report shows them. */
  readonly standings: readonly ContainerStanding[];
  /** What people signed, ended or not, withdrawn ones left out. */
  readonly decisions: readonly SignedDecision[];
  /** When each image was scanned, by digest or reference; without, scans have no age. */
  readonly scanTimes?: ReadonlyMap<string, TimeUs>;
  /** **Unit**: microseconds; older scans say nothing any more. */
  readonly scanAgeUsMax?: number;
}

export interface LedgerUpdate {
  /** All of them. **Order**: by id. What is not in the report and did not change is as it was. */
  readonly findings: readonly TrackedFinding[];
  /** **Order**: by rank in the report; then those that left it, by decision, then id. */
  readonly changes: readonly FindingChange[];
}

export interface LedgerVerdict {
  readonly to: FindingState;
  readonly cause: ChangeCause;
  /** One sentence; untrusted names inside. */
  readonly because: string;
  readonly evidence: readonly string[];
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** Why, alone. */
export type Told = Pick<LedgerVerdict, "cause" | "because">;
