/**
 * Holds what one living process did with files, until its class is final.
 * In: accesses, one at a time. Out: one record for each path and way of use.
 * Must stay within its bounds for every process and in total, and count what it leaves out.
 */
import type { TimeUs } from "../event/event.ts";
import {
  type CompactUses,
  compactUses,
  countCompactUses,
  eachCompactUse,
  findCompactUse,
  noUses,
  type OpenUses,
  openUses,
  readPending,
  type UseLists,
} from "./compact-uses.ts";
import { compareTime, type PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow } from "./fact.ts";
import {
  type Access,
  countAgain,
  createUse,
  createUses,
  hows,
  type Use,
  type UsesByHow,
} from "./use-record.ts";

/** **Unit**: distinct paths of one process; `total` over all living processes. */
export const useCountMax = { code: 4096, read: 8192, written: 1024, total: 250_000 } as const;
const pendingCountMax = 12;

export interface ProcessUses {
  readonly execId: string;
  container: string;
  node: string;
  binary: string;
  /** Time of its exec; 0 when that was not seen. */
  execUs: TimeUs;
  /** Its earliest event, or its exec. */
  firstUs: TimeUs;
  firstInput: number;
  firstOffset: number;
  lastUs: TimeUs;
  lostCount: number;
  lostWriteCount: number;
  /** To be asked for with `openedUses` or `readUses`: compact once it is silent. */
  kept: OpenUses | CompactUses;
}

/** Of one that did nothing yet. */
export function createProcessUses(execId: string, container: string, node: string): ProcessUses {
  return {
    execId,
    container,
    node,
    binary: "",
    execUs: 0,
    firstUs: 0,
    firstInput: 0,
    firstOffset: 0,
    lastUs: 0,
    lostCount: 0,
    lostWriteCount: 0,
    kept: noUses,
  };
}

/** What it did, to be changed. */
export function openedUses(process: ProcessUses): OpenUses {
  const { kept } = process;
  if (!isCompact(kept)) return kept;
  const open = openUses(kept);
  process.kept = open;
  return open;
}

/** What it did, not to be changed. */
export function readUses({ kept }: ProcessUses): OpenUses {
  return isCompact(kept) ? openUses(kept) : kept;
}

/** Also what a copy of what is new is only a part of; not to be changed. */
export function allUses({ uses, all }: OpenUses): UsesByHow {
  if (all === undefined) return uses;
  return isCompact(all) ? openUses(all).uses : all.uses;
}

/**
 * A copy that has none of the uses of a compact process, which no late look tells, and knows of
 * all. **Cost**: nothing is opened.
 */
export function copySilent(kept: CompactUses): OpenUses {
  return { uses: createUses(), all: kept, pending: readPending(kept), look: 0 };
}

/** Compact ones stay so. **Order**: by way, as they came. */
export function eachUse(
  { kept }: ProcessUses,
  take: (how: FileUseHow, path: string, use: Use) => void,
): void {
  if (isCompact(kept)) {
    eachCompactUse(kept, take);
    return;
  }
  for (const how of hows) for (const [path, use] of kept.uses[how] ?? []) take(how, path, use);
}

/** Latest accesses that may be the next program's, not to be changed. */
export function pendingOf({ kept }: ProcessUses): readonly PendingAccess[] {
  return isCompact(kept) ? readPending(kept) : kept.pending;
}

/** At least as many as it has of any way. */
export function useCountAtMost({ kept }: ProcessUses): number {
  if (isCompact(kept)) return kept.list.paths.length;
  return hows.reduce((count, how) => count + (kept.uses[how]?.size ?? 0), 0);
}

/** Of each way. **Cost**: of a compact one, a look at each use. */
export function useCountsOf({ kept }: ProcessUses): Readonly<Record<FileUseHow, number>> {
  if (isCompact(kept)) return countCompactUses(kept);
  const { executed, mapped, read, written } = kept.uses;
  return {
    executed: executed?.size ?? 0,
    mapped: mapped?.size ?? 0,
    read: read?.size ?? 0,
    written: written?.size ?? 0,
  };
}

export function isCompact(kept: OpenUses | CompactUses): kept is CompactUses {
  return "list" in kept;
}

/** What is told by no look from `sinceLook` on becomes compact. */
export function compactProcess(process: ProcessUses, lists: UseLists, sinceLook: number): void {
  const { kept } = process;
  if (isCompact(kept) || kept.look >= sinceLook) return;
  process.kept = compactUses(kept, lists);
}

/** Counts over all processes. */
export interface UseTotals {
  useCount: number;
  /** Looks that were taken: what has the number of the last one is new. */
  look: number;
}

/** Adds one access. **Cost**: one lookup; nothing is allocated for a path seen before. */
export function addUse(process: ProcessUses, totals: UseTotals, access: Access): Use | undefined {
  const open = openedUses(process);
  open.look = totals.look;
  let byPath = open.uses[access.how];
  if (byPath === undefined) {
    byPath = new Map();
    open.uses[access.how] = byPath;
  }
  const known = byPath.get(access.path) ?? adopt(open, byPath, access);
  if (known !== undefined) {
    known.look = totals.look;
    countAgain(known, access);
    return known;
  }
  const limit = access.how === "read" || access.how === "written" ? access.how : "code";
  if (byPath.size >= useCountMax[limit] || totals.useCount >= useCountMax.total) {
    if (access.how === "written") process.lostWriteCount++;
    else process.lostCount++;
    return undefined;
  }
  const use = createUse(access, totals.look);
  byPath.set(access.path, use);
  totals.useCount++;
  return use;
}

/** What was no news becomes a part of a copy when it changes there. */
function adopt(
  { all }: OpenUses,
  byPath: Map<string, Use>,
  { how, path }: Access,
): Use | undefined {
  if (all === undefined) return undefined;
  const known = isCompact(all) ? findCompactUse(all, how, path) : all.uses[how]?.get(path);
  if (known === undefined) return undefined;
  const copy = { ...known };
  byPath.set(path, copy);
  return copy;
}

/** Holds an access back; the earliest ones held become the process's own, whatever comes. */
export function addPending(process: ProcessUses, totals: UseTotals, access: PendingAccess): void {
  const open = openedUses(process);
  open.look = totals.look;
  const { pending } = open;
  if (pending.some((one) => isSame(one, access))) return;
  let at = pending.length;
  while (at > 0) {
    const before = pending[at - 1];
    if (before === undefined || compareTime(before, access) <= 0) break;
    at--;
  }
  pending.splice(at, 0, access);
  if (pending.length > pendingCountMax) {
    const oldest = pending.shift();
    if (oldest !== undefined) addUse(process, totals, oldest);
  }
}

/** The same event seen twice. */
function isSame(a: PendingAccess, b: PendingAccess): boolean {
  return a.timeUs === b.timeUs && a.path === b.path && a.how === b.how && a.sensor === b.sensor;
}
