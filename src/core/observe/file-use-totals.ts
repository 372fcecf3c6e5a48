/**
 * Holds what all processes of a container did with files, once their classes are final.
 * In: the records of ended processes. Out: file-use facts, and losses where a bound was reached.
 * Must count what a bound leaves out, and say when a file had been written before it was used.
 */

import { findBulkReads } from "./bulk-reading.ts";
import type { OpenUses } from "./compact-uses.ts";
import type { ContainerKey, Emit, FileUseFact, FileUseHow, LossFact, Sensor } from "./fact.ts";
import { isDynamicLinker, isLibrary } from "./file-path.ts";
import type { ProcessNode } from "./fold.ts";
import { earliest } from "./merge-facts.ts";
import { allUses, isCompact, openedUses, type ProcessUses } from "./process-uses.ts";
import { sensorNames, type Use, type UsesByHow } from "./use-record.ts";
import {
  type Adding,
  citationsOf,
  createTotal,
  firstUsOf,
  lastUsOf,
  mergeUse,
  startAdding,
  type Total,
  type Whose,
} from "./use-total.ts";
import {
  createWrittenPaths,
  forgetWritings,
  type WrittenPaths,
  wasWritten,
} from "./written-paths.ts";

/** **Unit**: ways of use of paths, of all containers and of one. */
export const totalCountMax = { all: 500_000, container: 50_000 } as const;
/** Two reasons for each of as many containers as are kept. */
const lossCountMax = 32_768;
/** A program maps some dozens of libraries; beyond this the loader tells of data. */
const codeMappingCountMax = 64;

interface Loss {
  readonly node: string;
  sinceUs: number;
  untilUs: number;
  count: number;
}

export interface ContainerTotals {
  readonly byPath: Map<string, Total[]>;
  count: number;
}

export interface UseTotalsState {
  /** Records of living processes. */
  useCount: number;
  /** Looks that were taken at what is new. Never dumped. */
  look: number;
  totalCount: number;
  /** By container and path: the few ways and actors of one path share its text. */
  readonly totals: Map<ContainerKey, ContainerTotals>;
  readonly losses: Map<string, Loss>;
  readonly writes: WrittenPaths;
}

/** For all containers of a run: the bounds hold over all of them together. */
export function createUseTotals(): UseTotalsState {
  return {
    useCount: 0,
    look: 1,
    totalCount: 0,
    totals: new Map(),
    losses: new Map(),
    writes: createWrittenPaths(),
  };
}

/** Adds the records of a process whose class is final; `given`: only these of them. */
export function addToTotals(
  state: UseTotalsState,
  process: ProcessUses,
  node: ProcessNode,
  given?: UsesByHow,
): void {
  const open = openedUses(process);
  const taken = given ?? open.uses;
  const tool = node.actor === "package-manager" || node.actor === "bulk-reader";
  const own = { actor: node.origin, origin: node.origin, reason: node.actorReason };
  const reader = node.actor === node.origin ? own : { ...own, actor: node.actor };
  const bulk = tool || isEmpty(taken.read) ? undefined : bulkReadsOf(open);
  const bulkReader: Whose = {
    ...own,
    actor: "bulk-reader",
    reason: `read ${bulk?.size ?? 0} files of other programs without running them`,
  };
  const isBulkReader = node.actor === "bulk-reader" && !isEmpty(taken.mapped);
  const isData = isBulkReader ? dataMappings(allUses(open).mapped) : undefined;
  const adding = startAdding(node);
  addAll(state, process, adding, { how: "executed", uses: taken.executed, whose: () => own });
  addAll(state, process, adding, {
    how: "mapped",
    uses: taken.mapped,
    whose: (path) => (isData?.has(path) === true ? undefined : own),
  });
  addAll(state, process, adding, {
    how: "read",
    uses: taken.read,
    whose: (path) => (bulk?.has(path) === true ? bulkReader : reader),
  });
  addAll(state, process, adding, { how: "written", uses: taken.written, whose: () => reader });
  if (process.lostCount > 0) noteLoss(state, process, "eviction", process.lostCount);
  if (process.lostWriteCount > 0) {
    noteLoss(state, process, "write-eviction", process.lostWriteCount);
  }
  process.lostCount = 0;
  process.lostWriteCount = 0;
}

