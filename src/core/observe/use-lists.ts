/**
 * Holds lists of paths that processes used, and how: equal ones once.
 * In: a list. Out: the equal list that others have.
 * Must not depend on what is forgotten, nor know more lists than its bound.
 */
import type { FileUseHow, Sensor } from "./fact.ts";

/** **Order**: uses by way, each as they came, then what may be the next program's. */
export interface UseList {
  readonly paths: readonly string[];
  /** One a path; neighbours are mostly one object. */
  readonly shapes: readonly UseShape[];
  /** How many paths were used in which way. */
  readonly counts: UseCounts;
  /** It was found to be no bulk reader's: all that this rests on is in the list. */
  isOfUser: boolean;
}

export type UseCounts = Readonly<Record<FileUseHow, number>>;

type Draft = Pick<UseList, "paths" | "shapes">;

export interface UseShape {
  readonly how: FileUseHow;
  readonly sensor: Sensor;
  readonly sensors: number;
  readonly policy: string;
  readonly input: number;
  /** Its count is one, and its last time its first. */
  readonly isOnce: boolean;
  readonly hasBy: boolean;
  readonly isPending: boolean;
  readonly timed: boolean;
}

/**
 * Lists that were met lately. Those that nobody met for two turns are forgotten; who has one keeps
 * it, so that nothing else depends on what is forgotten.
 */
export interface UseLists {
  young: ListsByPrint;
  old: ListsByPrint;
  /** **Unit**: paths in the lists of `young`. */
  pathCount: number;
}

type ListsByPrint = Map<number, readonly UseList[]>;

const pathCountMax = 65_536;
/** Lists that differ but have one print, as those with numbers in their paths may. */
const sameCountMax = 8;

export function createUseLists(): UseLists {
  return { young: new Map(), old: new Map(), pathCount: 0 };
}

/** Begins a turn: from time to time, and where there are too many. */
export function turnUseLists(lists: UseLists): void {
  lists.old = lists.young;
  lists.young = new Map();
  lists.pathCount = 0;
}

/** The equal list that others have, or a copy of this one from now on. */
export function shareList(lists: UseLists, draft: Draft): UseList {
  const print = printOf(draft);
  const known = lists.young.get(print);
  const met = findEqual(known, draft);
  if (met !== undefined) return met;
  const { paths, shapes } = draft;
  const list = findEqual(lists.old.get(print), draft) ?? {
    // Cut to their length: what is pushed to has room for more.
    paths: paths.slice(),
    shapes: shapes.slice(),
    counts: countOf(shapes),
    isOfUser: false,
  };
  lists.young.set(print, known === undefined ? [list] : [...known, list].slice(-sameCountMax));
  lists.pathCount += paths.length;
  if (lists.pathCount > pathCountMax) turnUseLists(lists);
  return list;
}

function countOf(shapes: readonly UseShape[]): UseCounts {
  const counts = { executed: 0, mapped: 0, read: 0, written: 0 };
  for (const { how, isPending } of shapes) if (!isPending) counts[how]++;
  return counts;
}

function findEqual(some: readonly UseList[] | undefined, draft: Draft): UseList | undefined {
  for (const list of some ?? []) if (isEqual(list, draft)) return list;
  return undefined;
}

function isEqual(a: UseList, b: Draft): boolean {
  if (a.paths.length !== b.paths.length) return false;
  for (let at = 0; at < a.paths.length; at++) {
    if (a.paths[at] !== b.paths[at]) return false;
    const [shape, other] = [a.shapes[at], b.shapes[at]];
    // Runs of one shape are compared once.
    if (at > 0 && shape === a.shapes[at - 1] && other === b.shapes[at - 1]) continue;
    if (shape === undefined || other === undefined || !isSameShape(shape, other)) return false;
  }
  return true;
}

function isSameShape(a: UseShape, b: UseShape): boolean {
  return (
    a.how === b.how &&
    a.sensor === b.sensor &&
    a.sensors === b.sensors &&
    a.policy === b.policy &&
    a.input === b.input &&
    a.isOnce === b.isOnce &&
    a.hasBy === b.hasBy &&
    a.isPending === b.isPending &&
    a.timed === b.timed
  );
}

/** Lengths and last letters tell most lists apart, and cost less than whole texts. */
function printOf({ paths, shapes }: Draft): number {
  let print = paths.length;
  for (let at = 0; at < paths.length; at++) {
    const path = paths[at] ?? "";
    const letter = path.length === 0 ? 0 : path.charCodeAt(path.length - 1);
    print = (Math.imul(print, 31) + path.length * 128 + letter + (shapes[at]?.sensors ?? 0)) | 0;
  }
  return print;
}
