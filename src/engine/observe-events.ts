/**
 * Holds the composition of the process tree and the folds: what every event passes through.
 * In: events in the order they arrived. Out: facts, through `emit`, as the folds let go of them.
 * Must never keep an event, nor know what any fold does.
 */

import type { Event, TimeUs } from "../core/event/event.ts";
import { isFromProc } from "../core/event/process-flags.ts";
import { chooseUnused } from "../core/observe/choose-unused.ts";
import {
  createLives,
  isDue,
  type LifeOptions,
  type LivesDump,
  noteEnd,
  takeStock,
} from "../core/observe/container-lives.ts";
import type { Emit } from "../core/observe/fact.ts";
import type { DumpPart, Fold, FoldPart, ProcessNode, Release } from "../core/observe/fold.ts";
import type { TreeDump } from "../core/observe/pack-tree.ts";
import {
  createProcessTree,
  type ProcessTree,
  type ProcessTreeOptions,
} from "../core/observe/process-tree.ts";
import type { TreePart } from "../core/observe/tree-part.ts";
import { type Touched, TouchedContainers } from "./touched-containers.ts";
import { type TouchedIds, TouchedProcesses } from "./touched-processes.ts";

export interface Observer {
  observe(event: Event): void;
  /** Lets the tree and the folds give all that is left. Call once, after the last event. */
  finish(): void;
  /**
   * All that is known by now, as data that the structured clone algorithm copies. Copy it before
   * the next event: it shares parts with what goes on.
   */
  dump(): ObserverDump;
  /**
   * Gives what `finish` would, and goes on as if nothing had been asked. With `part` only facts of
   * wanted containers and of none count. **Cost**: linear in the part.
   */
  emitOpen(emit: Emit, part?: DumpPart): void;
  /**
   * Containers whose facts may differ from those at the last call: by their own events and
   * processes. Only where releases are asked for.
   */
  takeTouched(): Touched;
  /**
   * Processes that did something since the last call; what they did since, `emitOpen` tells of a
   * part with `isNew`. Only where releases are asked for.
   */
  takeTouchedIds(): TouchedIds;
  readonly tree: ProcessTree;
}

/** Of the shapes below `ObserverDump`: one of another version cannot be read. */
export const observerDumpVersion = 1;

export interface ObserverDump {
  readonly version: number;
  readonly clocks: readonly NodeTime[];
  readonly tickedUs: TimeUs;
  readonly tree: TreeDump;
  /** By the name of the fold. */
  readonly folds: ReadonlyMap<string, unknown>;
  readonly lives: LivesDump;
}

export interface ObserverOptions {
  readonly folds: readonly Fold<unknown>[];
  readonly tree?: ProcessTreeOptions;
  readonly emit: Emit;
  /**
   * For an observation that goes on for months: facts of what is over are given as soon as nothing
   * more is awaited, and it is forgotten. Without it all is kept until the end.
   */
  readonly releases?: boolean | LifeOptions;
}

const tickUs = 1_000_000;
/** A clock that was an hour ahead, for one event or for good, must not stop the ticks. */
const stepBackUs = 3600 * tickUs;
const nodeCountMax = 5000;

interface NodeTime {
  readonly node: string;
  latestUs: TimeUs;
}

/**
 * `dumped`: what another observer knew; a copy, which this one takes over. Its version must be
 * `observerDumpVersion`, its folds of the same names.
 * **Cost**: no allocation for an event: folds get one context object that is reused.
 */
