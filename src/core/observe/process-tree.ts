/**
 * Holds every process that matters now, per node of the cluster, as the events tell it.
 * In: events in nearly any order. Out: the node of an event's process, and each node once more when
 * it is forgotten, then with its final class.
 * Must stay within `nodeCountMax` and never depend on the order of events within half of `graceUs`.
 */

import type { Event, Process, ProcessEvent } from "../event/event.ts";
import { hasFlag } from "../event/process-flags.ts";
import { addCandidate, addCommand, commandOf } from "./container-scene.ts";
import { endPart } from "./end-part.ts";
import { readExecId } from "./exec-id.ts";
import type { ContainerKey } from "./fact.ts";
import type { DumpPart, ProcessNode, Release } from "./fold.ts";
import { type ActorContext, isRuntimeImage, judgeActor } from "./judge-actor.ts";
import { packTree, type TreeDump, unpackTree } from "./pack-tree.ts";
import { findFork, findProgram, type Host, hostOf, rememberPid, takeIdle } from "./process-host.ts";
import { printOf } from "./process-print.ts";
import {
  compareStart,
  createTreeNode,
  isInContainer,
  knownAs,
  mergeBlock,
  type TreeNode,
} from "./tree-node.ts";
import { parentOf, TreePart } from "./tree-part.ts";
import {
  chooseExcess,
  compareEnd,
  createTreeState,
  forget,
  isStartMissed,
  noteSession,
  type Retire,
  releaseScenes,
  sceneOf,
  type TreeState,
  takeEnded,
  takeGone,
  unlist,
} from "./tree-state.ts";

export interface ProcessTreeOptions {
  /** Default 65,536. */
  readonly nodeCountMax?: number;
  /** **Unit**: microseconds of event time that an ended process is kept; default 120 s. */
  readonly graceUs?: number;
  /** Commands of probes and hooks that objects declare, by container. */
  readonly probeCommands?: ReadonlyMap<ContainerKey, readonly string[]>;
}

export interface ProcessTree {
  /**
   * The node of the event's process, created or completed from it; undefined when there is none.
   * `retire` is called for nodes it forgets, earliest end first; their class is final then.
   * **Cost**: two lookups for an event of a known process.
   */
  place(event: Event, nowUs: number, retire: (node: ProcessNode) => void): ProcessNode | undefined;
  /** Forgets all. */
  finish(retire: (node: ProcessNode) => void): void;
  /**
   * Forgets the processes of containers that are gone, and where the bound is near those unheard
   * for days: their end was lost, which is no eviction.
   */
  release(about: Release, retire: (node: ProcessNode) => void): void;
  /** Each process that matters now, also those of which only their parent's events told. */
  readonly nodes: ReadonlyMap<string, ProcessNode>;
  /** All that is kept, flat: copy it before the next event. **Cost**: linear. */
  dump(): TreeDump;
  /** What it takes to end the processes of some containers as all would end them. */
  select(part: DumpPart): TreePart;
  /**
   * What `select` gave, to be finished while the tree goes on as if nothing had been asked. Who is
   * told of a process must not keep it. **Cost**: linear in the part.
   */
  fork(part: TreePart): Pick<ProcessTree, "finish">;
  /**
   * Containers that lost processes, or doings of theirs, to others since the last call: hosts, to
   * what they run.
   */
  takeMoved(): readonly ContainerKey[];
  /** With its class as far as it can be told now. */
  get(execId: string): ProcessNode | undefined;
  /** Processes forgotten because there were too many, not because they ended. */
  readonly evictedCount: number;
}

const sweepUs = 5_000_000;
const movedCountMax = 4096;

/** `dumped`: where another tree was; a copy, which this one takes over. */
export function createProcessTree(
  options: ProcessTreeOptions = {},
  dumped?: TreeDump,
): ProcessTree {
  return new BoundedTree(options, dumped === undefined ? createTreeState() : unpackTree(dumped));
}

class BoundedTree implements ProcessTree {
  private readonly nodeCountMax: number;
  private readonly graceUs: number;
  private readonly state: TreeState;
  private readonly context: ActorContext;
  /** Of the latest event: events come in runs. */
  private latestName = "";
  private latestHost: Host | undefined;
  private latestNode: TreeNode | undefined;

  constructor(options: ProcessTreeOptions, state: TreeState) {
    this.nodeCountMax = Math.max(16, options.nodeCountMax ?? 65_536);
    this.graceUs = options.graceUs ?? 120_000_000;
    this.state = state;
    this.context = {
      parentOf: (node) => parentOf(state, node),
      sceneOf: (node) => sceneOf(state, node.container),
      probeCommandsOf: (node) => options.probeCommands?.get(node.container) ?? [],
      horizonUs: (node) => this.horizonUs(node),
    };
  }