function isEmpty(uses: ReadonlyMap<string, Use> | undefined): boolean {
  return uses === undefined || uses.size === 0;
}

interface Part {
  readonly how: FileUseHow;
  readonly uses: ReadonlyMap<string, Use> | undefined;
  readonly whose: (path: string) => Whose | undefined;
}

function addAll(state: UseTotalsState, process: ProcessUses, adding: Adding, part: Part): void {
  if (part.uses === undefined) return;
  state.useCount -= part.uses.size;
  for (const [path, use] of part.uses) {
    const whose = part.whose(path);
    if (whose === undefined) continue;
    const total = totalOf(state, process, { path, how: part.how, whose });
    if (total === undefined) noteLoss(state, process, "eviction", 1);
    else mergeUse(total, use, whose, adding);
  }
}

const none: readonly Total[] = [];

function totalOf(
  state: UseTotalsState,
  process: ProcessUses,
  key: { readonly path: string; readonly how: FileUseHow; readonly whose: Whose },
): Total | undefined {
  const { path, how, whose } = key;
  let totals = state.totals.get(process.container);
  if (totals === undefined) {
    totals = { byPath: new Map(), count: 0 };
    state.totals.set(process.container, totals);
  }
  const same = totals.byPath.get(path);
  for (const one of same ?? none) {
    if (one.how === how && one.whose.actor === whose.actor) return one;
  }
  if (totals.count >= totalCountMax.container || state.totalCount >= totalCountMax.all) {
    return undefined;
  }
  const total = createTotal(path, how, whose);
  addTotal(totals, total);
  state.totalCount++;
  return total;
}

/** Its path, way and actor must be new. Lists are made anew: pushing would keep room for many. */
export function addTotal(totals: ContainerTotals, total: Total): void {
  const same = totals.byPath.get(total.path);
  totals.byPath.set(total.path, same === undefined ? [total] : same.concat([total]));
  totals.count++;
}

/** Looks come again and again at what is compact: that most are no bulk readers is kept there. */
function bulkReadsOf(open: OpenUses): ReadonlySet<string> | undefined {
  const { all } = open;
  const list = all !== undefined && isCompact(all) ? all.list : undefined;
  if (list?.isOfUser === true) return undefined;
  const bulk = bulkReads(allUses(open));
  if (list !== undefined) list.isOfUser = bulk === undefined;
  return bulk;
}

function bulkReads({ executed, mapped, read }: UsesByHow): ReadonlySet<string> | undefined {
  return findBulkReads({
    read: read?.keys() ?? [],
    readCount: read?.size ?? 0,
    isMapped: (path) => mapped?.has(path) === true || executed?.has(path) === true,
    mappedCount: mapped?.size ?? 0,
    seesMappings: hasMappings(mapped, isPlainLibrary),
  });
}

const mmapBit = 1 << sensorNames.indexOf("mmap");

function hasMappings(
  mapped: ReadonlyMap<string, Use> | undefined,
  accepts: (path: string) => boolean,
): boolean {
  for (const [path, use] of mapped ?? []) {
    if ((use.sensors & mmapBit) !== 0 && accepts(path)) return true;
  }
  return false;
}

function isPlainLibrary(path: string): boolean {
  return isLibrary(path) && !isDynamicLinker(path);
}

function anyPath(): boolean {
  return true;
}

/**
 * Loader events are sent for data mappings too. Of a bulk reader, files that only the loader
 * reported are data where real mappings are seen as well, or where they are too many to be code.
 */
function dataMappings(
  mapped: ReadonlyMap<string, Use> | undefined,
): ReadonlySet<string> | undefined {
  if (mapped === undefined) return undefined;
  const loaderOnly = [...mapped].filter(([, use]) => (use.sensors & mmapBit) === 0);
  const many = loaderOnly.length > codeMappingCountMax;
  return hasMappings(mapped, anyPath) || many
    ? new Set(loaderOnly.map(([path]) => path))
    : undefined;
}