export function createObserver(options: ObserverOptions, dumped?: ObserverDump): Observer {
  const { emit } = options;
  if (dumped !== undefined && dumped.version !== observerDumpVersion) {
    throw new Error("the caller has looked at the version of the dump");
  }
  const tree = createProcessTree(options.tree, dumped?.tree);
  const parts = options.folds.map((fold) => startFold(fold, dumped));
  const times = new NodeTimes(dumped?.clocks ?? []);
  const lives = dumped?.lives ?? createLives();
  const releases = options.releases === true ? {} : options.releases || undefined;
  const everyUs = releases?.everyUs ?? 60 * tickUs;
  const at: { node: ProcessNode | undefined; nowUs: TimeUs; emit: Emit } = {
    node: undefined,
    nowUs: 0,
    emit,
  };
  const touched = new TouchedContainers();
  const touchedIds = new TouchedProcesses();
  let tickedUs = dumped?.tickedUs ?? 0;

  /** What a program does last may be the start of the next. */
  const touch = ({ container, nextExecId }: ProcessNode): void => {
    touched.add(container);
    const next = nextExecId === "" ? undefined : tree.nodes.get(nextExecId);
    if (next !== undefined) touched.add(next.container);
  };

  const retireOnly = (node: ProcessNode): void => {
    if (releases !== undefined) {
      touch(node);
      touchedIds.forget(node);
    }
    for (const { fold, state } of parts) fold.retire?.(state, node, emit);
  };

  const retire = (node: ProcessNode): void => {
    if (releases !== undefined) noteEnd(lives, node);
    retireOnly(node);
  };

  const release = (lifeOptions: LifeOptions): void => {
    const { nowUs } = at;
    const stock = takeStock(lives, tree.nodes.values(), { nowUs, options: lifeOptions });
    const about: Release = { nowUs, ...stock, nodeOf: (execId) => tree.get(execId) };
    tree.release(about, retireOnly);
    for (const { fold, state } of parts) fold.release?.(state, about, emit);
    times.release();
  };

  const observe = (event: Event): void => {
    at.nowUs = times.timeOf(event);
    at.node = tree.place(event, at.nowUs, retire);
    for (const { fold, state } of parts) fold.step(state, event, at);
    if (at.nowUs >= tickedUs + tickUs || at.nowUs < tickedUs - stepBackUs) {
      tickedUs = at.nowUs;
      for (const { fold, state } of parts) fold.tick?.(state, at.nowUs, emit);
    }
    if (releases === undefined) return;
    if (at.node !== undefined) {
      touch(at.node);
      touchedIds.add(at.node);
    }
    if (isDue(lives, at.nowUs, everyUs, tree.nodes.size)) release(releases);
  };

  const finish = (): void => {
    tree.finish(retire);
    for (const { fold, state } of parts) fold.finish?.(state, emit);
  };

  const selectPart = (part: DumpPart): TreePart => {
    const selected = tree.select(part);
    const companions = parts.flatMap(({ fold, state }) => [
      ...(fold.companions?.(state, selected) ?? []),
    ]);
    for (const execId of companions) selected.add(execId);
    return selected;
  };

  const dump = (): ObserverDump => {
    const states = parts.map(({ fold, state }) => {
      return [fold.name, fold.dump?.(state) ?? state] as const;
    });
    return {
      version: observerDumpVersion,
      clocks: times.dump(),
      tickedUs,
      tree: tree.dump(),
      folds: new Map(states),
      lives,
    };
  };

  const emitOpen = (emitOne: Emit, wanted = everything): void => {
    const part = selectPart(wanted);
    const copies = parts.map(({ fold, state }) => ({ fold, state: forkState(fold, state, part) }));
    tree.fork(part).finish((node) => {
      for (const { fold, state } of copies) fold.retire?.(state, node, emitOne);
    });
    for (const { fold, state } of copies) fold.finish?.(state, emitOne);
  };

  const takeTouched = (): Touched => {
    for (const container of tree.takeMoved()) touched.add(container);
    return touched.take();
  };

  const takeTouchedIds = (): TouchedIds => {
    for (const { fold, state } of parts) fold.noteLook?.(state);
    return touchedIds.take();
  };

  return { observe, finish, dump, emitOpen, takeTouched, takeTouchedIds, tree };
}

const everything: DumpPart = { wants: () => true };

function forkState(fold: Fold<unknown>, state: unknown, part: FoldPart): unknown {
  if (fold.fork !== undefined) return fold.fork(state, part);
  const data = structuredClone(fold.dump?.(state) ?? state);
  return fold.load?.(data) ?? data;
}

function startFold(fold: Fold<unknown>, dumped: ObserverDump | undefined) {
  if (dumped?.folds.has(fold.name) !== true) return { fold, state: fold.start() };
  const data = dumped.folds.get(fold.name);
  return { fold, state: fold.load?.(data) ?? data };
}

/** The latest time of each node. */
class NodeTimes {
  private readonly clocks: Map<string, NodeTime>;
  /** Of the latest event: events come in runs. */
  private clock: NodeTime | undefined;

  constructor(clocks: readonly NodeTime[]) {
    this.clocks = new Map(clocks.map((one) => [one.node, one]));
  }

  /**
   * An event without a time happened about when the latest of its node did. What /proc tells of is
   * older than anything that happens, and says nothing of now once something is known.
   */
  timeOf(event: Event): TimeUs {
    const { node, timeUs } = event;
    if (this.clock?.node !== node) this.clock = this.clocks.get(node);
    if (timeUs === 0) return this.clock?.latestUs ?? 0;
    if (this.clock !== undefined) {
      if (!isFromProc(event)) this.clock.latestUs = timeUs;
    } else if (this.clocks.size < nodeCountMax) {
      this.clock = { node, latestUs: timeUs };
      this.clocks.set(node, this.clock);
    }
    return timeUs;
  }

  /** Where the bound is near, forgets those that were silent longest. */
  release(): void {
    const silent = chooseUnused(this.dump(), nodeCountMax, ({ latestUs }) => latestUs);
    for (const { node } of silent) this.clocks.delete(node);
    if (silent.length > 0) this.clock = undefined;
  }

  dump(): readonly NodeTime[] {
    return [...this.clocks.values()];
  }
}
