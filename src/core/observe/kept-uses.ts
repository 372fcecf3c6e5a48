/**
 * Holds what is kept of a process's uses in either form: compact, or to be changed, and then over
 * what was there before, so that nothing of that is opened or copied.
 * In: what it did before, and records of what changed. Out: the same as one form would give.
 * Must never change what it is over, and tell uses in the order of the plain form: by way, as they
 * came.
 */
import {
  type CompactUses,
  eachCompactPending,
  eachCompactUse,
  findCompactUse,
  UseCompactor,
} from "./compact-uses.ts";
import type { PendingAccess, PendingTaker } from "./exec-prelude.ts";
import type { FileUseHow } from "./fact.ts";
import type { UseCounts, UseLists } from "./use-lists.ts";
import {
  createUses,
  eachUse,
  hows,
  type Use,
  type UsesByHow,
  type UseTaker,
} from "./use-record.ts";

/** What a process did that may do more, or is to be ended. */
export interface OpenUses {
  /** Over others only what changed and what is new. */
  readonly uses: UsesByHow;
  /** What it did before. */
  readonly base: KeptUses | undefined;
  /** Of what it did before only what says so since that look is told; 0: all of it is. */
  readonly toldSince: number;
  /** How many of its records are of what it did before too; undefined: none. */
  changed: Record<FileUseHow, number> | undefined;
  /** Paths of what it did before that were looked at so far: `process-uses.ts` bounds them. */
  soughtCount: number;
  /** Latest accesses that may be the next program's; undefined: those from before. */
  pending: PendingAccess[] | undefined;
  /** The look that tells its latest access: `UseTotals`. */
  look: number;
}

export type KeptUses = OpenUses | CompactUses;

export function isCompact(kept: KeptUses): kept is CompactUses {
  return "list" in kept;
}

/** Of one that did nothing yet. */
export function startUses(): OpenUses {
  return openOf(createUses(), undefined, 0);
}

/** To be changed, while `base` is not. **Cost**: nothing is opened. */
export function startOver(base: KeptUses, toldSince = 0): OpenUses {
  return openOf(createUses(), base, toldSince);
}

function openOf(uses: UsesByHow, base: KeptUses | undefined, toldSince: number): OpenUses {
  const rest = { changed: undefined, soughtCount: 0, pending: undefined, look: 0 };
  return { uses, base, toldSince, ...rest };
}

/** All that is told. **Cost**: linear in what is there; nothing is sought. */
export function eachKeptUse(kept: KeptUses, taker: UseTaker): void {
  if (isCompact(kept)) {
    eachCompactUse(kept, taker);
    return;
  }
  const { uses, base, toldSince } = kept;
  if (base === undefined || (isCompact(base) && base.look < toldSince)) {
    eachUse(uses, taker);
    return;
  }
  const over = new OverTaker(kept, taker);
  eachKeptUse(base, over);
  over.end();
}

/**
 * Takes what was there before, and gives what lies over it in its place. A class, and so is
 * whatever takes many uses: the machine code of a function that is made for each call does not
 * outlive the next collection of garbage.
 */
class OverTaker implements UseTaker {
  private readonly open: OpenUses;
  private readonly taker: UseTaker;
  private way = 0;
  /** Of this way, what was told in the place of what it is over. */
  private met: Set<string> | undefined;

  constructor(open: OpenUses, taker: UseTaker) {
    this.open = open;
    this.taker = taker;
  }

  take(how: FileUseHow, path: string, use: Use): void {
    const { uses, toldSince } = this.open;
    if (how !== hows[this.way]) this.takeRest(hows.indexOf(how));
    if (use.look < toldSince) return;
    const own = uses[how]?.get(path);
    if (own !== undefined) {
      this.met ??= new Set();
      this.met.add(path);
    }
    this.taker.take(how, path, own ?? use);
  }

  end(): void {
    this.takeRest(hows.length);
  }

  /** Of the ways before `end`, what was not told yet. */
  private takeRest(end: number): void {
    const { open, taker } = this;
    for (; this.way < end; this.way++) {
      const how = hows[this.way] ?? "read";
      const { met } = this;
      const own = open.uses[how];
      if (own !== undefined && met?.size !== own.size) {
        for (const [path, use] of own) if (met?.has(path) !== true) taker.take(how, path, use);
      }
      this.met = undefined;
    }
  }
}

