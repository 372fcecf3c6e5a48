/**
 * Holds who a process's parent is, and which processes decide on the facts of some containers.
 * In: the state of the tree. Out: parents; a part of the tree that ends as the whole would.
 * Must never change the tree where it only selects, nor follow links by recursion.
 */

import { readExecId } from "./exec-id.ts";
import type { ContainerKey } from "./fact.ts";
import type { DumpPart, FoldPart } from "./fold.ts";
import { findHost } from "./process-host.ts";
import { compareStart, type TreeNode } from "./tree-node.ts";
import { isStartMissed, type TreeState } from "./tree-state.ts";

/** Found once, it stays the parent. */
export function parentOf(state: TreeState, node: TreeNode): TreeNode | undefined {
  const parent = findParent(state, node);
  if (parent !== undefined) node.parent = parent;
  return parent;
}

/** The same, and the tree stays as it is. */
export function findParent(state: TreeState, node: TreeNode): TreeNode | undefined {
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
 * did: each is judged in the part as in the whole. **Cost**: a look at each process; of a part with
 * `newIds` at these, at the sessions of wanted containers, and at whom they rest on.
 */
export class TreePart implements FoldPart {
  /** Whether facts about files are those of some processes alone. */
  readonly isNew: DumpPart["isNew"];
  private readonly state: TreeState;
  private readonly part: DumpPart;
  private readonly seen = new Set<TreeNode>();
  /** Those that did something, and whose start or end that may be. */
  private readonly users = new Set<TreeNode>();
  private told: readonly string[] | undefined;
  /** Asked for each process, of which many are of one container. */
  private readonly wanted = new Map<ContainerKey, boolean>();

  constructor(state: TreeState, part: DumpPart) {
    this.state = state;
    this.part = part;
    this.isNew = part.isNew?.bind(part);
    if (this.isNew !== undefined) this.addNew(this.isNew, part.newIds ?? state.nodes.keys());
    else for (const node of state.nodes.values()) if (this.decides(node)) this.addNode(node);
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

  get toldIds(): Iterable<string> {
    this.told ??= this.listToldIds();
    return this.told;
  }

  hasProcess(execId: string): boolean {
    const node = this.state.nodes.get(execId);
    return node !== undefined && this.seen.has(node);
  }

  /** Those of the part that are found by their id. **Order**: any. */
  listNodes(): TreeNode[] {
    const { state, seen } = this;
    const listed: TreeNode[] = [];
    for (const node of seen) if (state.nodes.get(node.execId) === node) listed.push(node);
    return listed;
  }

  add(execId: string): void {
    const node = this.state.nodes.get(execId);
    if (node === undefined) return;
    this.addNode(node);
    this.told = undefined;
  }

  private listToldIds(): readonly string[] {
    const { state, users, seen } = this;
    const ids: string[] = [];
    for (const node of this.isNew === undefined ? seen : users) {
      if (state.nodes.get(node.execId) === node) ids.push(node.execId);
    }
    return ids;
  }

  private addNew(isNew: NonNullable<DumpPart["isNew"]>, ids: Iterable<string>): void {
    const { nodes, sessions } = this.state;
    for (const execId of ids) {
      const node = isNew(execId) ? nodes.get(execId) : undefined;
      if (node === undefined) continue;
      this.addUser(node);
      this.addNode(node);
    }
    // What a container is, and whether it ended, its sessions tell.
    for (const [container, roots] of sessions) {
      if (this.wants(container)) for (const node of roots) this.addNode(node);
    }
  }

  private decides(node: TreeNode): boolean {
    const { nodes } = this.state;
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

/** What is kept of processes, by exec id, of those that a part tells of. */
export function toldOf<T extends object>(
  kept: ReadonlyMap<string, T>,
  part: FoldPart,
): readonly T[] {
  const told: T[] = [];
  for (const execId of part.toldIds) {
    const one = kept.get(execId);
    if (one !== undefined) told.push(one);
  }
  return told;
}
