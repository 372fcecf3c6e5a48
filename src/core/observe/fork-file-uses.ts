/**
 * Holds how the state of file uses begins, becomes compact with each look, and is copied: to be
 * put away, or a part of it to be ended.
 * In: what the fold keeps, and the part. Out: copies of all that an end changes; what it only reads
 * is shared.
 */
import { createUseLists, turnUseLists, type UseLists } from "./compact-uses.ts";
import { type ContainerTotals, createUseTotals, type UseTotalsState } from "./file-use-totals.ts";
import type { Checkpointed, FoldPart } from "./fold.ts";
import {
  type FileUses,
  type FileUsesDump,
  packFileUses,
  unpackFileUses,
} from "./pack-file-uses.ts";
import { compactProcess, copySilent, isCompact, type ProcessUses } from "./process-uses.ts";
import { toldOf } from "./tree-part.ts";
import type { Use } from "./use-record.ts";
import { copyTotal } from "./use-total.ts";

export interface FileUseState extends FileUses {
  /** The process of the latest event: events come in runs. */
  latest: ProcessUses | undefined;
  /** What compact processes share. Never dumped. */
  readonly lists: UseLists;
}

/** Nothing seen yet. */
export function startFileUses(): FileUseState {
  const lists = createUseLists();
  return { processes: new Map(), latest: undefined, totals: createUseTotals(), lists };
}

export const fileUseCopies: Checkpointed<FileUseState> = {
  dump: packFileUses,
  load: (data) => {
    const lists = createUseLists();
    return { ...unpackFileUses(data as FileUsesDump, lists), latest: undefined, lists };
  },
  fork: (state, part) => ({
    ...forkFileUses(state, part),
    latest: undefined,
    lists: createUseLists(),
  }),
  noteLook: (state) => {
    state.totals.look += 1;
    compactSilent(state);
  },
};

/** **Unit**: looks: how often silent processes are sought, and lists that nobody has forgotten. */
const [soughtEvery, turnEvery] = [2, 64];

/** Of a process that nothing was told of in the last looks, nothing more is awaited at once. */
function compactSilent({ processes, totals, lists }: FileUseState): void {
  const { look } = totals;
  if (look % soughtEvery !== 0) return;
  if (look % turnEvery === 0) turnUseLists(lists);
  // What the look tells that is being taken has the number before.
  for (const process of processes.values()) compactProcess(process, lists, look - soughtEvery);
}

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
  const { kept } = process;
  if (isCompact(kept)) {
    // What is compact is never changed: a copy opens what it is asked for.
    return sinceLook === undefined ? { ...process } : { ...process, kept: copySilent(kept) };
  }
  const { uses, pending, look } = kept;
  const copies = {
    executed: forkUses(uses.executed, sinceLook),
    mapped: forkUses(uses.mapped, sinceLook),
    read: forkUses(uses.read, sinceLook),
    written: forkUses(uses.written, sinceLook),
  };
  const all = sinceLook === undefined ? undefined : kept;
  return { ...process, kept: { uses: copies, all, pending: [...pending], look } };
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
    copies.set(path, same.map(copyTotal));
  }
  return { byPath: copies, count };
}
