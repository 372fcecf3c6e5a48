/**
 * Holds the composition of the process tree and the folds: what every event passes through.
 * In: events in the order they arrived. Out: facts, through `emit`, as the folds let go of them.
 * Must never keep an event, nor know what any fold does.
 */

import type { Event, TimeUs } from "../core/event/event.ts";
import { isFromProc } from "../core/event/process-flags.ts";
import type { Emit } from "../core/observe/fact.ts";
import type { Fold, ProcessNode } from "../core/observe/fold.ts";
import {
  createProcessTree,
  type ProcessTree,
  type ProcessTreeOptions,
} from "../core/observe/process-tree.ts";

export interface Observer {
  observe(event: Event): void;
  /** Lets the tree and the folds give all that is left. Call once, after the last event. */
  finish(): void;
  readonly tree: ProcessTree;
}

export interface ObserverOptions {
  readonly folds: readonly Fold<unknown>[];
  readonly tree?: ProcessTreeOptions;
  readonly emit: Emit;
}

const tickUs = 1_000_000;
/** A clock that was an hour ahead, for one event or for good, must not stop the ticks. */
const stepBackUs = 3600 * tickUs;
const nodeCountMax = 5000;

interface NodeTime {
  readonly node: string;
  latestUs: TimeUs;
}

/** **Cost**: no allocation for an event: folds get one context object that is reused. */
export function createObserver(options: ObserverOptions): Observer {
  const { emit } = options;
  const tree = createProcessTree(options.tree);
  const parts = options.folds.map((fold) => ({ fold, state: fold.start() }));
  const clocks = new Map<string, NodeTime>();
  let clock: NodeTime | undefined;
  const at: { node: ProcessNode | undefined; nowUs: TimeUs; emit: Emit } = {
    node: undefined,
    nowUs: 0,
    emit,
  };
  let tickedUs = 0;

  const retire = (node: ProcessNode): void => {
    for (const { fold, state } of parts) fold.retire?.(state, node, emit);
  };

  /**
   * An event without a time happened about when the latest of its node did. What /proc tells of is
   * older than anything that happens, and says nothing of now once something is known.
   */
  const timeOf = (event: Event): TimeUs => {
    const { node, timeUs } = event;
    if (clock?.node !== node) clock = clocks.get(node);
    if (timeUs === 0) return clock?.latestUs ?? 0;
    if (clock !== undefined) {
      if (!isFromProc(event)) clock.latestUs = timeUs;
    } else if (clocks.size < nodeCountMax) {
      clock = { node, latestUs: timeUs };
      clocks.set(node, clock);
    }
    return timeUs;
  };

  const observe = (event: Event): void => {
    at.nowUs = timeOf(event);
    at.node = tree.place(event, at.nowUs, retire);
    for (const { fold, state } of parts) fold.step(state, event, at);
    if (at.nowUs >= tickedUs + tickUs || at.nowUs < tickedUs - stepBackUs) {
      tickedUs = at.nowUs;
      for (const { fold, state } of parts) fold.tick?.(state, at.nowUs, emit);
    }
  };

  const finish = (): void => {
    tree.finish(retire);
    for (const { fold, state } of parts) fold.finish?.(state, emit);
  };

  return { observe, finish, tree };
}
