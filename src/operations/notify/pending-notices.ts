/**
 * Holds the notices of one route that wait: for their turn, for the end of quiet hours, for a
 * receiver that is down.
 * In: notices. Out: the one whose turn it is. Of one incident never more than three wait (what
 * happened, that somebody took it up, that it is over), for what comes later joins what waits.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { levels } from "../../core/observe/detect/rule.ts";
import type { Notice } from "../../ports/notifier.ts";

export interface PendingNotice {
  readonly notice: Notice;
  /** **Unit**: milliseconds of the clock that only grows. */
  readonly sinceMs: number;
  /** Not before. */
  readonly dueMs: number;
  readonly tryCount: number;
}

const slots = ["content", "acknowledge", "resolve"] as const;
type Slot = (typeof slots)[number];
type Waiting = Partial<Record<Slot, PendingNotice>>;

const newsCountMax = 20;

function slotOf({ kind }: Notice): Slot {
  return kind === "acknowledge" || kind === "resolve" ? kind : "content";
}

export class PendingNotices {
  private readonly waiting = new Map<string, Waiting>();
  private readonly countMax: number;

  /** `countMax`: incidents. */
  constructor(countMax: number) {
    this.countMax = countMax;
  }

  get size(): number {
    return this.list().length;
  }

  /** Gives those that had to go: of the least grave incident, the oldest of them. */
  put(notice: Notice, nowMs: number): readonly PendingNotice[] {
    const fresh = { notice, sinceMs: nowMs, dueMs: nowMs, tryCount: 0 };
    const one = this.of(notice.incident);
    const slot = slotOf(notice);
    const before = one[slot];
    if (slot === "content") {
      // It goes on: that it was over need not be told any more.
      delete one.resolve;
      one.content = before === undefined ? fresh : joined(before, fresh);
    } else one[slot] = { ...fresh, ...(before && { sinceMs: before.sinceMs }) };
    if (slot === "resolve") delete one.acknowledge;
    return this.waiting.size > this.countMax ? this.evict() : [];
  }

  /** One whose sending failed; what came since joins it. */
  putBack(entry: PendingNotice): void {
    const one = this.of(entry.notice.incident);
    const slot = slotOf(entry.notice);
    const since = one[slot];
    if (slot === "content") one.content = since === undefined ? entry : joined(entry, since);
    else if (since !== undefined) one[slot] = { ...since, tryCount: entry.tryCount };
    else if (!isTakenBack(entry.notice, one)) one[slot] = entry;
    this.tidy(entry.notice.incident.id);
  }

  /**
   * Takes it out. **Order**: those that failed least often, the gravest, the longest waiting. Of
   * one incident the next only after the one before it is gone.
   */
  take(nowMs: number, isAllowed: (notice: Notice) => boolean): PendingNotice | undefined {
    let best: PendingNotice | undefined;
    for (const one of this.waiting.values()) {
      const first = firstOf(one);
      if (first === undefined || first.dueMs > nowMs || !isAllowed(first.notice)) continue;
      if (best === undefined || comesBefore(first, best)) best = first;
    }
    if (best === undefined) return undefined;
    const { incident } = best.notice;
    delete this.of(incident)[slotOf(best.notice)];
    this.tidy(incident.id);
    return best;
  }

  /** **Unit**: milliseconds of that clock; infinite when none waits. */
  nextDueMs(): number {
    return this.list().reduce((least, { dueMs }) => Math.min(least, dueMs), Infinity);
  }

  /** Takes all out. */
  drain(): readonly PendingNotice[] {
    const all = this.list();
    this.waiting.clear();
    return all;
  }

  private list(): readonly PendingNotice[] {
    return [...this.waiting.values()].flatMap((one) => slots.flatMap((slot) => one[slot] ?? []));
  }

  private of({ id }: Incident): Waiting {
    const one = this.waiting.get(id) ?? {};
    this.waiting.set(id, one);
    return one;
  }

  private tidy(id: string): void {
    const one = this.waiting.get(id);
    if (one !== undefined && firstOf(one) === undefined) this.waiting.delete(id);
  }

  private evict(): readonly PendingNotice[] {
    let least: { readonly id: string; readonly first: PendingNotice } | undefined;
    for (const [id, one] of this.waiting) {
      const first = firstOf(one);
      if (first === undefined) continue;
      if (least === undefined || isLess(first, least.first)) least = { id, first };
    }
    if (least === undefined) return [];
    const gone = this.waiting.get(least.id) ?? {};
    this.waiting.delete(least.id);
    return slots.flatMap((slot) => gone[slot] ?? []);
  }
}

/** What goes on has no end; what is over, or was let go since, is in nobody's hand. */
function isTakenBack({ kind, incident }: Notice, { content, resolve }: Waiting): boolean {
  if (kind !== "acknowledge") return content !== undefined;
  const isHeld = (one: Incident) => one.acknowledgement !== undefined;
  const isLetGo = content !== undefined && !isHeld(content.notice.incident);
  return resolve !== undefined || (isLetGo && isHeld(incident));
}

function firstOf(one: Waiting): PendingNotice | undefined {
  return one.content ?? one.acknowledge ?? one.resolve;
}

function gravity({ notice }: PendingNotice): number {
  return levels.indexOf(notice.incident.severity);
}

function comesBefore(one: PendingNotice, other: PendingNotice): boolean {
  if (one.tryCount !== other.tryCount) return one.tryCount < other.tryCount;
  if (gravity(one) !== gravity(other)) return gravity(one) > gravity(other);
  return one.sinceMs < other.sinceMs;
}

function isLess(one: PendingNotice, other: PendingNotice): boolean {
  if (gravity(one) !== gravity(other)) return gravity(one) < gravity(other);
  return one.sinceMs < other.sinceMs;
}

/** What was to be told first stays first; the incident is as it is now. */
function joined(older: PendingNotice, newer: PendingNotice): PendingNotice {
  const { kind } = older.notice;
  const news = [...new Set([...older.notice.news, ...newer.notice.news])].slice(-newsCountMax);
  const notice = { ...newer.notice, kind: kind === "open" ? kind : newer.notice.kind, news };
  return { ...older, notice };
}
