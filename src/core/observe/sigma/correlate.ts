/**
 * Holds what correlations remember: matches of their rules, by group, within their time.
 * In: matches in any order up to 30 s apart. Out: correlations that hold, each at most once a group
 * and timespan. Must never grow without bound; what is forgotten early is told.
 */
import type { TimeUs } from "../../event/event.ts";
import { type CorrelationEntry, canHoldEarly, holdsWithin } from "./correlation-window.ts";
import type { CorrelationDocument } from "./decode-correlation.ts";

/** How late an event may come. */
const lateUs = 30e6;
/** Of one correlation; the longest unused goes first. */
const groupsMax = 4096;
/** Of one group; the oldest go first. */
export const entriesMax = 2048;

/** Plain data. */
interface Group {
  /** **Order**: by time. */
  entries: CorrelationEntry[];
  /** Nothing is counted until then, for it held already. */
  quietUntilUs: TimeUs;
}

export interface CorrelationState {
  /** By id of the correlation and key of the group. */
  readonly groups: Map<string, Map<string, Group>>;
}

export interface Correlation extends CorrelationDocument {
  /** Its place in the list of all. */
  readonly index: number;
}

/** A correlation that holds, and what it holds of. */
export interface Correlated {
  readonly correlation: Correlation;
  readonly group: string;
  readonly entries: readonly CorrelationEntry[];
}

/** By the ids of all correlations. */
export function startCorrelation(ids: readonly string[]): CorrelationState {
  const groups = new Map(ids.map((id) => [id, new Map<string, Group>()]));
  return { groups };
}

export interface CorrelationTake {
  /** Of the group. */
  readonly key: string;
  readonly entry: CorrelationEntry;
  /** Told what was forgotten for it. */
  readonly lost: (detail: string) => void;
}

/** Takes one match; gives what holds now because of it. */
export function correlate(
  state: CorrelationState,
  correlation: Correlation,
  { key, entry, lost }: CorrelationTake,
): Correlated | undefined {
  const group = touch(state, correlation, key, lost);
  if (group === undefined || entry.timeUs <= group.quietUntilUs) return undefined;
  const inserted = insert(group.entries, entry);
  const at = inserted - forgetOld(group, correlation, lost);
  if (at < 0 || !canHoldEarly(correlation)) return undefined;
  for (const entries of windowsWith(group.entries, at, correlation.timespanUs)) {
    if (!holdsWithin(correlation, entries)) continue;
    group.entries = [];
    group.quietUntilUs = (entries.at(-1)?.timeUs ?? 0) + correlation.timespanUs;
    return { correlation, group: key, entries };
  }
  return undefined;
}

/** The others are looked at when their time is over: nobody knows earlier how few there were. */
export function closeWindows(
  state: CorrelationState,
  correlation: Correlation,
  nowUs: TimeUs,
): readonly Correlated[] {
  if (canHoldEarly(correlation)) return [];
  const groups = state.groups.get(correlation.head.id);
  const held: Correlated[] = [];
  for (const [key, group] of groups ?? []) {
    const [first] = group.entries;
    if (first === undefined) continue;
    const endUs = first.timeUs + correlation.timespanUs;
    if (nowUs <= endUs + lateUs) continue;
    const entries = group.entries.filter(({ timeUs }) => timeUs <= endUs);
    group.entries = group.entries.filter(({ timeUs }) => timeUs > endUs);
    group.quietUntilUs = endUs;
    if (group.entries.length === 0) groups?.delete(key);
    if (holdsWithin(correlation, entries)) held.push({ correlation, group: key, entries });
  }
  return held;
}

/** Groups in which nothing can be counted any more. */
export function forgetGroups(
  state: CorrelationState,
  correlation: Correlation,
  nowUs: TimeUs,
): void {
  if (!canHoldEarly(correlation)) return;
  const groups = state.groups.get(correlation.head.id);
  for (const [key, { entries, quietUntilUs }] of groups ?? []) {
    const lastUs = Math.max(quietUntilUs, (entries.at(-1)?.timeUs ?? 0) + correlation.timespanUs);
    if (nowUs > lastUs + lateUs) groups?.delete(key);
  }
}

/** The group, now the last one to be forgotten. */
function touch(
  state: CorrelationState,
  { head }: Correlation,
  key: string,
  lost: (detail: string) => void,
): Group | undefined {
  const groups = state.groups.get(head.id);
  if (groups === undefined) return undefined;
  const group = groups.get(key) ?? { entries: [], quietUntilUs: 0 };
  groups.delete(key);
  groups.set(key, group);
  if (groups.size > groupsMax) {
    const [oldest] = groups.keys();
    if (oldest !== undefined) groups.delete(oldest);
    lost("a group of matches was forgotten: its correlation counts too many groups at once");
  }
  return group;
}

/** Behind those of the same time. */
function insert(entries: CorrelationEntry[], entry: CorrelationEntry): number {
  let at = entries.length;
  while (at > 0 && (entries[at - 1]?.timeUs ?? 0) > entry.timeUs) at -= 1;
  entries.splice(at, 0, entry);
  return at;
}

/** How many went. Of a window that waits for its end only the bound takes any. */
function forgetOld(group: Group, correlation: Correlation, lost: (detail: string) => void): number {
  const { entries } = group;
  const newestUs = entries.at(-1)?.timeUs ?? 0;
  let count = 0;
  if (canHoldEarly(correlation)) {
    const sinceUs = newestUs - correlation.timespanUs - lateUs;
    while ((entries[count]?.timeUs ?? newestUs) < sinceUs) count += 1;
  }
  if (entries.length - count > entriesMax) {
    lost("matches of a correlation were forgotten: too many of one group at once");
    count = entries.length - entriesMax;
  }
  if (count > 0) entries.splice(0, count);
  return count;
}

/** Windows that end with an entry, hold the one at `at`, and are as long as may be. */
function* windowsWith(
  entries: readonly CorrelationEntry[],
  at: number,
  timespanUs: number,
): Generator<readonly CorrelationEntry[]> {
  const timeUs = entries[at]?.timeUs ?? 0;
  let from = 0;
  for (let end = at; end < entries.length; end += 1) {
    const endUs = entries[end]?.timeUs ?? 0;
    if (endUs - timespanUs > timeUs) return;
    while ((entries[from]?.timeUs ?? endUs) < endUs - timespanUs) from += 1;
    yield entries.slice(from, end + 1);
  }
}