  get evictedCount(): number {
    return this.state.evictedCount;
  }

  place(event: Event, nowUs: number, retire: Retire): TreeNode | undefined {
    if (!("process" in event) || event.process === undefined) return undefined;
    const { state, nodeCountMax } = this;
    const host = this.hostOf(event.node);
    advance(host, nowUs);
    // First, so that no node is forgotten between being placed and being used.
    if (host.nowUs >= host.nextSweepUs || host.ended.length > nodeCountMax) {
      host.nextSweepUs = host.nowUs + sweepUs;
      this.retireAll(takeEnded(host, this.graceUs), retire);
      for (const node of takeIdle(host, this.graceUs)) {
        if (node.isPlaced) this.retireAll([node], retire);
        else unlist(state, host, node);
      }
    }
    if (this.latestNode !== undefined && addsNothing(event, this.latestNode)) {
      if (event.timeUs > this.latestNode.lastSeenUs) this.latestNode.lastSeenUs = event.timeUs;
      return this.latestNode;
    }
    const node = upsert(state, host, event, this.context);
    this.latestNode = node;
    if (state.nodes.size > nodeCountMax) {
      const excess = chooseExcess(state, nodeCountMax, node);
      state.evictedCount += excess.length;
      this.retireAll(excess, retire);
    }
    return node;
  }

  finish(retire: Retire): void {
    this.state.finishing = true;
    this.retireAll([...this.state.nodes.values()].sort(compareEnd), retire);
  }

  release(about: Release, retire: Retire): void {
    this.retireAll(takeGone(this.state, this.nodeCountMax, about), retire);
    releaseScenes(this.state, about);
    this.latestHost = undefined;
  }

  get nodes(): ReadonlyMap<string, TreeNode> {
    return this.state.nodes;
  }

  dump(): TreeDump {
    return packTree(this.state);
  }

  select(part: DumpPart): TreePart {
    return new TreePart(this.state, part);
  }

  fork(part: TreePart): Pick<ProcessTree, "finish"> {
    const { state, context } = this;
    return { finish: (retire) => endPart(state, part, { context, retire }) };
  }

  takeMoved(): readonly ContainerKey[] {
    const moved = [...this.state.moved];
    this.state.moved.clear();
    return moved;
  }

  get(execId: string): TreeNode | undefined {
    const node = this.state.nodes.get(execId);
    if (node !== undefined) judge(this.state, node, this.context);
    return node;
  }

  private hostOf(name: string): Host {
    if (this.latestHost === undefined || this.latestName !== name) {
      this.latestName = name;
      this.latestHost = hostOf(this.state.hosts, name);
    }
    return this.latestHost;
  }

  private horizonUs(node: TreeNode): number {
    const open = this.state.finishing || node.exitUs === 0;
    return open ? Number.MAX_SAFE_INTEGER : node.exitUs + this.graceUs / 2;
  }

  /** All are judged before the first is forgotten: they may be each other's parents. */
  private retireAll(nodes: readonly TreeNode[], retire: Retire): void {
    for (const node of nodes) {
      judgeActor(node, this.context);
      node.startMissed = isStartMissed(node, parentOf(this.state, node));
    }
    for (const node of nodes) forget(this.state, node, retire);
  }
}

/** True when the node has all that the event tells: nearly all events of a run are so. */
function addsNothing(event: ProcessEvent, node: TreeNode): boolean {
  return (
    event.process === node.block &&
    (event.parent === node.parentBlock || event.parent === undefined) &&
    event.type !== "exec" &&
    event.type !== "exit" &&
    node.known >= knownAs.itself &&
    !node.retired
  );
}

const clockBackUs = 3_600_000_000;

/** One stray time far ahead must not end the grace of everything that follows. */
function advance(host: Host, nowUs: number): void {
  if (nowUs > host.nowUs || (nowUs > 0 && nowUs < host.nowUs - clockBackUs)) {
    host.nowUs = nowUs;
    host.nextSweepUs = Math.min(host.nextSweepUs, nowUs + sweepUs);
  }
}

