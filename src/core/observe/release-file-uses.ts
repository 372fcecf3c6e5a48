/**
 * Holds how file uses are let go of while an observation goes on: whole with their container, and
 * the longest unused where a bound is near.
 * In: what the fold keeps. Out: facts, and the same with less in it.
 * Must count nothing as lost but what was written too long ago to be kept.
 */
import { chooseUnused, isNear } from "./choose-unused.ts";
import { listTotals } from "./container-totals.ts";
import type { Emit } from "./fact.ts";
import {
  addToTotals,
  emitSome,
  emitTotals,
  totalCountMax,
  type UseTotalsState,
} from "./file-use-totals.ts";
import type { Release } from "./fold.ts";
import { countAtMost, countKept } from "./kept-uses.ts";
import type { FileUses } from "./pack-file-uses.ts";
import { openedUses, type ProcessUses, useCountMax } from "./process-uses.ts";
import { createUses, hows, type UsesByHow } from "./use-record.ts";
import { lastUsOf, type Total } from "./use-total.ts";
import { forgetOldWritings } from "./written-paths.ts";

/** **Cost**: next to nothing while no container is over and no bound near. */
export function releaseFileUses(state: FileUses, about: Release, emit: Emit): void {
  const { totals, processes } = state;
  emitTotals(totals, about.isOver, emit);
  relieveProcesses(totals, [...processes.values()], about);
  for (const container of totals.totals.keys()) releaseUnused(totals, container, emit);
  if (isNear(totals.totalCount, totalCountMax.all)) releaseAnyUnused(totals, emit);
  forgetOldWritings(totals.writes);
}

function releaseUnused(totals: UseTotalsState, container: string, emit: Emit): void {
  const own = totals.totals.get(container);
  if (own === undefined || !isNear(own.count, totalCountMax.container)) return;
  const all = listTotals(own);
  const some = chooseUnused(all, totalCountMax.container, lastUsOf);
  emitSome(totals, { container, some }, emit);
}

function releaseAnyUnused(totals: UseTotalsState, emit: Emit): void {
  const all = [...totals.totals].flatMap(([container, own]) =>
    listTotals(own).map((total) => ({ container, total })),
  );
  const unused = chooseUnused(all, totalCountMax.all, ({ total }) => lastUsOf(total));
  for (const [container, same] of Map.groupBy(unused, (one) => one.container)) {
    const some: Total[] = same.map(({ total }) => total);
    emitSome(totals, { container, some }, emit);
  }
}

const countMaxOf = {
  executed: useCountMax.code,
  mapped: useCountMax.code,
  read: useCountMax.read,
  written: useCountMax.written,
} as const;
const leastCountMax = Math.min(...Object.values(countMaxOf));

/**
 * Of processes that run for long: what they used longest ago is added to the totals now. **Cost**:
 * the others are not opened, as many uses as they may have of another way.
 */
function relieveProcesses(
  totals: UseTotalsState,
  processes: readonly ProcessUses[],
  about: Release,
): void {
  for (const process of processes) {
    if (isNearAny(process)) moveToTotals(totals, process, about, chooseUses);
  }
  if (!isNear(totals.useCount, useCountMax.total)) return;
  for (const process of [...processes].sort((a, b) => a.lastUs - b.lastUs)) {
    if (totals.useCount * 2 <= useCountMax.total) return;
    moveToTotals(totals, process, about, (uses) => ({ ...uses }));
  }
}

function isNearAny({ kept }: ProcessUses): boolean {
  // Most are far from any bound: they need not be counted.
  if (!isNear(countAtMost(kept), leastCountMax)) return false;
  const counts = countKept(kept);
  return hows.some((how) => isNear(counts[how], countMaxOf[how]));
}

function chooseUses(uses: UsesByHow): UsesByHow {
  const chosen = createUses();
  for (const how of hows) {
    const { [how]: byPath } = uses;
    if (byPath === undefined || !isNear(byPath.size, countMaxOf[how])) continue;
    chosen[how] = new Map(chooseUnused([...byPath], countMaxOf[how], ([, use]) => use.lastUs));
  }
  return chosen;
}

function moveToTotals(
  totals: UseTotalsState,
  process: ProcessUses,
  { nodeOf }: Release,
  choose: (uses: UsesByHow) => UsesByHow,
): void {
  const node = nodeOf(process.execId);
  if (node === undefined) return;
  const { uses: byHow } = openedUses(process);
  const taken = choose(byHow);
  addToTotals(totals, process, node, taken);
  for (const how of hows) {
    const uses = byHow[how];
    if (taken[how] === uses) byHow[how] = undefined;
    else for (const path of taken[how]?.keys() ?? []) uses?.delete(path);
  }
}
