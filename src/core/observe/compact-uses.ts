/**
 * Holds what a silent process did with files in little room: thousands of short processes run the
 * same few programs, whose lists of paths are equal, so that only times and places differ.
 * In: what it did, and the lists that others have. Out: a list that is shared, and bare numbers;
 * and the same records again.
 * Must give back exactly what was put in, in the same order, and be the only one to know the form.
 */
import type { PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow, Sensor } from "./fact.ts";
import { createUses, hows, type Image, type Use, type UsesByHow } from "./use-record.ts";

/** What a process did that may do more. */
export interface OpenUses {
  readonly uses: UsesByHow;
  /** In a copy that tells only what is new: all that it is a part of, which must not change. */
  readonly all: OpenUses | CompactUses | undefined;
  /** Latest accesses that may be the next program's. */
  pending: PendingAccess[];
  /** The look that tells its latest access: `UseTotals`. */
  look: number;
}

/** The same, never changed: copies share it. */
export interface CompactUses {
  readonly list: UseList;
  /**
   * One after the other: of each use its first time and offset, and its last time and count where
   * it was not used just once; of what is pending time and offset. Packed doubles: 8 bytes each,
   * no boxes.
   */
  readonly numbers: readonly number[];
  /** Of each use that has one. */
  readonly by: readonly Image[];
}

/** **Order**: uses by way, each as they came, then what may be the next program's. */
interface UseList {
  readonly paths: readonly string[];
  /** One a path; neighbours are mostly one object. */
  readonly shapes: readonly UseShape[];
  /** It was found to be no bulk reader's: all that this rests on is in the list. */
  isOfUser: boolean;
}