function upsert(
  state: TreeState,
  host: Host,
  event: ProcessEvent,
  context: ActorContext,
): TreeNode | undefined {
  const block = event.process;
  if (block === undefined) return undefined;
  const node =
    block.execId === ""
      ? findProgram(host, block, event.timeUs)
      : nodeOf(state, host, event, block);
  if (node === undefined) return undefined;
  node.isPlaced = true;
  const { parent } = event;
  if (parent !== undefined && parent !== node.parentBlock && parent.execId !== "") {
    const isKnown = node.parentSaid !== undefined && node.parentSaid.print === printOf(parent);
    node.parentBlock = parent;
    node.parentSaid = undefined;
    if (!isKnown) mention(state, host, event, parent);
  }
  if (event.type === "exec") for (const one of event.ancestors) mention(state, host, event, one);
  const known =
    event.type !== "exec"
      ? knownAs.itself
      : hasFlag(block.flags, "procFS")
        ? knownAs.listed
        : knownAs.exec;
  if (block.execId !== "" && (node.block !== block || known > node.known)) {
    if (merge(state, node, block, known)) settle(state, host, node, context);
  }
  if (event.type === "exit" && node.exitUs === 0) markEnded(host, node, event.timeUs);
  if (event.timeUs > node.lastSeenUs) node.lastSeenUs = event.timeUs;
  return node;
}

function nodeOf(state: TreeState, host: Host, event: ProcessEvent, block: Process): TreeNode {
  const known = state.nodes.get(block.execId);
  if (known !== undefined) return known;
  const node = createTreeNode(block.execId, event.node, block.pid);
  node.bootUs = readExecId(block.execId)?.bootUs ?? 0;
  node.startUs = block.startTimeUs > 0 ? block.startTimeUs : host.nowUs;
  node.lastSeenUs = event.timeUs > 0 ? event.timeUs : host.nowUs;
  state.nodes.set(block.execId, node);
  rememberPid(host, node);
  return node;
}

/** A process that is only named as somebody's parent. */
function mention(state: TreeState, host: Host, event: ProcessEvent, block: Process): void {
  if (block.execId === "") return;
  const node = nodeOf(state, host, event, block);
  if (node.known === 0) host.named.push(node);
  if (node.known < knownAs.parent || node.block !== block)
    merge(state, node, block, knownAs.parent);
  if (event.timeUs > node.lastSeenUs) node.lastSeenUs = event.timeUs;
}

/** True when something was learned that its class may rest on. */
function merge(state: TreeState, node: TreeNode, block: Process, known: number): boolean {
  const { container } = node;
  const learned = mergeBlock(node, block, known);
  if (node.container !== container) {
    noteMoved(state, container);
    noteSession(state, node);
  }
  return learned;
}

function noteMoved(state: TreeState, container: ContainerKey): void {
  if (state.moved.size < movedCountMax) state.moved.add(container);
}

/** Brings a node that became better known into its place. */
function settle(state: TreeState, host: Host, node: TreeNode, context: ActorContext): void {
  linkImages(state, host, node);
  if (isInContainer(node)) {
    const scene = sceneOf(state, node.container);
    if (node.inInitTree === true) scene.hasInitTree = true;
    const parent = parentOf(state, node);
    if (
      parent === undefined ||
      parent.container !== node.container ||
      isRuntimeImage(parent, context)
    ) {
      addCandidate(scene, node);
      const entered = node.execSeen && !node.fromProc && node.inInitTree !== true;
      if (entered) addCommand(scene, commandOf(node), node.startUs);
    }
  }
  judge(state, node, context);
}

function judge(state: TreeState, node: TreeNode, context: ActorContext): void {
  judgeActor(node, context);
  noteSession(state, node);
}

/** Joins a program with the fork or program that it replaced. */
function linkImages(state: TreeState, host: Host, node: TreeNode): void {
  if (node.fromProc) return;
  if (node.execSeen) {
    const replaced = node.parentPid === node.pid;
    const before = replaced ? state.nodes.get(node.parentExecId) : findFork(host, node);
    if (before !== undefined && before !== node) joinImages(state, host, before, node);
  } else {
    for (const after of host.pids.get(node.pid) ?? []) {
      if (findFork(host, after) === node) joinImages(state, host, node, after);
    }
  }
}

/** The nearest program counts: a later one may have become known before. */
function joinImages(state: TreeState, host: Host, before: TreeNode, after: TreeNode): void {
  if (before.nextExecId === after.execId) return;
  const known = state.nodes.get(before.nextExecId);
  if (known !== undefined && compareStart(known, after) < 0) return;
  if (known?.previous === before) known.previous = undefined;
  if (known !== undefined && before.exitUs === known.startUs) before.exitUs = after.startUs;
  // What the one did last may now be the other's doing.
  for (const one of [before, known]) {
    if (one !== undefined && one.container !== after.container) noteMoved(state, one.container);
  }
  before.nextExecId = after.execId;
  after.previous = before;
  if (before.exitUs === 0) markEnded(host, before, after.startUs);
}

function markEnded(host: Host, node: TreeNode, timeUs: number): void {
  node.exitUs = Math.max(1, timeUs);
  // Little comes of it any more: what was merged last need not be kept for as long as it is.
  node.block = undefined;
  host.ended.push(node);
}
