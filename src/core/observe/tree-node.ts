/**
 * Holds one process of the tree with what only the tree needs, and how blocks of events fill it.
 * In: `Process` blocks, best known first or last. Out: the node, the same in any order of arrival.
 * Must keep plain data only, and of the text of a process no more than its bounds.
 */

import { cutText, textLengthMax } from "../event/bounds.ts";
import { compareText } from "../event/compare-text.ts";
import type { Process } from "../event/event.ts";
import { hasFlag } from "../event/process-flags.ts";
import { containerKey, hostKey, isHostKey } from "./container-key.ts";
import { readExecId } from "./exec-id.ts";
import type { ProcessNode } from "./fold.ts";
import { type ToolKind, toolKind } from "./known-programs.ts";

/** How well a process is known: as somebody's parent, by itself, from /proc, by its exec. */
export const knownAs = { parent: 1, itself: 2, listed: 3, exec: 4 } as const;

/** **Unit**: characters of the arguments that the tree keeps. */
const argumentsLengthMax = 1024;

export interface ParentSaid {
  readonly binary: string;
  /** `process-print.ts`. */
  readonly print: number;
}

export interface TreeNode extends ProcessNode {
  known: number;
  /** An event was placed at it: folds may keep something for it until it is forgotten. */
  isPlaced: boolean;
  /** The block last merged, while it runs: equal blocks are equal objects. */
  block: Process | undefined;
  parentBlock: Process | undefined;
  /** What is left of `parentBlock` in a tree that was dumped, until an event brings it again. */
  parentSaid: ParentSaid | undefined;
  parent: TreeNode | undefined;
  /** The image this one replaced, or the fork it was before its exec. */
  previous: TreeNode | undefined;
  /** As its parent's id tells; equal to `pid` when it replaced that program; -1 unknown. */
  parentPid: number;
  /** Time of its start on the kernel's own clock; 0 unknown. */
  bootUs: number;
  /** Its exec says that a fork came directly before. */
  afterFork: boolean;
  inInitTree: boolean | undefined;
  maybeProbe: boolean;
  tool: ToolKind | undefined;
  /** Told at retire: it may have been the first program of its container. */
  canBeFirst: boolean;
  /** Its class can no longer change; it is kept only for its children. */
  retired: boolean;
  /** No longer found by its id or pid; its children know it as it was. */
  unlisted: boolean;
}

/** A process of which only its id is known: by itself, on its host, the service of nobody. */
export function createTreeNode(execId: string, node: string, pid: number): TreeNode {
  return {
    execId,
    node,
    pid,
    container: hostKey(node),
    binary: "",
    arguments: "",
    cwd: "",
    parentExecId: "",
    sessionExecId: execId,
    actor: "service",
    origin: "service",
    actorReason: "",
    execSeen: false,
    fromProc: false,
    startUs: 0,
    lastSeenUs: 0,
    exitUs: 0,
    nextExecId: "",
    startsContainer: false,
    startMissed: false,
    known: 0,
    isPlaced: false,
    block: undefined,
    parentBlock: undefined,
    parentSaid: undefined,
    parent: undefined,
    previous: undefined,
    parentPid: -1,
    bootUs: 0,
    afterFork: false,
    inInitTree: undefined,
    maybeProbe: false,
    tool: undefined,
    canBeFirst: false,
    retired: false,
    unlisted: false,
  };
}

export function isInContainer(node: ProcessNode): boolean {
  return !isHostKey(node.container);
}

/** Merges a block. Returns true when something was learned that its class may rest on. */
export function mergeBlock(node: TreeNode, block: Process, known: number): boolean {
  if (node.exitUs === 0) node.block = block;
  const learned = known > node.known;
  // A container once seen stays: blocks written before Tetragon knew it carry none.
  const movedIn = block.containerId !== "" && !isInContainer(node);
  if (!learned && !movedIn && !isNews(node, block)) return false;
  if (movedIn) node.container = containerKey(block.containerId);
  if (block.pod?.maybeExecProbe === true) node.maybeProbe = true;
  const inTree = block.inInitTree ?? (hasFlag(block.flags, "inInitTree") ? true : undefined);
  if (inTree === true || node.inInitTree === undefined) node.inInitTree = inTree;
  if (learned) fillFrom(node, block, known);
  return true;
}

function isNews(node: TreeNode, block: Process): boolean {
  return (
    (block.pod?.maybeExecProbe === true && !node.maybeProbe) ||
    (block.inInitTree !== undefined && node.inInitTree === undefined) ||
    (block.inInitTree === true && node.inInitTree === false)
  );
}

function fillFrom(node: TreeNode, block: Process, known: number): void {
  node.known = known;
  node.binary = block.binary;
  node.arguments = cutText(block.arguments, argumentsLengthMax);
  node.cwd = block.cwd;
  if (block.parentExecId !== "") {
    node.parentExecId = block.parentExecId;
    node.parentPid = readExecId(block.parentExecId)?.pid ?? -1;
  }
  if (block.startTimeUs > 0) node.startUs = block.startTimeUs;
  node.fromProc = hasFlag(block.flags, "procFS");
  node.execSeen = known >= knownAs.listed || node.fromProc;
  node.afterFork = hasFlag(block.flags, "clone");
  node.tool = toolKind(node.binary, node.arguments);
}

/** Forgets what only a living process needs, so that children may point at it for long. */
export function releaseNode(node: TreeNode): void {
  node.retired = true;
  node.block = undefined;
  node.parentBlock = undefined;
  node.parentSaid = undefined;
  node.parent = undefined;
  node.previous = undefined;
  if (node.arguments.length > 64) node.arguments = "";
  if (node.binary.length > textLengthMax.name) node.binary = "";
}

/** By time of start; nodes that start at once stand in a fixed order. */
export function compareStart(a: TreeNode, b: TreeNode): number {
  return a.startUs - b.startUs || a.bootUs - b.bootUs || compareText(a.execId, b.execId);
}
