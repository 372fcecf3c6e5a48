/**
 * Holds what is kept of a process's uses in either form: compact, or to be changed, and then over
 * what was there before, so that nothing of that is opened or copied.
 * In: what it did before, and records of what changed. Out: the same as one form would give.
 * Must never change what it is over, and tell uses in the order of the plain form: by way, as they
 * came.
 */
import {
  type CompactUses,
  compactUses,
  eachCompactPending,
  eachCompactUse,
  findCompactUse,
  hasCompactUse,
  type TakePending,
  type TakeUse,
} from "./compact-uses.ts";
import type { PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow } from "./fact.ts";
import type { UseCounts, UseLists } from "./use-lists.ts";
import { createUses, hows, type Use, type UsesByHow } from "./use-record.ts";

/** What a process did that may do more, or is to be ended. */
export interface OpenUses {
  /** Over others only what changed and what is new. */
  readonly uses: UsesByHow;
  /** What it did before. */
  readonly base: KeptUses | undefined;
  /** Of what it did before only what says so since that look is told; 0: all of it is. */
  readonly toldSince: number;
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
  return { uses: createUses(), base: undefined, toldSince: 0, pending: undefined, look: 0 };
}

/** To be changed, while `base` is not. **Cost**: nothing is opened. */
export function startOver(base: KeptUses, toldSince = 0): OpenUses {
  return { uses: createUses(), base, toldSince, pending: undefined, look: 0 };
}

/** All that is told. */
export function eachKeptUse(kept: KeptUses, take: TakeUse): void {
  if (isCompact(kept)) {
    eachCompactUse(kept, take);
    return;
  }
  const { uses, base, toldSince } = kept;
  if (base === undefined || (isCompact(base) && base.look < toldSince)) {
    for (const how of hows) {
      uses[how]?.forEach((use, path) => {
        take(how, path, use);
      });
    }
    return;
  }
  let way = 0;
  /** Of the ways before `end`, what was not told with what it is over. */
  const takeRest = (end: number): void => {
    for (; way < end; way++) {
      const how = hows[way] ?? "read";
      uses[how]?.forEach((use, path) => {
        if (!isTold(kept, how, path)) take(how, path, use);
      });
    }
  };
  eachKeptUse(base, (how, path, use) => {
    if (how !== hows[way]) takeRest(hows.indexOf(how));
    if (use.look >= toldSince) take(how, path, uses[how]?.get(path) ?? use);
  });
  takeRest(hows.length);
}

type Over = Pick<OpenUses, "base" | "toldSince">;

/** With what it is over. */
function isTold({ base, toldSince }: Over, how: FileUseHow, path: string): boolean {
  if (base === undefined) return false;
  if (isCompact(base)) return base.look >= toldSince && hasCompactUse(base, how, path);
  const use = base.uses[how]?.get(path);
  if (use !== undefined) return use.look >= toldSince;
  return base.base !== undefined && isTold({ base: base.base, toldSince }, how, path);
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
export function eachPending(kept: KeptUses, take: TakePending): number {
  if (isCompact(kept)) return eachCompactPending(kept, take);
  const { pending, base } = kept;
  if (pending === undefined) return base === undefined ? 0 : eachPending(base, take);
  for (const access of pending) take(access);
  return pending.length;
}

/** The same, not to be changed. */
export function pendingOf(kept: KeptUses): readonly PendingAccess[] {
  if (!isCompact(kept) && kept.pending !== undefined) return kept.pending;
  const accesses: PendingAccess[] = [];
  eachPending(kept, (access) => accesses.push({ ...access }));
  return accesses;
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

/** Of each way, told or not. */
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
  for (const how of hows) {
    own[how] += before[how];
    for (const path of kept.uses[how]?.keys() ?? []) if (has(base, how, path)) own[how]--;
  }
  return own;
}

function has(kept: KeptUses, how: FileUseHow, path: string): boolean {
  if (isCompact(kept)) return hasCompactUse(kept, how, path);
  if (kept.uses[how]?.has(path) === true) return true;
  return kept.base !== undefined && has(kept.base, how, path);
}

/** All that is told in one form. **Cost**: linear. */
export function openKept(kept: KeptUses): OpenUses {
  if (!isCompact(kept) && kept.base === undefined) return kept;
  const uses = createUses();
  eachKeptUse(kept, (how, path, use) => {
    uses[how] ??= new Map();
    uses[how].set(path, { ...use });
  });
  const { look } = kept;
  return { uses, base: undefined, toldSince: 0, pending: [...pendingOf(kept)], look };
}

/** Undefined where it cannot be: `compactUses`. */
export function compactKept(
  kept: OpenUses,
  lists: UseLists,
  pastLook: number,
): CompactUses | undefined {
  const source = {
    eachUse: (take: TakeUse) => eachKeptUse(kept, take),
    eachPending: (take: TakePending) => eachPending(kept, take),
  };
  return compactUses(source, lists, pastLook);
}
