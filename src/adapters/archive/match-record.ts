/**
 * Holds which records a query asks for.
 * In: a record, the time that it counts as, a query. Out: yes or no. The index answers the same
 * question for whole frames and must never say no where a record says yes.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { ArchiveQuery, ArchiveRecord, ArchiveSequence } from "../../ports/archive.ts";

export interface Placed {
  readonly sequence: ArchiveSequence;
  /** Its own, or the one last seen before it; 0 when there was none: then every range has it. */
  readonly countsAsUs: TimeUs;
}

export function matchesRecord(record: ArchiveRecord, placed: Placed, query: ArchiveQuery): boolean {
  const { countsAsUs, sequence } = placed;
  const { after, execId, source, container } = query;
  if (after !== undefined && sequence <= after) return false;
  if (!overlaps(countsAsUs, countsAsUs, query)) return false;
  if (source !== undefined && record.source !== source.toWellFormed()) return false;
  if (execId !== undefined && record.execId !== execId.toWellFormed()) return false;
  return container === undefined || isOfContainer(record.container, container);
}

/** Whether moments from one to another, both included, touch the range; 0 is no moment. */
export function overlaps(fromUs: TimeUs, toUs: TimeUs, query: ArchiveQuery): boolean {
  if (fromUs === 0) return true;
  return !(toUs < (query.fromUs ?? toUs)) && !(fromUs >= (query.untilUs ?? Infinity));
}

/** Whether a time says when something was: 0 and what no clock shows do not. */
export function isMoment(timeUs: TimeUs): boolean {
  return timeUs > 0 && timeUs <= Number.MAX_SAFE_INTEGER;
}

export function isOfContainer(key: string, wanted: string): boolean {
  if (wanted === "host") return key.startsWith("host:");
  return isIdStart(wanted) ? key.startsWith(wanted) : key === wanted.toWellFormed();
}

export function isIdStart(wanted: string): boolean {
  return /^[0-9a-f]+$/.test(wanted);
}

/** Text as UTF-8 can hold it: what is written is what is read again. */
export function wellFormed(record: ArchiveRecord): ArchiveRecord {
  const { source, container, execId } = record;
  // Nearly all are: no copy for each event.
  if (source.isWellFormed() && container.isWellFormed() && execId.isWellFormed()) return record;
  return {
    ...record,
    source: source.toWellFormed(),
    container: container.toWellFormed(),
    execId: execId.toWellFormed(),
  };
}
