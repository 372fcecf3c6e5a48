/**
 * Holds what a silent process did with files in little room: thousands of short processes run the
 * same few programs, whose lists of paths are equal, so that only times and places differ.
 * In: what it did, and the lists that others have. Out: a list that is shared, and bare numbers;
 * and the same records again.
 * Must give back exactly what was put in, in the same order, and be the only one to know the form.
 */
import { emptyAccess, type PendingAccess, type PendingTaker } from "./exec-prelude.ts";
import type { FileUseHow } from "./fact.ts";
import { shareList, type UseList, type UseLists, type UseShape } from "./use-lists.ts";
import type { Image, Use, UseTaker } from "./use-record.ts";

/** Never changed: copies share it. */
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
  /** Of all uses: the look since which they say what they say; 0: it is long past. */
  readonly look: number;
}

const noCounts = { executed: 0, mapped: 0, read: 0, written: 0 };
const noList: UseList = { paths: [], shapes: [], counts: noCounts, isOfUser: false };

/** Nothing at all. */
export const noUses: CompactUses = { list: noList, numbers: [], by: [], look: 0 };

/** Becomes what it is given: first all uses, then what is pending. **Cost**: linear. */
export class UseCompactor implements UseTaker, PendingTaker {
  private readonly paths: string[] = [];
  private readonly shapes: UseShape[] = [];
  private readonly numbers: number[] = [];
  private readonly by: Image[] = [];
  private last: UseShape | undefined;

  take(how: FileUseHow, path: string, use: Use): void {
    const { last, numbers } = this;
    const isOnce = use.count === 1 && use.lastUs === use.firstUs;
    const isSame = last !== undefined && fits(last, how, use, isOnce);
    this.add(path, isSame ? last : shapeOf(how, use, isOnce));
    numbers.push(use.firstUs, use.offset);
    if (!isOnce) numbers.push(use.lastUs, use.count);
    if (use.by !== undefined) this.by.push(use.by);
  }

  takePending(access: PendingAccess): void {
    const { last } = this;
    const isSame = last !== undefined && isLike(last, access);
    this.add(access.path, isSame ? last : shapeOfPending(access));
    this.numbers.push(access.timeUs, access.offset);
  }

  /** `look`: that of all uses, as they are told from now on. */
  end(lists: UseLists, look: number): CompactUses {
    const { paths, shapes, numbers, by } = this;
    if (paths.length === 0) return noUses;
    const list = shareList(lists, { paths, shapes });
    // Cut to its length: what is pushed to has room for more.
    return { list, numbers: numbers.slice(), by: byOf(by), look };
  }

  private add(path: string, shape: UseShape): void {
    this.last = shape;
    this.paths.push(path);
    this.shapes.push(shape);
  }
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

/**
 * Tells of each use, without what may be the next program's. **Shape**: one record that is filled
 * again and again. **Order**: as it was.
 */
export function eachCompactUse(compact: CompactUses, taker: UseTaker): void {
  const { paths, shapes } = compact.list;
  const use = emptyUse();
  let [at, byAt] = [0, 0];
  for (let entry = 0; entry < paths.length; entry++) {
    const { [entry]: shape } = shapes;
    if (shape === undefined || shape.isPending) return;
    fillUse(use, compact, shape, { at, byAt });
    taker.take(shape.how, paths[entry] ?? "", use);
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
  const { shapes } = compact.list;
  const entry = entryOf(compact, how, path);
  const shape = shapes[entry];
  if (shape === undefined) return undefined;
  let [at, byAt] = [0, 0];
  for (let before = 0; before < entry; before++) {
    const one = shapes[before] ?? shape;
    at += sizeOf(one);
    if (one.hasBy) byAt++;
  }
  const use = emptyUse();
  fillUse(use, compact, shape, { at, byAt });
  return use;
}

/** Paths that are looked at until it is known that one is none of its uses. */
export function countSought({ list }: CompactUses, how: FileUseHow): number {
  return list.counts[how] === 0 ? 0 : list.paths.length;
}

/** -1: none. */
function entryOf({ list }: CompactUses, how: FileUseHow, path: string): number {
  const { paths, shapes, counts: ofWays } = list;
  if (ofWays[how] === 0) return -1;
  let entry = paths.indexOf(path);
  while (entry !== -1 && shapes[entry]?.how !== how) entry = paths.indexOf(path, entry + 1);
  return shapes[entry]?.isPending === false ? entry : -1;
}

/** **Unit**: numbers of one use. */
function sizeOf({ isOnce }: UseShape): number {
  return isOnce ? 2 : 4;
}

function emptyUse(): Use {
  return {
    count: 0,
    firstUs: 0,
    lastUs: 0,
    sensors: 0,
    sensor: "other",
    policy: "",
    input: 0,
    offset: 0,
    by: undefined,
    look: 0,
  };
}

function fillUse(
  use: Use,
  { numbers, by, look }: CompactUses,
  shape: UseShape,
  { at, byAt }: { readonly at: number; readonly byAt: number },
): void {
  const firstUs = numbers[at] ?? 0;
  use.count = shape.isOnce ? 1 : (numbers[at + 3] ?? 0);
  use.firstUs = firstUs;
  use.lastUs = shape.isOnce ? firstUs : (numbers[at + 2] ?? 0);
  use.sensors = shape.sensors;
  use.sensor = shape.sensor;
  use.policy = shape.policy;
  use.input = shape.input;
  use.offset = numbers[at + 1] ?? 0;
  use.by = shape.hasBy ? by[byAt] : undefined;
  use.look = look;
}

/** What may be the next program's. **Shape**, **Order**: as of uses. Tells how many there were. */
export function eachCompactPending({ list, numbers }: CompactUses, taker: PendingTaker): number {
  const count = list.paths.length;
  let start = count;
  while (list.shapes[start - 1]?.isPending === true) start--;
  if (start === count) return 0;
  const access = emptyAccess();
  // Two numbers each, at the end.
  let at = numbers.length - 2 * (count - start);
  for (let entry = start; entry < count; entry++, at += 2) {
    const shape = list.shapes[entry] as UseShape;
    access.path = list.paths[entry] ?? "";
    access.how = shape.how;
    access.sensor = shape.sensor;
    access.policy = shape.policy;
    access.timeUs = numbers[at] ?? 0;
    access.timed = shape.timed;
    access.input = shape.input;
    access.offset = numbers[at + 1] ?? 0;
    taker.takePending(access);
  }
  return count - start;
}
