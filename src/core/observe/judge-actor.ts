/**
 * Holds how a process gets its actor class, each with the reason in a few words.
 * In: a node of the tree, its ancestors, and the scene of its container. Out: the class, written
 * into the node.
 * Must answer `service` when in doubt: a wrong "operator" would hide use, a wrong "service" only
 * shows some too much.
 */
import { baseName } from "../inventory/container-path.ts";
import {
  type ContainerScene,
  commandOf,
  isBareShell,
  isDeclaredCommand,
  isPeriodic,
} from "./container-scene.ts";
import type { Actor } from "./fact.ts";
import { isInitShim, isRuntimeName, isUnnamedImage, programName } from "./known-programs.ts";
import { compareStart, isInContainer, type TreeNode } from "./tree-node.ts";

export interface ActorContext {
  /** The process it was forked from, or the image it replaced. */
  readonly parentOf: (node: TreeNode) => TreeNode | undefined;
  readonly sceneOf: (node: TreeNode) => ContainerScene;
  readonly probeCommandsOf: (node: TreeNode) => readonly string[];
  /**
   * **Unit**: microseconds of event time. What happened later must not change the class: then the
   * class does not depend on the order in which events arrive.
   */
  readonly horizonUs: (node: TreeNode) => number;
}

const stepCountMax = 256;
const startupUsMax = 15 * 60_000_000;
const leewayUs = 2_000_000;

/**
 * Writes class, origin, reason and session into `node`. **Cost**: a walk over its ancestors; to
 * be asked when something was learned, not for each event.
 */
export function judgeActor(node: TreeNode, context: ActorContext): void {
  const verdict = isInContainer(node) ? judgeInside(node, context) : judgeHost(node);
  const tool = findTool(node, context);
  node.origin = verdict.actor;
  node.actor = tool === undefined || verdict.actor === "runtime" ? verdict.actor : tool.kind;
  const reason =
    node.actor === verdict.actor ? verdict.reason : `${tool?.reason}; ${verdict.reason}`;
  // It is judged again and again: the text that is there is as good as a new one.
  if (node.actorReason !== reason) node.actorReason = reason;
}

interface Verdict {
  readonly actor: Actor;
  readonly reason: string;
}

function judgeHost(node: TreeNode): Verdict {
  node.sessionExecId = node.execId;
  return { actor: "host", reason: "not in a container" };
}

function judgeInside(node: TreeNode, context: ActorContext): Verdict {
  node.startsContainer = false;
  node.canBeFirst = false;
  if (isRuntimeImage(node, context)) {
    node.sessionExecId = node.execId;
    return { actor: "runtime", reason: "the container runtime, before the container's program" };
  }
  const entry = findEntry(node, context);
  node.sessionExecId = entry.root.retired ? entry.root.sessionExecId : entry.root.execId;
  const scene = context.sceneOf(node);
  if (entry.root === node && !node.retired) {
    node.canBeFirst = !node.maybeProbe && findVerb(node, context) !== "exec";
  }
  const side = judgeSide(node, entry, context);
  const own = side.actor === "service";
  if (entry.root === node) {
    const marked = node.inInitTree === true || (!scene.hasInitTree && node.canBeFirst);
    const live = node.execSeen && !node.fromProc;
    node.startsContainer = own && live && entry.from === "outside" && marked;
  }
  return own ? (judgeStartup(node, entry.root, context) ?? side) : side;
}

interface Entry {
  /** The first ancestor-or-self inside the container. */
  readonly root: TreeNode;
  readonly from: "outside" | "unknown";
  /** A process on the way is marked as run by a probe. */
  readonly probe: boolean;
}

function findEntry(node: TreeNode, context: ActorContext): Entry {
  let root = node;
  let probe = node.maybeProbe;
  for (let step = 0; step < stepCountMax && !root.retired; step++) {
    const parent = context.parentOf(root);
    if (parent === undefined) {
      const before = root.previous;
      const known = before !== undefined && before.container !== root.container;
      return { root, from: known ? "outside" : "unknown", probe };
    }
    if (parent.container !== root.container || isRuntimeImage(parent, context)) {
      return { root, from: "outside", probe };
    }
    root = parent;
    probe ||= root.maybeProbe;
  }
  return { root, from: "unknown", probe };
}

/** Whose the process is: the container's own, or entered from outside and then by what. */
function judgeSide(node: TreeNode, entry: Entry, context: ActorContext): Verdict {
  const { root } = entry;
  const scene = context.sceneOf(node);
  if (node.inInitTree === true) return own("in the container's init tree");
  if (root !== node && root.retired) return inherited(root);
  const marked = scene.hasInitTree && (node.inInitTree ?? root.inInitTree) === false;
  if (!marked && !entry.probe) {
    if (entry.from === "unknown") return own("its ancestors were not seen; taken as the service's");
    if (findVerb(root, context) !== "exec" && root === findFirst(root, scene)) {
      return own("descends from the container's first process");
    }
  }
  const via = root === node ? "" : ` (${baseName(root.binary)})`;
  if (entry.probe) return { actor: "probe", reason: `run by a health probe${via}` };
  if (isDeclaredCommand(root, context.probeCommandsOf(root))) {
    return { actor: "probe", reason: `the command of a declared probe or hook${via}` };
  }
  const again = isPeriodic(scene, commandOf(root), context.horizonUs(node));
  if (again && !isBareShell(root)) {
    return { actor: "probe", reason: `entered from outside again and again${via}` };
  }
  return { actor: "operator", reason: `entered the container from outside${via}` };
}

