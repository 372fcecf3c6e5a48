/**
 * Holds how a part of the process tree becomes a tree of its own that can be ended.
 * In: what a tree keeps, and the part. Out: copies of the processes, linked as they were.
 * Must never follow links by recursion, nor share anything that an end changes.
 */
import type { ContainerScene } from "./container-scene.ts";
import { findHost, type Host } from "./process-host.ts";
import type { TreeNode } from "./tree-node.ts";
import type { TreePart } from "./tree-part.ts";
import { createTreeState, type TreeState } from "./tree-state.ts";

/** Of a part that is only ended: who ended when the processes tell. **Cost**: linear in it. */
export function forkTree(state: TreeState, part: TreePart): TreeState {
  const copies = new Map<TreeNode, TreeNode>();
  const open: TreeNode[] = [];
  const copyOf = (node: TreeNode): TreeNode => {
    let copy = copies.get(node);
    if (copy === undefined) {
      copy = { ...node };
      copies.set(node, copy);
      open.push(copy);
    }
    return copy;
  };
  const forked = createTreeState();
  forked.evictedCount = state.evictedCount;
  const containers = new Set<string>();
  for (const node of part.nodes) {
    if (state.nodes.get(node.execId) !== node) continue;
    containers.add(node.container);
    forked.nodes.set(node.execId, copyOf(node));
    addToHost(state, forked, node, { part, copyOf });
  }
  for (const container of containers) {
    const scene = state.scenes.get(container);
    if (scene !== undefined) forked.scenes.set(container, forkScene(scene, copyOf));
  }
  // What was copied points at more, which only its links know.
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.parent !== undefined) node.parent = copyOf(node.parent);
    if (node.previous !== undefined) node.previous = copyOf(node.previous);
  }
  return forked;
}

interface Forking {
  readonly part: TreePart;
  readonly copyOf: (node: TreeNode) => TreeNode;
}

function addToHost(
  state: TreeState,
  forked: TreeState,
  { node: name, pid }: TreeNode,
  { part, copyOf }: Forking,
): void {
  const host = findHost(state.hosts, name);
  if (host === undefined) return;
  let own: Host | undefined = findHost(forked.hosts, name);
  if (own === undefined) {
    const { nowUs, nextSweepUs } = host;
    own = { pids: new Map(), ended: [], named: [], nowUs, nextSweepUs };
    forked.hosts.set(name, own);
  }
  if (own.pids.has(pid)) return;
  const same = host.pids.get(pid) ?? [];
  own.pids.set(pid, same.filter((one) => part.has(one)).map(copyOf));
}

/** Commands are only added to as processes become known. */
function forkScene(
  { hasInitTree, candidates, commands }: ContainerScene,
  copyOf: Forking["copyOf"],
): ContainerScene {
  return { hasInitTree, candidates: candidates.map(copyOf), commands };
}
