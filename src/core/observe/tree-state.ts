/**
 * Holds all that the process tree keeps, and how processes leave it.
 * In: nodes. Out: those that are to be forgotten, in the order in which that happens.
 * Must never forget a process that something was kept for without telling.
 */
import { chooseUnused } from "./choose-unused.ts";
import { type ContainerScene, createContainerScene } from "./container-scene.ts";
import type { ContainerKey } from "./fact.ts";
import type { ProcessNode, Release } from "./fold.ts";
import { forgetPid, type Host, hostOf, releaseHosts } from "./process-host.ts";
import { compareStart, isInContainer, knownAs, releaseNode, type TreeNode } from "./tree-node.ts";

export type Retire = (node: ProcessNode) => void;

export interface TreeState {
  readonly nodes: Map<string, TreeNode>;
  readonly hosts: Map<string, Host>;
  readonly scenes: Map<ContainerKey, ContainerScene>;
  /** Roots of sessions, of those found by their id; hosts have none. Never dumped. */
  readonly sessions: Map<ContainerKey, Set<TreeNode>>;
  /** Containers that lost processes or doings to another. Never dumped. */
  readonly moved: Set<ContainerKey>;
  evictedCount: number;
  /** At the end all is known: nothing later can come. */
  finishing: boolean;
}

const sceneCountMax = 16_384;

/** Nothing is known yet. */
export function createTreeState(): TreeState {
  return {
    nodes: new Map(),
    hosts: new Map(),
    scenes: new Map(),
    sessions: new Map(),
    moved: new Set(),
    evictedCount: 0,
    finishing: false,
  };
}

/** Of the latest containers; beyond the bound the longest known goes. */
export function sceneOf(state: TreeState, container: ContainerKey): ContainerScene {
  let scene = state.scenes.get(container);
  if (scene === undefined) {
    scene = createContainerScene();
    if (state.scenes.size >= sceneCountMax) {
      const oldest = state.scenes.keys().next().value;
      if (oldest !== undefined) state.scenes.delete(oldest);
    }
    state.scenes.set(container, scene);
  }
  return scene;
}

/** Keeps in step what is known of roots: to be called when its session or container changed. */
export function noteSession({ sessions }: TreeState, node: TreeNode): void {
  if (!isInContainer(node)) return;
  const roots = sessions.get(node.container);
  if (node.sessionExecId !== node.execId) {
    if (roots?.delete(node) === true && roots.size === 0) sessions.delete(node.container);
  } else if (roots !== undefined) roots.add(node);
  else sessions.set(node.container, new Set([node]));
}

/** It is found by its id no longer; one that came back under the same id still is. */
function forgetId({ nodes, sessions }: TreeState, node: TreeNode): void {
  const { execId, container } = node;
  if (nodes.get(execId) === node) nodes.delete(execId);
  const roots = sessions.get(container);
  if (roots?.delete(node) === true && roots.size === 0) sessions.delete(container);
}

/** Takes out those whose grace is over. **Order**: earliest end first. */
export function takeEnded(host: Host, graceUs: number): TreeNode[] {
  const due: TreeNode[] = [];
  const { ended, nowUs } = host;
  let count = 0;
  for (const node of ended) {
    if (node.retired) continue;
    if (node.exitUs + graceUs <= nowUs) due.push(node);
    else ended[count++] = node;
  }
  ended.length = count;
  return due.sort(compareEnd);
}

/** The earliest ended, then the longest unseen: a sixteenth at once, so that the search pays. */
export function chooseExcess(state: TreeState, nodeCountMax: number, keep?: TreeNode): TreeNode[] {
  const count = state.nodes.size - nodeCountMax + (nodeCountMax >> 4);
  const order = (node: TreeNode) => (node.exitUs > 0 ? node.exitUs : node.lastSeenUs);
  return [...state.nodes.values()]
    .filter((node) => node !== keep)
    .sort(
      (a, b) =>
        Number(a.exitUs === 0) - Number(b.exitUs === 0) ||
        order(a) - order(b) ||
        compareStart(a, b),
    )
    .slice(0, count);
}

/** Earliest end first; what still runs comes last. */
export function compareEnd(a: TreeNode, b: TreeNode): number {
  const end = (node: TreeNode) => (node.exitUs > 0 ? node.exitUs : Number.MAX_SAFE_INTEGER);
  return end(a) - end(b) || compareStart(a, b);
}

/** A fork keeps its parent's program: another one was started by an exec. */
export function isStartMissed(node: TreeNode, parent: TreeNode | undefined): boolean {
  if (node.execSeen || node.fromProc || node.known !== knownAs.itself) return false;
  const said = node.parentBlock ?? node.parentSaid;
  const before = said?.binary ?? parent?.binary ?? "";
  return node.binary !== "" && before !== "" && node.binary !== before;
}

/** Tells of it if something may be kept for it. */
export function forget(state: TreeState, node: TreeNode, retire: Retire): void {
  if (node.retired) return;
  if (node.isPlaced) retire(node);
  forgetId(state, node);
  forgetPid(hostOf(state.hosts, node.node), node);
  releaseNode(node);
}

/** Named again it comes back as a new node, and its children find that one. */
export function unlist(state: TreeState, host: Host, node: TreeNode): void {
  node.unlisted = true;
  forgetId(state, node);
  forgetPid(host, node);
}

/** **Unit**: microseconds of event time: of what is unheard for that long little is awaited. */
const silentUs = 7 * 86_400_000_000;

/** Those of containers that are gone, and the longest unheard. **Order**: as they ended. */
export function takeGone(
  { nodes }: TreeState,
  nodeCountMax: number,
  { nowUs, isGone }: Release,
): readonly TreeNode[] {
  const all = [...nodes.values()];
  const gone = all.filter((node) => isInContainer(node) && isGone(node.container));
  const unheard = chooseUnused(all, nodeCountMax, ({ lastSeenUs }) => lastSeenUs).filter(
    ({ lastSeenUs }) => lastSeenUs + silentUs <= nowUs,
  );
  return [...new Set([...gone, ...unheard])].sort(compareEnd);
}

/** What was known of containers that are gone, and of machines without processes. */
export function releaseScenes({ scenes, hosts }: TreeState, about: Release): void {
  for (const container of scenes.keys()) if (about.isGone(container)) scenes.delete(container);
  releaseHosts(hosts, about.nowUs - silentUs);
}
