/**
 * Holds who a process's parent is, and which processes decide on the facts of some containers.
 * In: the state of the tree. Out: parents; a part of the tree that ends as the whole would.
 * Must never change the tree where it only selects, nor follow links by recursion.
 */

import { readExecId } from "./exec-id.ts";
import type { ContainerKey } from "./fact.ts";
import type { DumpPart, FoldPart } from "./fold.ts";
import { findHost } from "./process-host.ts";
import { compareStart, isInContainer, type TreeNode } from "./tree-node.ts";
import { isStartMissed, type TreeState } from "./tree-state.ts";

/** Found once, it stays the parent. */
export function parentOf(state: TreeState, node: TreeNode): TreeNode | undefined {
  const parent = findParent(state, node);
  if (parent !== undefined) node.parent = parent;
  return parent;
}

function findParent(state: TreeState, node: TreeNode): TreeNode | undefined {
  const known = node.parent;
  if (known !== undefined && !known.unlisted) return known;
  if (node.retired || node.parentExecId === "") return known;
  const parent = state.nodes.get(node.parentExecId) ?? known ?? parentByPid(state, node);
  return parent === node ? undefined : parent;
}

/** Tetragon names an unknown parent by its pid alone, with a start time of 0. */
function parentByPid(state: TreeState, node: TreeNode): TreeNode | undefined {
  const parts = readExecId(node.parentExecId);
  if (parts === undefined || parts.bootUs !== 0 || parts.pid === 0) return undefined;
  const same = findHost(state.hosts, node.node)?.pids.get(parts.pid) ?? [];
  const before = same.filter((one) => one !== node && compareStart(one, node) <= 0);
  return before.sort(compareStart).at(-1);
}

/**
 * Processes of wanted containers, all that their classes rest on, and those that hand on what they
 * did: each is judged in the part as in the whole. **Cost**: a look at each process.
 */
export class TreePart implements FoldPart {
  /** Whether facts about files are those of some processes alone. */
  readonly isNew: DumpPart["isNew"];
  private readonly state: TreeState;
  private readonly part: DumpPart;
  private readonly seen = new Set<TreeNode>();
  /** Those that did something, and whose start or end that may be. */
  private readonly users = new Set<TreeNode>();
  /** Asked for each process, of which many are of one container. */
  private readonly wanted = new Map<ContainerKey, boolean>();

  constructor(state: TreeState, part: DumpPart) {
    this.state = state;
    this.part = part;
    this.isNew = part.isNew?.bind(part);
    for (const node of state.nodes.values()) {
      if (this.isNew?.(node.execId) === true) this.addUser(node);
      else if (!this.decides(node)) continue;
      this.addNode(node);
    }
  }

  wants(container: ContainerKey): boolean {
    let wants = this.wanted.get(container);
    if (wants === undefined) {
      wants = this.part.wants(container);
      this.wanted.set(container, wants);
    }
    return wants;
  }

  isWanted(execId: string): boolean {
    const node = this.state.nodes.get(execId);
    return node !== undefined && this.wants(node.container);
  }

  get toldIds(): ReadonlySet<string> {
    const { state, users, seen } = this;
    const told = this.isNew === undefined ? seen : users;
    const listed = [...told].filter((node) => state.nodes.get(node.execId) === node);
    return new Set(listed.map(({ execId }) => execId));
  }

  hasProcess(execId: string): boolean {
    const node = this.state.nodes.get(execId);
    return node !== undefined && this.seen.has(node);
  }

  has(node: TreeNode): boolean {
    return this.seen.has(node);
  }

  /** Those that `has` has. */
  get nodes(): Iterable<TreeNode> {
    return this.seen;
  }

  add(execId: string): void {
    const node = this.state.nodes.get(execId);
    if (node !== undefined) this.addNode(node);
  }

  private decides(node: TreeNode): boolean {
    const { nodes } = this.state;
    // What a container is, and whether it ended, its sessions tell.
    if (this.isNew !== undefined) return isSession(node) && this.wants(node.container);
    if (this.wants(node.container)) return true;
    const next = node.nextExecId === "" ? undefined : nodes.get(node.nextExecId);
    if (next !== undefined && this.wants(next.container)) return true;
    // Coverage, of which all is told, counts them.
    return !node.execSeen && isStartMissed(node, findParent(this.state, node));
  }

  /** What one did last may be the start of the next, whose last may be that of one more. */
  private addUser(first: TreeNode): void {
    const { users, state } = this;
    const open: (TreeNode | undefined)[] = [first];
    while (open.length > 0) {
      const node = open.pop();
      if (node === undefined || users.has(node)) continue;
      users.add(node);
      open.push(node.previous);
      if (node.nextExecId !== "") open.push(state.nodes.get(node.nextExecId));
    }
  }

  private addNode(first: TreeNode): void {
    const { seen, state } = this;
    const open: (TreeNode | undefined)[] = [first];
    while (open.length > 0) {
      const node = open.pop();
      if (node === undefined || seen.has(node)) continue;
      seen.add(node);
      open.push(findParent(state, node), node.previous);
      if (node.nextExecId !== "") open.push(state.nodes.get(node.nextExecId));
    }
  }
}

function isSession(node: TreeNode): boolean {
  return node.sessionExecId === node.execId && isInContainer(node);
}

/** What is kept of processes, by exec id, of those that a part tells of. */
export function toldOf<T>(kept: ReadonlyMap<string, T>, part: FoldPart): readonly T[] {
  return [...part.toldIds].flatMap((execId) => kept.get(execId) ?? []);
}