function own(reason: string): Verdict {
  return { actor: "service", reason };
}

/** Its parent is gone and had its class: what an entry point left running is the service. */
function inherited(parent: TreeNode): Verdict {
  if (parent.origin === "startup") return own("took over from the entry point");
  return { actor: parent.origin, reason: parent.actorReason };
}

function findFirst(root: TreeNode, scene: ContainerScene): TreeNode | undefined {
  const others = scene.candidates.filter(
    (other) => other !== root && other.canBeFirst && other.sessionExecId === other.execId,
  );
  // One whose own start was not told is known as a parent only, and may be the first all the same.
  return [root, ...others].sort(compareStart)[0];
}

/**
 * Whether the process still is the runtime that sets the container up: then the files it touches
 * are the host's. Either a fork that has the image of a process outside, or a program without a
 * name or with a runtime's, that no process of the container started.
 */
export function isRuntimeImage(node: TreeNode, context: ActorContext, depth = 0): boolean {
  if (!isInContainer(node) || depth > 16) return false;
  if (node.retired) return node.actor === "runtime";
  const before = context.parentOf(node) ?? node.previous;
  const outside =
    before !== undefined &&
    (before.container !== node.container || isRuntimeImage(before, context, depth + 1));
  if (!node.execSeen) {
    if (before !== undefined) return outside && before.binary === node.binary;
    return isRuntimeName(node.binary) && node.inInitTree !== true;
  }
  if (node.inInitTree === true || (before !== undefined && !outside)) return false;
  if (isRuntimeName(node.binary)) return true;
  const setsUp = before !== undefined || /^init(?: |$)/.test(node.arguments);
  return isUnnamedImage(node.binary) && setsUp;
}

/** What the runtime outside was told to do, where its command line was seen. */
function findVerb(root: TreeNode, context: ActorContext): "exec" | "start" | "" {
  for (const first of [root.previous, context.parentOf(root)]) {
    let node = first;
    for (let step = 0; step < 8 && node !== undefined; step++) {
      if (isRuntimeName(node.binary)) {
        const words = node.arguments.split(" ");
        const verb = words.find((word) => /^(?:exec|run|create|start|restore)$/.test(word));
        if (verb !== undefined) return verb === "exec" ? "exec" : "start";
      }
      node = context.parentOf(node);
    }
  }
  return "";
}

/** Entry points: images of the first process that exec into another, and what they ran before. */
function judgeStartup(node: TreeNode, root: TreeNode, context: ActorContext): Verdict | undefined {
  const horizonUs = context.horizonUs(node);
  let image: TreeNode | undefined = node;
  for (let step = 0; step < stepCountMax && image !== undefined; step++) {
    if (image.container !== node.container || image.retired) return undefined;
    if (isReplacedEntry(image, root, horizonUs, context)) {
      if (image === node)
        return { actor: "startup", reason: "entry point, before the main program" };
      const ended = node.exitUs > 0 && node.exitUs <= image.exitUs + leewayUs;
      if (!ended) return undefined;
      return { actor: "startup", reason: `run by the entry point (${baseName(image.binary)})` };
    }
    image = context.parentOf(image);
  }
  return undefined;
}

function isReplacedEntry(
  image: TreeNode,
  root: TreeNode,
  horizonUs: number,
  context: ActorContext,
): boolean {
  if (image.nextExecId === "" || !image.execSeen || image.exitUs > horizonUs) return false;
  if (image.startUs > 0 && image.exitUs - image.startUs > startupUsMax) return false;
  let first = image;
  for (let step = 0; step < 64 && first.pid !== root.pid; step++) {
    const parent = context.parentOf(first);
    if (parent === undefined) return false;
    if (parent.pid !== first.pid) return parent === root && isInitShim(root.binary);
    first = parent;
  }
  return first.pid === root.pid;
}

/** The nearest ancestor-or-self in its container that only moves or checks files. */
function findTool(
  node: TreeNode,
  context: ActorContext,
): { kind: "package-manager" | "bulk-reader"; reason: string } | undefined {
  let tool: TreeNode | undefined = node;
  for (let step = 0; step < 32 && tool !== undefined; step++) {
    if (tool.container !== node.container) return undefined;
    if (tool.tool !== undefined && (tool === node || endsWith(node, tool))) {
      const what = tool.tool === "package-manager" ? "handles packages" : "reads many files";
      const whose = tool === node ? "" : "started by a program that ";
      return {
        kind: tool.tool,
        reason: `${whose}${what} (${programName(tool.binary, tool.arguments)})`,
      };
    }
    tool = context.parentOf(tool);
  }
  return undefined;
}

/** A server that an installation starts is not part of it: it outlives it. */
function endsWith(node: TreeNode, tool: TreeNode): boolean {
  if (tool.exitUs === 0) return true;
  return node.exitUs > 0 && node.exitUs <= tool.exitUs + leewayUs;
}
