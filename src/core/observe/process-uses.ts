/**
 * Holds what one living process did with files, until its class is final.
 * In: accesses, one at a time. Out: one record for each path and way of use.
 * Must stay within its bounds for every process and in total, and count what it leaves out.
 */
import type { TimeUs } from "../event/event.ts";
import { countSought, noUses } from "./compact-uses.ts";
import { compareTime, type PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow } from "./fact.ts";
import {
  compactKept,
  countAtMost,
  countKept,
  findKeptUse,
  isCompact,
  type KeptUses,
  noteChanged,
  type OpenUses,
  openKept,
  openPending,
  startOver,
  startUses,
} from "./kept-uses.ts";
import type { UseLists } from "./use-lists.ts";
import { type Access, countAgain, createUse, type Use } from "./use-record.ts";

/** **Unit**: distinct paths of one process; `total` over all living processes. */
export const useCountMax = { code: 4096, read: 8192, written: 1024, total: 250_000 } as const;
const pendingCountMax = 12;
/**
 * **Unit**: paths of what is compact that are looked at, all in all: more costs what opening it
 * does. A list as long is opened at once.
 */
const soughtCountMax = 8192;

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
  /** Compact once it is silent. */
  kept: KeptUses;
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

/** All of what it did as records that may be changed. */
export function openedUses(process: ProcessUses): OpenUses {
  const open = openKept(process.kept);
  process.kept = open;
  return open;
}

/** What is told by no look from `sinceLook` on becomes compact. */
export function compactProcess(process: ProcessUses, lists: UseLists, sinceLook: number): void {
  const { kept } = process;
  if (isCompact(kept) || kept.look >= sinceLook) return;
  process.kept = compactKept(kept, lists, kept.look) ?? kept;
}

/**
 * Of one that has ended nothing more is awaited: what one look tells as a whole is compact before
 * it is old.
 */
export function compactEnded(process: ProcessUses, lists: UseLists, look: number): void {
  const { kept } = process;
  // What was told by the look before the last is past, whenever that was taken.
  if (!isCompact(kept)) process.kept = compactKept(kept, lists, look - 2) ?? kept;
}

/** Counts over all processes. */
export interface UseTotals {
  useCount: number;
  /** Looks that were taken: what has the number of the last one is new. */
  look: number;
}

/** To be added to, also over what is compact. */
function overUses(process: ProcessUses): OpenUses {
  const { kept } = process;
  if (isCompact(kept)) {
    const open = kept === noUses ? startUses() : startOver(kept);
    process.kept = open;
    return open;
  }
  return kept;
}

/** What it is over stays as it is: a copy changes. Opened where much was sought in it. */
function findUse(process: ProcessUses, access: Access): Use | undefined {
  const { how, path } = access;
  const open = overUses(process);
  const { base } = open;
  const own = open.uses[how]?.get(path);
  if (own !== undefined || base === undefined) return own;
  if (isCompact(base) && open.toldSince === 0) {
    open.soughtCount += countSought(base, how);
    if (open.soughtCount >= soughtCountMax) return openedUses(process).uses[how]?.get(path);
  }
  const known = findKeptUse(base, how, path);
  if (known === undefined) return undefined;
  const copy = { ...known };
  place(open, access, copy);
  noteChanged(open, how);
  return copy;
}

/**
 * Adds one access. **Cost**: one lookup; nothing is allocated for a path seen before. Where it was
 * silent a look at each path, until it is opened: also of what a bound leaves out.
 */
export function addUse(process: ProcessUses, totals: UseTotals, access: Access): Use | undefined {
  const { how } = access;
  const known = findUse(process, access);
  const open = overUses(process);
  open.look = totals.look;
  if (known !== undefined) {
    known.look = totals.look;
    countAgain(known, access);
    return known;
  }
  if (isFull(open, how) || totals.useCount >= useCountMax.total) {
    if (how === "written") process.lostWriteCount++;
    else process.lostCount++;
    return undefined;
  }
  const use = createUse(access, totals.look);
  place(open, access, use);
  totals.useCount++;
  return use;
}

function place({ uses }: OpenUses, { how, path }: Access, use: Use): void {
  uses[how] ??= new Map();
  uses[how].set(path, use);
}

function isFull(open: OpenUses, how: FileUseHow): boolean {
  const countMax = useCountMax[how === "read" || how === "written" ? how : "code"];
  const { base } = open;
  const own = open.uses[how]?.size ?? 0;
  if (base === undefined || own >= countMax) return own >= countMax;
  return own + countAtMost(base) >= countMax && countKept(open)[how] >= countMax;
}

/** Holds an access back; the earliest ones held become the process's own, whatever comes. */
export function addPending(process: ProcessUses, totals: UseTotals, access: PendingAccess): void {
  const open = overUses(process);
  open.look = totals.look;
  const pending = openPending(open);
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
