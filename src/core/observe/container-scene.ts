/**
 * Holds what the actor classes need to know about one container as a whole: whether Tetragon marks
 * its init tree, which process was its first, and which commands enter it again and again.
 * In: nodes of the tree as they become known. Out: answers for `judge-actor.ts`.
 * Must stay small however many processes a container starts.
 */
import { baseName } from "../inventory/container-path.ts";
import { compareStart, type TreeNode } from "./tree-node.ts";

const candidateCountMax = 128;
const commandCountMax = 256;
const startCountMax = 32;

export interface ContainerScene {
  /** Some process of it is marked as of the init tree: then the mark can be relied on. */
  hasInitTree: boolean;
  /** Processes that may have been the first, earliest first. */
  candidates: TreeNode[];
  /** Start times of what entered from outside, by command. */
  readonly commands: Map<string, number[]>;
}

export function createContainerScene(): ContainerScene {
  return { hasInitTree: false, candidates: [], commands: new Map() };
}

export function commandOf(node: { binary: string; arguments: string }): string {
  return `${node.binary} ${node.arguments}`;
}

export function addCandidate(scene: ContainerScene, node: TreeNode): void {
  if (scene.candidates.includes(node)) return;
  scene.candidates.push(node);
  scene.candidates.sort(compareStart);
  if (scene.candidates.length > candidateCountMax) scene.candidates.length = candidateCountMax;
}

/** Notes that a command entered at a time; the earliest times of the first commands are kept. */
export function addCommand(scene: ContainerScene, command: string, startUs: number): void {
  let starts = scene.commands.get(command);
  if (starts === undefined) {
    if (scene.commands.size >= commandCountMax) return;
    starts = [];
    scene.commands.set(command, starts);
  }
  if (starts.includes(startUs)) return;
  const last = starts.at(-1) ?? startUs;
  starts.push(startUs);
  if (last > startUs) starts.sort((a, b) => a - b);
  if (starts.length > startCountMax) starts.shift();
}

const gapMinUs = 500_000;

/**
 * Whether a command entered at least three times at even distances, told from what was seen up to
 * `untilUs`: the mark of a probe that no object declares.
 */
export function isPeriodic(scene: ContainerScene, command: string, untilUs: number): boolean {
  const starts = (scene.commands.get(command) ?? []).filter((start) => start <= untilUs);
  const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
  const middle = [...gaps].sort((a, b) => a - b)[gaps.length >> 1];
  if (gaps.length < 2 || middle === undefined || middle < gapMinUs) return false;
  // Two gaps can be alike by chance: the fewer there are, the more alike they must be.
  const reach = gaps.length < 4 ? 1.35 : 1.7;
  const even = gaps.filter((gap) => gap >= middle / reach && gap <= middle * reach).length;
  return even >= gaps.length * (gaps.length < 4 ? 1 : 0.75);
}

/** A bare shell is somebody's session, however often it is opened. */
export function isBareShell(node: { binary: string; arguments: string }): boolean {
  return (
    /^(?:-?[a-z]*sh|busybox)$/.test(baseName(node.binary)) &&
    !/[^-\s]/.test(
      node.arguments.replace(/(?:^|\s)-{1,2}(?:i|l|il|li|s|login|norc|noprofile)(?=\s|$)/g, ""),
    )
  );
}

/** Whether a process runs one of the commands that the container's probes and hooks declare. */
export function isDeclaredCommand(
  node: { binary: string; arguments: string },
  declared: readonly string[],
): boolean {
  if (declared.length === 0) return false;
  const args = plainWords(node.arguments);
  return declared.some((command) => {
    const words = plainWords(command);
    const [program = "", ...rest] = words.split(" ");
    return rest.join(" ") === args && baseName(program) === baseName(node.binary);
  });
}

/** Tetragon quotes arguments with spaces and drops empty ones: both are evened out. */
function plainWords(text: string): string {
  return text.replace(/["']/g, " ").replace(/\s+/g, " ").trim();
}
