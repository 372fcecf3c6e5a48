/**
 * Holds what all processes of a container did with files, once their classes are final.
 * In: the records of ended processes. Out: file-use facts, and losses where a bound was reached.
 * Must count what a bound leaves out, and say when a file had been written before it was used.
 */

import type { TimeUs } from "../event/event.ts";
import {
  addTotal,
  type ContainerTotals,
  dropTotal,
  findTotal,
  listTotals,
  startTotals,
} from "./container-totals.ts";
import type { ContainerKey, Emit, FileUseFact, FileUseHow, LossFact, Sensor } from "./fact.ts";
import type { ProcessNode } from "./fold.ts";
import { UseJudge } from "./judge-uses.ts";
import { eachKeptUse } from "./kept-uses.ts";
import { earliest } from "./merge-facts.ts";
import type { ProcessUses } from "./process-uses.ts";
import { eachUse, sensorNames, type Use, type UsesByHow, type UseTaker } from "./use-record.ts";
import {
  type Adding,
  citationsOf,
  createTotal,
  firstUsOf,
  lastUsOf,
  mergeUse,
  startAdding,
  type Total,
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

interface Loss {
  readonly node: string;
  sinceUs: number;
  untilUs: number;
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

/**
 * Adds the records of a process whose class is final; `given`: only these of them. **Cost**: what
 * is compact is not opened.
 */
export function addToTotals(
  state: UseTotalsState,
  process: ProcessUses,
  node: ProcessNode,
  given?: UsesByHow,
): void {
  const adder = new TotalsAdder(state, process, node);
  if (given === undefined) eachKeptUse(process.kept, adder);
  else eachUse(given, adder);
  if (process.lostCount > 0) noteLoss(state, process, "eviction", process.lostCount);
  if (process.lostWriteCount > 0) {
    noteLoss(state, process, "write-eviction", process.lostWriteCount);
  }
  process.lostCount = 0;
  process.lostWriteCount = 0;
}

class TotalsAdder implements UseTaker {
  private readonly state: UseTotalsState;
  private readonly process: ProcessUses;
  private readonly judge: UseJudge;
  private readonly adding: Adding;
  private totals: ContainerTotals | undefined;

  constructor(state: UseTotalsState, process: ProcessUses, node: ProcessNode) {
    this.state = state;
    this.process = process;
    this.judge = new UseJudge(process.kept, node);
    this.adding = startAdding(node);
    this.totals = state.totals.get(process.container);
  }

  take(how: FileUseHow, path: string, use: Use): void {
    const { state, process } = this;
    state.useCount--;
    const whose = this.judge.whoseOf(how, path);
    if (whose === undefined) return;
    this.totals ??= startContainer(state, process.container);
    const { totals } = this;
    let total = findTotal(totals, path, how, whose.actor);
    if (total === undefined) {
      if (isFull(state, totals)) {
        noteLoss(state, process, "eviction", 1);
        return;
      }
      total = createTotal(path, how, whose);
      addTotal(totals, total);
      state.totalCount++;
    }
    mergeUse(total, use, whose, this.adding);
  }
}

function startContainer(state: UseTotalsState, container: ContainerKey): ContainerTotals {
  const totals = startTotals();
  state.totals.set(container, totals);
  return totals;
}

function isFull(state: UseTotalsState, totals: ContainerTotals): boolean {
  return totals.count >= totalCountMax.container || state.totalCount >= totalCountMax.all;
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
    const writes = state.writes.byContainer.get(container);
    for (const total of listTotals(totals)) emit(toFact(container, total, writes));
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
  const writes = state.writes.byContainer.get(container);
  for (const total of some) {
    emit(toFact(container, total, writes));
    dropTotal(totals, total);
  }
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

/** `writes`: of paths of the container. */
function toFact(
  container: ContainerKey,
  total: Total,
  writes: ReadonlyMap<string, TimeUs> | undefined,
): FileUseFact {
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
    afterWrite: how !== "written" && wasWritten(writes, path, firstUs),
    citations: citationsOf(total),
  };
}
