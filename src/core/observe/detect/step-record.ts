/**
 * Holds what one process did again and again to one thing.
 * In: nothing. Out: the type; `session-buffer.ts` fills it.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Citation } from "../fact.ts";
import type { StepFact } from "./detect-fact.ts";

export interface StepRecord {
  readonly what: StepFact["what"];
  readonly subject: string;
  detail: string;
  sentBytes: number;
  receivedBytes: number;
  count: number;
  firstSeenUs: TimeUs;
  lastSeenUs: TimeUs;
  /** The earliest few. */
  citations: readonly Citation[];
}
