/**
 * Holds the folding of equal neighbours in a process tree: a probe every ten seconds is one entry.
 * In: processes, each before its children. Out: the same without repeated subtrees, with counts.
 * Must never recurse: how deep the tree is decides who is traced.
 */
import type { ShownProcess } from "../../operations/list-processes.ts";

/** **Cost**: linear. Siblings count as equal when class, command line and all below are equal. */
export function foldEqual(processes: readonly ShownProcess[]): readonly ShownProcess[] {
  const shapes = shapesOf(processes);
  const folded: ShownProcess[] = [];
  /** At each depth the last entry that was kept. */
  const last: { shape: number; at: number }[] = [];
  for (let index = 0; index < processes.length; index++) {
    const process = processes[index];
    const shape = shapes[index] ?? 0;
    if (process === undefined) break;
    const { depth, sameCount } = process;
    const before = last[depth];
    const twin = before === undefined ? undefined : folded[before.at];
    if (before !== undefined && twin !== undefined && before.shape === shape) {
      folded[before.at] = { ...twin, sameCount: twin.sameCount + sameCount };
      while ((processes[index + 1]?.depth ?? -1) > depth) index++;
    } else {
      last[depth] = { shape, at: folded.length };
      last.length = depth + 1;
      folded.push(process);
    }
  }
  return folded;
}

/** A number for each subtree; equal numbers are equal subtrees. From the last one to the first. */
function shapesOf(processes: readonly ShownProcess[]): readonly number[] {
  const numbers = new Map<string, number>();
  const shapes: number[] = [];
  const below: number[][] = [];
  for (let index = processes.length - 1; index >= 0; index--) {
    const process = processes[index];
    if (process === undefined) continue;
    const { depth, actor, binary, arguments: words, actorReason, isFork } = process;
    const children = below[depth + 1] ?? [];
    below[depth + 1] = [];
    const key = JSON.stringify([actor, binary, words, actorReason, isFork, children]);
    const shape = numbers.get(key) ?? numbers.size;
    numbers.set(key, shape);
    shapes[index] = shape;
    const siblings = below[depth] ?? [];
    siblings.push(shape);
    below[depth] = siblings;
  }
  return shapes;
}
