/**
 * Holds the process tree as flat data: processes in one list, links between them as places in it.
 * In: what a tree keeps. Out: data without deep links, and a tree again that goes on just the same.
 * Must never follow links by recursion: anybody can make a process a hundred thousand deep.
 */

import type { Columns } from "./column.ts";
import type { ContainerScene } from "./container-scene.ts";
import type { ContainerKey } from "./fact.ts";
import { packColumns, unpackColumns } from "./pack-columns.ts";
import { packFields } from "./pack-fields.ts";
import { type Host, rememberPid } from "./process-host.ts";
import { printOf } from "./process-print.ts";
import { createTreeNode, type TreeNode } from "./tree-node.ts";
import { createTreeState, noteSession, type TreeState } from "./tree-state.ts";

export interface TreeDump {
  readonly nodes: Columns;
  /** One for each node. */
  readonly links: Columns;
  /** Places of those that are found by their id. */
  readonly listed: readonly number[];
  readonly hosts: readonly HostDump[];
  readonly scenes: readonly SceneDump[];
  readonly evictedCount: number;
}

/** Places of other nodes; -1: none. */
interface Links {
  parent: number;
  previous: number;
  /** 0: nothing was said of its parent. */
  print: number;
  parentBinary: string;
}

interface HostDump extends Pick<Host, "nowUs" | "nextSweepUs"> {
  readonly name: string;
  /** In the order in which they got their pid. */
  readonly pids: readonly number[];
  readonly ended: readonly number[];
  readonly named: readonly number[];
}

interface SceneDump extends Pick<ContainerScene, "hasInitTree" | "commands"> {
  readonly container: ContainerKey;
  readonly candidates: readonly number[];
}

type NodeKey = keyof TreeNode;
const linkKeys: readonly NodeKey[] = ["block", "parentBlock", "parentSaid", "parent", "previous"];

function startNode(): TreeNode {
  return createTreeNode("", "", 0);
}

const nodeKeys = (Object.keys(startNode()) as NodeKey[]).filter((key) => !linkKeys.includes(key));

/** Each node that is kept, once; a place in it stands for the node. */
class NodeList {
  readonly nodes: TreeNode[] = [];
  private readonly places = new Map<TreeNode, number>();

  placeOf(node: TreeNode): number {
    let place = this.places.get(node);
    if (place === undefined) {
      place = this.nodes.length;
      this.nodes.push(node);
      this.places.set(node, place);
    }
    return place;
  }

  placesOf(nodes: Iterable<TreeNode>, places: number[] = []): readonly number[] {
    for (const node of nodes) places.push(this.placeOf(node));
    return places;
  }
}

/** `block` is left out: it only saves work. **Cost**: linear in what is kept. */
export function packTree(state: TreeState): TreeDump {
  const list = new NodeList();
  const listed = list.placesOf(state.nodes.values());
  const hosts = Array.from(state.hosts, ([name, host]) => packHost(name, host, list));
  const scenes = Array.from(state.scenes, ([container, { hasInitTree, commands, candidates }]) => {
    return { container, hasInitTree, commands, candidates: list.placesOf(candidates) };
  });
  // The list grows meanwhile: of some only another one still knows.
  for (const { parent, previous } of list.nodes) {
    if (parent !== undefined) list.placeOf(parent);
    if (previous !== undefined) list.placeOf(previous);
  }
  return {
    nodes: packColumns(list.nodes, nodeKeys),
    links: packLinks(list),
    listed,
    hosts,
    scenes,
    evictedCount: state.evictedCount,
  };
}

function packHost(name: string, host: Host, list: NodeList): HostDump {
  const { nowUs, nextSweepUs, pids, ended, named } = host;
  const places: number[] = [];
  for (const same of pids.values()) list.placesOf(same, places);
  return {
    name,
    nowUs,
    nextSweepUs,
    pids: places,
    ended: list.placesOf(ended),
    named: list.placesOf(named),
  };
}

function packLinks(list: NodeList): Columns {
  const placeOf = (node: TreeNode | undefined): number =>
    node === undefined ? -1 : list.placeOf(node);
  return packFields<TreeNode, Links>(list.nodes, {
    parent: ({ parent }) => placeOf(parent),
    previous: ({ previous }) => placeOf(previous),
    print: ({ parentBlock, parentSaid }) =>
      parentBlock === undefined ? (parentSaid?.print ?? 0) : printOf(parentBlock),
    parentBinary: ({ parentBlock, parentSaid }) => (parentBlock ?? parentSaid)?.binary ?? "",
  });
}

/** The same tree, but for blocks of events: those are told anew by the next event of a process. */
export function unpackTree(dump: TreeDump): TreeState {
  const state = createTreeState();
  const nodes = unpackColumns(dump.nodes, startNode);
  const nodesAt = (places: readonly number[]): TreeNode[] =>
    places.flatMap((place) => nodes[place] ?? []);
  const links = unpackColumns<Links>(dump.links, () => {
    return { parent: -1, previous: -1, print: 0, parentBinary: "" };
  });
  for (const [place, { parent, previous, print, parentBinary }] of links.entries()) {
    const node = nodes[place];
    if (node === undefined) continue;
    node.parent = nodes[parent];
    node.previous = nodes[previous];
    if (print !== 0) node.parentSaid = { binary: parentBinary, print };
  }
  for (const node of nodesAt(dump.listed)) {
    state.nodes.set(node.execId, node);
    noteSession(state, node);
  }
  for (const { name, pids, ended, named, nowUs, nextSweepUs } of dump.hosts) {
    const kept = { ended: nodesAt(ended), named: nodesAt(named) };
    const host: Host = { pids: new Map(), ...kept, nowUs, nextSweepUs };
    for (const node of nodesAt(pids)) rememberPid(host, node);
    state.hosts.set(name, host);
  }
  for (const { container, hasInitTree, candidates, commands } of dump.scenes) {
    state.scenes.set(container, { hasInitTree, candidates: nodesAt(candidates), commands });
  }
  state.evictedCount = dump.evictedCount;
  return state;
}
