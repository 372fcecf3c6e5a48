/**
 * Holds what is kept of the file uses of a container: by path, of each way and actor one total.
 * In: totals. Out: those to be changed, and all. A copy that is to be ended is over what it was
 * copied from, of which nothing is copied but what changes.
 * Must never change what it is over.
 */
import type { Actor, FileUseHow } from "./fact.ts";
import { copyTotal, type Total } from "./use-total.ts";

export interface ContainerTotals {
  /** Over others, paths of which something changed or is new: all that is known of each. */
  readonly byPath: Map<string, readonly Total[]>;
  readonly base: ContainerTotals | undefined;
  count: number;
}

/** `base`: not to be changed meanwhile. */
export function startTotals(base?: ContainerTotals): ContainerTotals {
  return { byPath: new Map(), base, count: base?.count ?? 0 };
}

function totalsAt({ byPath, base }: ContainerTotals, path: string): readonly Total[] | undefined {
  const own = byPath.get(path);
  return own !== undefined || base === undefined ? own : totalsAt(base, path);
}

const none: readonly Total[] = [];

/** To be changed. */
export function findTotal(
  totals: ContainerTotals,
  path: string,
  how: FileUseHow,
  actor: Actor,
): Total | undefined {
  const same = totalsAt(totals, path) ?? none;
  let at = 0;
  let total = same[0];
  while (total !== undefined && (total.how !== how || total.whose.actor !== actor)) {
    total = same[++at];
  }
  const { base } = totals;
  // Lists only grow: what it is over has it at the same place.
  if (total === undefined || base === undefined || totalsAt(base, path)?.[at] !== total) {
    return total;
  }
  const copy = copyTotal(total);
  totals.byPath.set(path, same.with(at, copy));
  return copy;
}

/** Its path, way and actor must be new. Lists are made anew: pushing would keep room for many. */
export function addTotal(totals: ContainerTotals, total: Total): void {
  const same = totalsAt(totals, total.path);
  totals.byPath.set(total.path, same === undefined ? [total] : same.concat([total]));
  totals.count++;
}

/** **Order**: paths as they came, and of each path its totals. */
export function listTotals(totals: ContainerTotals): Total[] {
  const { byPath, base } = totals;
  if (base === undefined) return [...byPath.values()].flat();
  const all: Total[] = [];
  for (const path of listPaths(totals)) all.push(...(totalsAt(totals, path) ?? none));
  return all;
}

/** **Order**: what it is over first, in whose places is what changed. */
function listPaths({ byPath, base }: ContainerTotals): readonly string[] {
  const paths = [...byPath.keys()];
  if (base === undefined) return paths;
  return [...listPaths(base), ...paths.filter((path) => totalsAt(base, path) === undefined)];
}

/** Forgets one of those that it is over nothing with. */
export function dropTotal(totals: ContainerTotals, total: Total): void {
  const rest = totals.byPath.get(total.path)?.filter((one) => one !== total) ?? [];
  if (rest.length > 0) totals.byPath.set(total.path, rest);
  else totals.byPath.delete(total.path);
  totals.count--;
}
