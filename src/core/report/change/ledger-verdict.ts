/**
 * Holds what the rules of the ledger say of one finding.
 * In: nothing. Out: types only.
 */
import type { ChangeCause, FindingState } from "../../judge/change/finding-change.ts";

export interface LedgerVerdict {
  readonly to: FindingState;
  readonly cause: ChangeCause;
  /** One sentence; untrusted names inside. */
  readonly because: string;
  readonly evidence: readonly string[];
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}
