/**
 * Holds how a part of the process tree is ended as if nothing came any more.
 * In: what a tree keeps, and the part. Out: each process once, with its final class.
 * Must leave the tree as it was: what is written into processes meanwhile is taken back.
 */
import { type ContainerScene, createContainerScene } from "./container-scene.ts";
import { type ActorContext, judgeActor } from "./judge-actor.ts";
import type { TreeNode } from "./tree-node.ts";
import { findParent, type TreePart } from "./tree-part.ts";
import { compareEnd, isStartMissed, type Retire, type TreeState } from "./tree-state.ts";

/**
 * `retire` sees processes as the end finds them, and only until it returns. **Order**: earliest
 * end first. **Cost**: by the part, without copies: the class of few changes with an end.
 */
export function endPart(
  state: TreeState,
  part: TreePart,
  { context: own, retire }: { readonly context: ActorContext; readonly retire: Retire },
): void {
  const context = new AskingContext(state, own);
  const nodes = part.listNodes().sort(compareEnd);
  const changed: Judged[] = [];
  try {
    // All are judged before the first is given: they may be each other's parents.
    for (const node of nodes) judge(node, context, changed);
    for (const node of nodes) if (node.isPlaced) retire(node);
  } finally {
    for (const { node, before } of changed) Object.assign(node, before);
  }
}

/** At the end all is known. It finds what the tree's own does, and keeps nothing of it. */
class AskingContext implements ActorContext {
  readonly probeCommandsOf: ActorContext["probeCommandsOf"];
  private readonly state: TreeState;

  constructor(state: TreeState, { probeCommandsOf }: ActorContext) {
    this.state = state;
    this.probeCommandsOf = probeCommandsOf;
  }

  parentOf(node: TreeNode): TreeNode | undefined {
    return findParent(this.state, node);
  }

  sceneOf(node: TreeNode): ContainerScene {
    return this.state.scenes.get(node.container) ?? noScene;
  }

  horizonUs(): number {
    return Number.MAX_SAFE_INTEGER;
  }
}

/** Nothing is put into it. */
const noScene = createContainerScene();

/** What judging writes. */
type Verdict = Pick<
  TreeNode,
  | "sessionExecId"
  | "actor"
  | "origin"
  | "actorReason"
  | "startsContainer"
  | "canBeFirst"
  | "startMissed"
>;

interface Judged {
  readonly node: TreeNode;
  readonly before: Verdict;
}

function judge(node: TreeNode, context: ActorContext, changed: Judged[]): void {
  const { sessionExecId, actor, origin, actorReason, startsContainer, canBeFirst, startMissed } =
    node;
  try {
    judgeActor(node, context);
    node.startMissed = isStartMissed(node, context.parentOf(node));
  } finally {
    // Also of one that was judged by half.
    const isSame =
      node.sessionExecId === sessionExecId &&
      node.actor === actor &&
      node.origin === origin &&
      node.actorReason === actorReason &&
      node.startsContainer === startsContainer &&
      node.canBeFirst === canBeFirst &&
      node.startMissed === startMissed;
    if (!isSame) {
      const about = { sessionExecId, actor, origin, actorReason, startsContainer };
      changed.push({ node, before: { ...about, canBeFirst, startMissed } });
    }
  }
}
