/**
 * Holds which processes did something.
 * In: processes, in runs; those that are forgotten. Out: their exec ids, once. Must stay within its
 * bound, and say when it cannot tell all: beyond the bound, or when one was forgotten in between.
 */
import type { ProcessNode } from "../core/observe/fold.ts";

/** Exec ids; undefined: some are not among those that can still be asked. */
export type TouchedIds = ReadonlySet<string> | undefined;

const idCountMax = 65_536;

export class TouchedProcesses {
  private ids: Set<string> | undefined = new Set();
  /** Events come in runs. */
  private latest: ProcessNode | undefined;

  add(node: ProcessNode): void {
    if (node === this.latest || this.ids === undefined) return;
    this.latest = node;
    this.ids.add(node.execId);
    if (this.ids.size > idCountMax) this.ids = undefined;
  }

  /** It is about to be forgotten: what it did since the last call is told by totals alone. */
  forget({ execId }: ProcessNode): void {
    if (this.ids?.has(execId) === true) this.ids = undefined;
  }

  /** What was added since the last call. */
  take(): TouchedIds {
    const { ids } = this;
    this.ids = new Set();
    this.latest = undefined;
    return ids;
  }
}
