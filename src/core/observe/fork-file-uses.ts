/**
 * Holds how the state of file uses is copied: to be put away, or a part of it to be ended.
 * In: what the fold keeps, and the part. Out: copies of all that an end changes; what it only reads
 * is shared.
 */
import type { ContainerTotals, UseTotalsState } from "./file-use-totals.ts";
import type { Checkpointed, FoldPart } from "./fold.ts";
import {
  type FileUses,
  type FileUsesDump,
  packFileUses,
  unpackFileUses,
} from "./pack-file-uses.ts";
import type { ProcessUses, Use } from "./process-uses.ts";
import { toldOf } from "./tree-part.ts";

export interface FileUseState extends FileUses {
  /** The process of the latest event: events come in runs. */
  latest: ProcessUses | undefined;
}

export const fileUseCopies: Checkpointed<FileUseState> = {
  dump: packFileUses,
  load: (data) => ({ ...unpackFileUses(data as FileUsesDump), latest: undefined }),
  fork: (state, part) => ({ ...forkFileUses(state, part), latest: undefined }),
  noteLook: ({ totals }) => {
    totals.look += 1;
  },
};

/** **Cost**: linear in the part. */
function forkFileUses({ processes, totals }: FileUses, part: FoldPart): FileUses {
  const forked = new Map<string, ProcessUses>();
  const sinceLook = part.isNew === undefined ? undefined : totals.look - 1;
  for (const process of toldOf(processes, part)) {
    forked.set(process.execId, forkProcess(process, sinceLook));
  }
  return { processes: forked, totals: forkTotals(totals, part) };
}

/** `sinceLook`: only what is new since; what it is then is told by all that it did. */
function forkProcess(process: ProcessUses, sinceLook: number | undefined): ProcessUses {
  const { executed, mapped, read, written } = process.uses;
  const uses = {
    executed: forkUses(executed, sinceLook),
    mapped: forkUses(mapped, sinceLook),
    read: forkUses(read, sinceLook),
    written: forkUses(written, sinceLook),
  };
  const all = sinceLook === undefined ? undefined : process.uses;
  return { ...process, uses, all, pending: [...process.pending] };
}

function forkUses(
  uses: ReadonlyMap<string, Use> | undefined,
  sinceLook = 0,
): Map<string, Use> | undefined {
  if (uses === undefined) return undefined;
  const copies = new Map<string, Use>();
  for (const [path, use] of uses) if (use.look >= sinceLook) copies.set(path, { ...use });
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
      same.map((total) => ({ ...total })),
    );
  }
  return { byPath: copies, count };
}