function noteLoss(
  state: UseTotalsState,
  process: ProcessUses,
  reason: string,
  count: number,
): void {
  const key = `${process.container} ${reason}`;
  const loss = state.losses.get(key);
  if (loss !== undefined) {
    loss.count += count;
    loss.sinceUs = earliest(loss.sinceUs, process.firstUs);
    loss.untilUs = Math.max(loss.untilUs, process.lastUs);
  } else if (state.losses.size < lossCountMax) {
    const { node, firstUs, lastUs } = process;
    state.losses.set(key, { node, sinceUs: firstUs, untilUs: lastUs, count });
  }
}

const lossDetails: ReadonlyMap<string, string> = new Map([
  ["eviction", "more distinct files in use than are kept for one process or container"],
  ["write-eviction", "more distinct files written than are kept; uses are complete"],
]);

/** Emits and forgets all of the containers that are asked for: their uses, losses and writings. */
export function emitTotals(
  state: UseTotalsState,
  isAsked: (container: ContainerKey) => boolean,
  emit: Emit,
): void {
  for (const [container, totals] of state.totals) {
    if (!isAsked(container)) continue;
    for (const same of totals.byPath.values()) {
      for (const total of same) emit(toFact(container, total, state.writes));
    }
    // At once, not at the end: what receives the facts grows meanwhile.
    totals.byPath.clear();
    state.totalCount -= totals.count;
    state.totals.delete(container);
  }
  for (const [key, loss] of state.losses) {
    const [container = "", reason = ""] = splitLast(key);
    if (!isAsked(container)) continue;
    const detail = lossDetails.get(reason) ?? "";
    emit({ kind: "loss", container, reason, detail, ...loss });
    state.losses.delete(key);
  }
  forgetWritings(state.writes, isAsked);
}

/** Emits and forgets some totals of a container. */
export function emitSome(
  state: UseTotalsState,
  about: { readonly container: ContainerKey; readonly some: readonly Total[] },
  emit: Emit,
): void {
  const { container, some } = about;
  const totals = state.totals.get(container);
  if (totals === undefined) return;
  for (const total of some) {
    emit(toFact(container, total, state.writes));
    const rest = totals.byPath.get(total.path)?.filter((one) => one !== total) ?? [];
    if (rest.length > 0) totals.byPath.set(total.path, rest);
    else totals.byPath.delete(total.path);
  }
  totals.count -= some.length;
  state.totalCount -= some.length;
  if (totals.count === 0) state.totals.delete(container);
}

/** Tells of writings that were beyond the bounds. */
export function emitLostWritings({ writes: { lostCount } }: UseTotalsState, emit: Emit): void {
  if (lostCount > 0) emit(lostWritings(lostCount));
}

function lostWritings(count: number): LossFact {
  const about = { kind: "loss", node: "", container: "", sinceUs: 0, untilUs: 0 } as const;
  const detail = "more written paths than are kept: their later uses count as the image's";
  return { ...about, reason: "write-eviction", count, detail };
}

function splitLast(key: string): readonly string[] {
  const at = key.lastIndexOf(" ");
  return [key.slice(0, at), key.slice(at + 1)];
}

const sensorLists = new Map<number, readonly Sensor[]>();

/** Of bits: there are few different ones. */
function sensorsOf(bits: number): readonly Sensor[] {
  let list = sensorLists.get(bits);
  if (list === undefined) {
    list = sensorNames.filter((_, bit) => (bits & (1 << bit)) !== 0).sort();
    sensorLists.set(bits, list);
  }
  return list;
}

function toFact(container: ContainerKey, total: Total, writes: WrittenPaths): FileUseFact {
  const { path, how, whose, count, binaries } = total;
  const firstUs = firstUsOf(total);
  return {
    kind: "file-use",
    container,
    path,
    how,
    actor: whose.actor,
    origin: whose.origin,
    actorReason: whose.reason,
    count,
    firstSeenUs: firstUs,
    lastSeenUs: lastUsOf(total),
    binaries,
    sensors: sensorsOf(total.sensors),
    afterWrite: how !== "written" && wasWritten(writes, { container, path, timeUs: firstUs }),
    citations: citationsOf(total),
  };
}
