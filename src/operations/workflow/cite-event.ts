/**
 * Holds how the outputs of steps point at raw events, so that each statement can be looked up.
 * In: citations of facts. Out: the name of the input, the offset in it, the time, the exec id.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type { Citation } from "../../core/observe/fact.ts";

export interface EventCitation {
  /** Name of the input; "" where it is not known. */
  readonly input: string;
  /** **Unit**: bytes from the start of the decompressed input. */
  readonly offset: number;
  /** ISO 8601 UTC; null unknown. */
  readonly time: string | null;
  readonly execId: string;
}

export function citeEvent(
  { input, offset, timeUs, execId }: Citation,
  inputNames: readonly string[],
): EventCitation {
  return { input: inputNames[input] ?? "", offset, time: formatTime(timeUs), execId };
}
