/**
 * Holds which processes detection need not keep any longer.
 * In: all that are kept, with their sessions; the time; of whom others may speak. Out: who goes.
 * Must never choose one that somebody who stays is linked to, but for those whose time is over.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import { type SubjectRecord, subjectKnownAs } from "./subject-record.ts";

/**
 * **Unit**: event time that an ended process is kept at most. A rule speaks of a session at any
 * time while it goes on, and then all is told that its processes did lately; rules that follow
 * several steps look back up to ten minutes, and ask then who did them and who stood above.
 */
export const graceUs = 10 * 60_000_000;

interface KeptBounds {
  /** **Unit**: ended processes without a trace in a session that goes on: facts tell no more. */
  readonly members: number;
  /** **Unit**: processes of a session that is over, of one of which a rule may still speak. */
  readonly remembered: number;
}

export const keptBounds: KeptBounds = { members: 256, remembered: 64 };

/** Whom to forget. */
export interface Forgotten {
  /** **Order**: whose time is over first, by their ends. */
  readonly over: readonly SubjectRecord[];
  /**
   * Whose time is not over, of sessions that a rule may still speak of: there was no room for
   * them, and what would be told of them is missing.
   */
  readonly beyond: readonly SubjectRecord[];
}

/** Who else has to do with processes: whom they keep is not forgotten before his time is over. */
export interface Keepers {
  /** A rule spoke of that session. */
  readonly isSpoken: (entry: SubjectRecord) => boolean;
  /** Gives the exec ids that detectors may still ask for. */
  readonly remembered: (note: (execId: string) => void) => void;
}

/**
 * Whose time is over, and whom nobody can ask for: the process tree let go of him, so that no late
 * event is his, and so it is with all of his session, of which no rule spoke; no rule remembers
 * him; nobody who stays is linked to him. Sessions must be settled.
 * **Cost**: a look at each.
 */
export function chooseForgotten(
  subjects: ReadonlyMap<string, SubjectRecord>,
  nowUs: TimeUs,
  keepers: Keepers,
  bounds: KeptBounds = keptBounds,
): Forgotten {
  const due: SubjectRecord[] = [];
  const open: SubjectRecord[] = [];
  const sizes = new Map<SubjectRecord, number>();
  const going = new Set<SubjectRecord>();
  const stays = new Staying();
  for (const one of subjects.values()) {
    if (one.exitUs > 0 && one.exitUs + graceUs <= nowUs) {
      due.push(one);
      continue;
    }
    sizes.set(one.entry, (sizes.get(one.entry) ?? 0) + 1);
    if (isQuiet(one, nowUs)) {
      open.push(one);
      continue;
    }
    stays.add(one);
    if (one.exitUs === 0 || !one.treeForgot) going.add(one.entry);
  }
  const remembered: SubjectRecord[] = [];
  const rememberedIn = new Set<SubjectRecord>();
  keepers.remembered((execId) => {
    const one = subjects.get(execId);
    if (one === undefined) return;
    remembered.push(one);
    rememberedIn.add(one.entry);
  });
  for (const one of open) {
    const { entry } = one;
    const isSmall = (sizes.get(entry) ?? 0) <= bounds.remembered;
    const isMeant = going.has(entry) ? one.steps !== undefined : isSmall && rememberedIn.has(entry);
    if (isMeant || keepers.isSpoken(entry)) stays.add(one);
  }
  // Once all of these stay with those above them: whom the bound meets must not depend on order.
  const rest = open.filter((one) => going.has(one.entry) && !stays.has(one));
  const bare = Map.groupBy(rest, ({ entry }) => entry);
  for (const [entry, list] of bare) {
    const excess = Math.max(0, (sizes.get(entry) ?? 0) - bounds.members);
    const latest = excess === 0 ? list : list.sort(compareEnd).slice(excess);
    for (const one of latest) stays.add(one);
  }
  // Last: what these were before matters to nobody.
  for (const one of remembered) stays.add(one, false);
  const gone = open.filter((one) => !stays.has(one));
  const mayBeTold = ({ entry }: SubjectRecord) => going.has(entry) || rememberedIn.has(entry);
  const over = gone.filter((one) => !mayBeTold(one));
  return { over: [...due.sort(compareEnd), ...over], beyond: gone.filter(mayBeTold) };
}

/** The earliest ended, then those longest unheard: who goes where there is no room. */
export function chooseExcess(
  subjects: ReadonlyMap<string, SubjectRecord>,
  count: number,
): readonly SubjectRecord[] {
  const all = [...subjects.values()];
  const ended = all.filter(({ exitUs }) => exitUs > 0).sort(compareEnd);
  if (ended.length >= count) return ended.slice(0, count);
  const running = all.filter(({ exitUs }) => exitUs === 0);
  running.sort((a, b) => a.lastUs - b.lastUs || compareText(a.execId, b.execId));
  return [...ended, ...running.slice(0, count - ended.length)];
}

/** Nothing more can be heard of it, and no rule spoke of it. */
function isQuiet(one: SubjectRecord, nowUs: TimeUs): boolean {
  if (one.signals !== undefined) return false;
  if (one.exitUs > 0) return one.treeForgot;
  // Of somebody's parent that was only named, nobody tells the end.
  return one.known <= subjectKnownAs.parent && one.lastUs + graceUs <= nowUs;
}

/** Those that stay, and whom they are linked to. */
class Staying {
  private readonly all = new Set<SubjectRecord>();
  /** Whose links were not followed yet. */
  private readonly open: SubjectRecord[] = [];

  has(one: SubjectRecord): boolean {
    return this.all.has(one);
  }

  add(first: SubjectRecord, withImages = true): void {
    const { open } = this;
    this.meet(first);
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      this.meet(one.parent);
      this.meet(one.entry);
      this.meet(one.host);
      if (!withImages) continue;
      this.meet(one.before);
      this.meet(one.next);
    }
  }

  private meet(one: SubjectRecord | undefined): void {
    if (one === undefined || one.forgotten || this.all.has(one)) return;
    this.all.add(one);
    this.open.push(one);
  }
}

/** Earliest first. */
function compareEnd(a: SubjectRecord, b: SubjectRecord): number {
  return a.exitUs - b.exitUs || compareText(a.execId, b.execId);
}
