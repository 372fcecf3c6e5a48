/**
 * Holds what one rule said of one process so far.
 * In: nothing. Out: the type; `signal-book.ts` fills it.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Citation } from "../fact.ts";
import type { Indicator } from "./detector.ts";
import type { RuleHead } from "./rule.ts";

export interface SignalRecord {
  readonly rule: RuleHead;
  score: number;
  others: readonly string[];
  because: readonly string[];
  indicators: readonly Indicator[];
  incomplete: boolean;
  count: number;
  firstSeenUs: TimeUs;
  lastSeenUs: TimeUs;
  citations: readonly Citation[];
}