interface UseShape {
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

const noList: UseList = { paths: [], shapes: [], isOfUser: false };

/** Nothing at all. */
export const noUses: CompactUses = { list: noList, numbers: [], by: [] };

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

/** **Cost**: linear in what it did. */
export function compactUses({ uses, pending }: OpenUses, lists: UseLists): CompactUses {
  const paths: string[] = [];
  const shapes: UseShape[] = [];
  const numbers: number[] = [];
  const by: Image[] = [];
  let last: UseShape | undefined;
  for (const how of hows) {
    for (const [path, use] of uses[how] ?? []) {
      const isOnce = use.count === 1 && use.lastUs === use.firstUs;
      if (last === undefined || !fits(last, how, use, isOnce)) last = shapeOf(how, use, isOnce);
      paths.push(path);
      shapes.push(last);
      numbers.push(use.firstUs, use.offset);
      if (!isOnce) numbers.push(use.lastUs, use.count);
      if (use.by !== undefined) by.push(use.by);
    }
  }
  for (const access of pending) {
    if (last === undefined || !isLike(last, access)) last = shapeOfPending(access);
    paths.push(access.path);
    shapes.push(last);
    numbers.push(access.timeUs, access.offset);
  }
  if (paths.length === 0) return noUses;
  // Cut to its length: what is pushed to has room for more.
  return {
    list: share(lists, { paths, shapes, isOfUser: false }),
    numbers: numbers.slice(),
    by: byOf(by),
  };
}

function byOf(by: readonly Image[]): readonly Image[] {
  return by.length === 0 ? noUses.by : by.slice();
}

function fits(shape: UseShape, how: FileUseHow, use: Use, isOnce: boolean): boolean {
  return (
    shape.how === how &&
    shape.sensors === use.sensors &&
    shape.sensor === use.sensor &&
    shape.isOnce === isOnce &&
    shape.policy === use.policy &&
    shape.input === use.input &&
    shape.hasBy === (use.by !== undefined)
  );
}

function shapeOf(how: FileUseHow, use: Use, isOnce: boolean): UseShape {
  const { sensor, sensors, policy, input } = use;
  const hasBy = use.by !== undefined;
  return { how, sensor, sensors, policy, input, isOnce, hasBy, isPending: false, timed: true };
}

function isLike(shape: UseShape, access: PendingAccess): boolean {
  return (
    shape.isPending &&
    shape.how === access.how &&
    shape.sensor === access.sensor &&
    shape.policy === access.policy &&
    shape.input === access.input &&
    shape.timed === access.timed
  );
}

function shapeOfPending({ how, sensor, policy, input, timed }: PendingAccess): UseShape {
  const rest = { isOnce: true, hasBy: false, isPending: true };
  return { how, sensor, sensors: 0, policy, input, ...rest, timed };
}

/** The equal list that others have, or this one from now on. */
function share(lists: UseLists, draft: UseList): UseList {
  const print = printOf(draft);
  const known = lists.young.get(print);
  const met = findEqual(known, draft);
  if (met !== undefined) return met;
  const { paths, shapes } = draft;
  const list = findEqual(lists.old.get(print), draft) ?? {
    paths: paths.slice(),
    shapes: shapes.slice(),
    isOfUser: false,
  };
  lists.young.set(print, known === undefined ? [list] : [...known, list].slice(-sameCountMax));
  lists.pathCount += paths.length;
  if (lists.pathCount > pathCountMax) turnUseLists(lists);
  return list;
}

function findEqual(some: readonly UseList[] | undefined, draft: UseList): UseList | undefined {
  for (const list of some ?? []) if (isEqual(list, draft)) return list;
  return undefined;
}

function isEqual(a: UseList, b: UseList): boolean {
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
function printOf({ paths, shapes }: UseList): number {
  let print = paths.length;
  for (let at = 0; at < paths.length; at++) {
    const path = paths[at] ?? "";
    const letter = path.length === 0 ? 0 : path.charCodeAt(path.length - 1);
    print = (Math.imul(print, 31) + path.length * 128 + letter + (shapes[at]?.sensors ?? 0)) | 0;
  }
  return print;
}

/** Tells of each use, without what may be the next program's. **Order**: as it was. */
export function eachCompactUse(
  compact: CompactUses,
  take: (how: FileUseHow, path: string, use: Use) => void,
): void {
  const { paths, shapes } = compact.list;
  let [at, byAt] = [0, 0];
  for (let entry = 0; entry < paths.length; entry++) {
    const { [entry]: shape } = shapes;
    if (shape === undefined || shape.isPending) return;
    take(shape.how, paths[entry] ?? "", useAt(compact, shape, at, byAt));
    at += sizeOf(shape);
    if (shape.hasBy) byAt++;
  }
}

/** One of its uses. **Cost**: a look at each path; nothing is made of the others. */
export function findCompactUse(
  compact: CompactUses,
  how: FileUseHow,
  path: string,
): Use | undefined {
  const { paths, shapes } = compact.list;
  let entry = paths.indexOf(path);
  while (entry !== -1 && shapes[entry]?.how !== how) entry = paths.indexOf(path, entry + 1);
  const shape = shapes[entry];
  if (shape === undefined || shape.isPending) return undefined;
  let [at, byAt] = [0, 0];
  for (let before = 0; before < entry; before++) {
    const one = shapes[before] ?? shape;
    at += sizeOf(one);
    if (one.hasBy) byAt++;
  }
  return useAt(compact, shape, at, byAt);
}

/** How many paths were used in which way. **Cost**: a look at each. */
export function countCompactUses({ list }: CompactUses): Readonly<Record<FileUseHow, number>> {
  const counts = { executed: 0, mapped: 0, read: 0, written: 0 };
  for (const { how, isPending } of list.shapes) if (!isPending) counts[how]++;
  return counts;
}

/** **Unit**: numbers of one use. */
function sizeOf({ isOnce }: UseShape): number {
  return isOnce ? 2 : 4;
}

function useAt({ numbers, by }: CompactUses, shape: UseShape, at: number, byAt: number): Use {
  const { sensors, sensor, policy, input, isOnce, hasBy } = shape;
  const firstUs = numbers[at] ?? 0;
  return {
    count: isOnce ? 1 : (numbers[at + 3] ?? 0),
    firstUs,
    lastUs: isOnce ? firstUs : (numbers[at + 2] ?? 0),
    sensors,
    sensor,
    policy,
    input,
    offset: numbers[at + 1] ?? 0,
    by: hasBy ? by[byAt] : undefined,
    look: 0,
  };
}

/** What may be the next program's. **Order**: as it was. */
export function readPending({ list, numbers }: CompactUses): PendingAccess[] {
  const count = list.paths.length;
  let start = count;
  while (list.shapes[start - 1]?.isPending === true) start--;
  const accesses: PendingAccess[] = [];
  // Two numbers each, at the end.
  let at = numbers.length - 2 * (count - start);
  for (let entry = start; entry < count; entry++, at += 2) {
    const shape = list.shapes[entry] as UseShape;
    const { how, sensor, policy, timed, input } = shape;
    const path = list.paths[entry] ?? "";
    const [timeUs, offset] = [numbers[at] ?? 0, numbers[at + 1] ?? 0];
    accesses.push({ path, how, sensor, policy, timeUs, timed, input, offset });
  }
  return accesses;
}

/** Records that may be changed. */
export function openUses(compact: CompactUses): OpenUses {
  const uses = createUses();
  eachCompactUse(compact, (how, path, use) => {
    let byPath = uses[how];
    if (byPath === undefined) {
      byPath = new Map();
      uses[how] = byPath;
    }
    byPath.set(path, use);
  });
  return { uses, all: undefined, pending: readPending(compact), look: 0 };
}