/** Told or not; not to be changed. **Cost**: of a compact form a look at each path. */
export function findKeptUse(kept: KeptUses, how: FileUseHow, path: string): Use | undefined {
  if (isCompact(kept)) return findCompactUse(kept, how, path);
  const use = kept.uses[how]?.get(path);
  if (use !== undefined || kept.base === undefined) return use;
  return findKeptUse(kept.base, how, path);
}

/** What makes a copy of what is new what it is: all that it is of. */
export function wholeOf(kept: KeptUses): KeptUses {
  return isCompact(kept) || kept.base === undefined || kept.toldSince === 0 ? kept : kept.base;
}

/** Latest accesses that may be the next program's. Tells how many there were. */
export function eachPending(kept: KeptUses, taker: PendingTaker): number {
  if (isCompact(kept)) return eachCompactPending(kept, taker);
  const { pending, base } = kept;
  if (pending === undefined) return base === undefined ? 0 : eachPending(base, taker);
  for (const access of pending) taker.takePending(access);
  return pending.length;
}

class PendingList implements PendingTaker {
  readonly accesses: PendingAccess[] = [];

  takePending(access: PendingAccess): void {
    this.accesses.push({ ...access });
  }
}

/** The same, not to be changed. */
export function pendingOf(kept: KeptUses): readonly PendingAccess[] {
  if (!isCompact(kept) && kept.pending !== undefined) return kept.pending;
  const list = new PendingList();
  eachPending(kept, list);
  return list.accesses;
}

/** The same, to be changed. */
export function openPending(open: OpenUses): PendingAccess[] {
  open.pending ??= [...pendingOf(open)];
  return open.pending;
}

/** At least as many as it has of any way, told or not. */
export function countAtMost(kept: KeptUses): number {
  if (isCompact(kept)) return kept.list.paths.length;
  const own = hows.reduce((count, how) => count + (kept.uses[how]?.size ?? 0), 0);
  return kept.base === undefined ? own : own + countAtMost(kept.base);
}

/** Of each way, told or not. **Cost**: nothing is sought. */
export function countKept(kept: KeptUses): UseCounts {
  if (isCompact(kept)) return kept.list.counts;
  const { executed, mapped, read, written } = kept.uses;
  const own = {
    executed: executed?.size ?? 0,
    mapped: mapped?.size ?? 0,
    read: read?.size ?? 0,
    written: written?.size ?? 0,
  };
  const { base } = kept;
  if (base === undefined) return own;
  const before = countKept(base);
  for (const how of hows) own[how] += before[how] - (kept.changed?.[how] ?? 0);
  return own;
}

/** A record of what it did before becomes its own, to be changed. */
export function noteChanged(open: OpenUses, how: FileUseHow): void {
  open.changed ??= { executed: 0, mapped: 0, read: 0, written: 0 };
  open.changed[how]++;
}

/** All that is told in one form. **Cost**: linear. */
export function openKept(kept: KeptUses): OpenUses {
  if (!isCompact(kept) && kept.base === undefined) return kept;
  const uses = createUses();
  const take: UseTaker["take"] = (how, path, use) => {
    uses[how] ??= new Map();
    uses[how].set(path, { ...use });
  };
  eachKeptUse(kept, { take });
  return { ...openOf(uses, undefined, 0), pending: [...pendingOf(kept)], look: kept.look };
}

/**
 * **Unit**: `pastLook`: the last look that is long past. **Errors**: undefined where looks since
 * then tell some uses and not others. **Cost**: linear; none are made where it gives up.
 */
export function compactKept(
  kept: OpenUses,
  lists: UseLists,
  pastLook: number,
): CompactUses | undefined {
  const look = joinLooks(kept, pastLook, undefined);
  if (look === mixedLooks) return undefined;
  const compactor = new UseCompactor();
  eachKeptUse(kept, compactor);
  eachPending(kept, compactor);
  return compactor.end(lists, look ?? 0);
}

const mixedLooks = -1;

/** The look since which all uses say what they say, and those before: `before`. */
function joinLooks(
  kept: KeptUses,
  pastLook: number,
  before: number | undefined,
): number | undefined {
  const join = (known: number | undefined, look: number): number => {
    const own = look > pastLook ? look : 0;
    return known === undefined || known === own ? own : mixedLooks;
  };
  if (isCompact(kept)) {
    const isEmpty = hows.every((how) => kept.list.counts[how] === 0);
    return isEmpty ? before : join(before, kept.look);
  }
  let look = kept.base === undefined ? before : joinLooks(kept.base, pastLook, before);
  for (const how of hows) {
    for (const use of kept.uses[how]?.values() ?? []) {
      if (look === mixedLooks) return look;
      look = join(look, use.look);
    }
  }
  return look;
}
