/**
 * Holds how the state of file uses begins, becomes compact where looks find it silent, and is given
 * on: to be put away, or a part of it to be ended.
 * In: what the fold keeps, and the part. Out: data; a state over the living one, which holds what
 * the end changes, and is ended before the next event. Must never change what it lies over.
 */
import { startTotals } from "./container-totals.ts";
import { createUseTotals, type UseTotalsState } from "./file-use-totals.ts";
import type { Checkpointed, FoldPart } from "./fold.ts";
import { startOver } from "./kept-uses.ts";
import {
  type FileUses,
  type FileUsesDump,
  packFileUses,
  unpackFileUses,
} from "./pack-file-uses.ts";
import { compactProcess, type ProcessUses } from "./process-uses.ts";
import { toldOf } from "./tree-part.ts";
import { createUseLists, turnUseLists, type UseLists } from "./use-lists.ts";

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

/** Nothing is copied but what the end changes. **Cost**: linear in the processes of the part. */
function forkFileUses({ processes, totals }: FileUses, part: FoldPart): FileUses {
  const forked = new Map<string, ProcessUses>();
  // What was told by looks before is what a process is, but no news.
  const toldSince = part.isNew === undefined ? 0 : Math.max(1, totals.look - 1);
  for (const process of toldOf(processes, part)) {
    forked.set(process.execId, { ...process, kept: startOver(process.kept, toldSince) });
  }
  return { processes: forked, totals: forkTotals(totals, part) };
}

function forkTotals(state: UseTotalsState, part: FoldPart): UseTotalsState {
  const totals: UseTotalsState["totals"] = new Map();
  // What processes did that are gone is no news.
  for (const [container, own] of part.isNew === undefined ? state.totals : []) {
    if (part.wants(container)) totals.set(container, startTotals(own));
  }
  const byContainer: UseTotalsState["writes"]["byContainer"] = new Map();
  for (const [container, times] of state.writes.byContainer) {
    if (part.wants(container)) byContainer.set(container, times);
  }
  const losses: UseTotalsState["losses"] = new Map();
  for (const [key, loss] of state.losses) losses.set(key, { ...loss });
  return { ...state, totals, losses, writes: { ...state.writes, byContainer } };
}
