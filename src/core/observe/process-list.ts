/**
 * Holds the fold that lists the processes of one container as a tree, for people to look at.
 * In: events with their process. Out: the list, with the class of each process and its reason.
 * Must keep at most `countMax` processes and say how many it left out.
 */

import { compareText } from "../event/compare-text.ts";
import type { TimeUs } from "../event/event.ts";
import { isHostKey } from "./container-key.ts";
import type { Actor, ContainerKey } from "./fact.ts";
import type { Fold, ProcessNode } from "./fold.ts";

export interface ListedProcess {
  readonly execId: string;
  /** The listed process it hangs below; "" at the top. */
  readonly parentExecId: string;
  /** 0 at the top. */
  readonly depth: number;
  readonly pid: number;
  readonly container: ContainerKey;
  readonly binary: string;
  readonly arguments: string;
  readonly actor: Actor;
  readonly actorReason: string;
  /** True when it never ran a program of its own. */
  readonly isFork: boolean;
  readonly fromProc: boolean;
  readonly startUs: TimeUs;
  /** 0 while it runs. */
  readonly exitUs: TimeUs;
  /** Forks with the same program and class below the same parent, this one included. */
  readonly sameCount: number;
}

type KeptProcess = Omit<ListedProcess, "depth" | "sameCount">;

interface ProcessListState {
  readonly nodes: Map<string, KeptProcess>;
  leftOutCount: number;
}

export interface ProcessListOptions {
  /** A container key or the beginning of one; "" for every container. */
  readonly container: ContainerKey;
  readonly countMax: number;
}

export interface ProcessList extends Fold<ProcessListState> {
  /** **Order**: as a tree: each process before its children, siblings by start. */
  list(): readonly ListedProcess[];
  leftOutCount(): number;
}

export function createProcessList(options: ProcessListOptions): ProcessList {
  const { container, countMax } = options;
  let current: ProcessListState = { nodes: new Map(), leftOutCount: 0 };
  const start = (): ProcessListState => {
    current = { nodes: new Map(), leftOutCount: 0 };
    return current;
  };
  const retire = (state: ProcessListState, node: ProcessNode): void => {
    const inside = container !== "" || !isHostKey(node.container);
    // A fork that became another program is shown as that program.
    const isReplacedFork = !node.execSeen && node.nextExecId !== "";
    if (!inside || isReplacedFork || !node.container.startsWith(container)) return;
    if (state.nodes.size < countMax) state.nodes.set(node.execId, toKept(node));
    else state.leftOutCount++;
  };
  return {
    name: "process-list",
    start,
    // Classes are final only when the tree lets go of a process: nothing is taken before.
    step: () => undefined,
    retire,
    load: (data) => {
      current = data as ProcessListState;
      return current;
    },
    list: () => asTree(current.nodes),
    leftOutCount: () => current.leftOutCount,
  };
}

function toKept(node: ProcessNode): KeptProcess {
  const { execId, parentExecId, pid, container, binary, actor, actorReason } = node;
  return {
    execId,
    parentExecId,
    pid,
    container,
    binary,
    arguments: node.arguments,
    actor,
    actorReason,
    isFork: !node.execSeen,
    fromProc: node.fromProc,
    startUs: node.startUs,
    exitUs: node.exitUs,
  };
}

type Children = ReadonlyMap<string, readonly KeptProcess[]>;

function asTree(nodes: ReadonlyMap<string, KeptProcess>): readonly ListedProcess[] {
  const parentOf = findParents(nodes);
  const childrenOf = Map.groupBy(nodes.values(), ({ execId }) => parentOf.get(execId) ?? "");
  const listed: ListedProcess[] = [];
  const waiting = siblings(childrenOf, "", 0).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    listed.push(next);
    waiting.push(...siblings(childrenOf, next.execId, next.depth + 1).reverse());
  }
  return listed;
}

/**
 * The listed parent of each; "" at the top. The kernel names itself as its parent, and forged
 * events may name each other: of such a circle one stands at the top, or none would be shown.
 */
function findParents(nodes: ReadonlyMap<string, KeptProcess>): ReadonlyMap<string, string> {
  const parentOf = new Map<string, string>();
  for (const { execId, parentExecId } of nodes.values()) {
    parentOf.set(execId, nodes.has(parentExecId) ? parentExecId : "");
  }
  const settled = new Set([""]);
  for (const execId of nodes.keys()) {
    const path = new Set<string>();
    let at = execId;
    while (!settled.has(at) && !path.has(at)) {
      path.add(at);
      at = parentOf.get(at) ?? "";
    }
    if (!settled.has(at)) parentOf.set(at, "");
    for (const one of path) settled.add(one);
  }
  return parentOf;
}

/** Children by start; equal forks without children of their own are one entry with a count. */
function siblings(childrenOf: Children, parentExecId: string, depth: number): ListedProcess[] {
  const groups = new Map<string, ListedProcess>();
  const children = [...(childrenOf.get(parentExecId) ?? [])].sort(
    (a, b) => compareText(a.container, b.container) || a.startUs - b.startUs || a.pid - b.pid,
  );
  for (const node of children) {
    const alone = !node.isFork || childrenOf.has(node.execId);
    const key = alone ? node.execId : [node.container, node.binary, node.actor].join(" ");
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, { ...node, parentExecId, depth, sameCount: 1 });
    } else {
      const runs = known.exitUs === 0 || node.exitUs === 0;
      const exitUs = runs ? 0 : Math.max(known.exitUs, node.exitUs);
      groups.set(key, { ...known, exitUs, sameCount: known.sameCount + 1 });
    }
  }
  return [...groups.values()];
}
