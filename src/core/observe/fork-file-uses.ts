/**
 * Holds how file uses of a part become a state of their own that can be ended.
 * In: what the fold keeps, and the part. Out: copies of all that an end changes; what it only reads
 * is shared.
 */
import type { ContainerTotals, UseTotalsState } from "./file-use-totals.ts";
import type { FoldPart } from "./fold.ts";
import type { FileUses } from "./pack-file-uses.ts";
import type { ProcessUses, Use } from "./process-uses.ts";
import { toldOf } from "./tree-part.ts";

/** **Cost**: linear in the part. */
export function forkFileUses({ processes, totals }: FileUses, part: FoldPart): FileUses {
  const forked = new Map<string, ProcessUses>();
  for (const process of toldOf(processes, part)) forked.set(process.execId, forkProcess(process));
  return { processes: forked, totals: forkTotals(totals, part) };
}

function forkProcess(process: ProcessUses): ProcessUses {
  const { executed, mapped, read, written } = process.uses;
  const uses = {
    executed: forkUses(executed),
    mapped: forkUses(mapped),
    read: forkUses(read),
    written: forkUses(written),
  };
  return { ...process, uses, pending: [...process.pending] };
}

function forkUses(uses: ReadonlyMap<string, Use> | undefined): Map<string, Use> | undefined {
  if (uses === undefined) return undefined;
  const copies = new Map<string, Use>();
  for (const [path, use] of uses) copies.set(path, { ...use });
  return copies;
}

function forkTotals(state: UseTotalsState, part: FoldPart): UseTotalsState {
  const totals: UseTotalsState["totals"] = new Map();
  // What processes did that are gone is no news.
  for (const [container, own] of part.isNew === undefined ? state.totals : []) {
    if (part.wants(container)) totals.set(container, forkContainer(own));
  }
  const byContainer: UseTotalsState["writes"]["byContainer"] = new Map();
  for (const [container, times] of state.writes.byContainer) {
    if (part.wants(container)) byContainer.set(container, times);
  }
  const losses: UseTotalsState["losses"] = new Map();
  for (const [key, loss] of state.losses) losses.set(key, { ...loss });
  return { ...state, totals, losses, writes: { ...state.writes, byContainer } };
}

function forkContainer({ byPath, count }: ContainerTotals): ContainerTotals {
  const copies: ContainerTotals["byPath"] = new Map();
  for (const [path, same] of byPath) {
    copies.set(
      path,
      same.map((total) => ({ ...total, citations: [...total.citations] })),
    );
  }
  return { byPath: copies, count };
}
