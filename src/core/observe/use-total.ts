/**
 * Holds what all processes of one actor class did with one path in one way, in one container.
 * In: uses of ended processes. Out: counts, times and the earliest proofs.
 * There are tens of thousands: what is the same for many is one object, times are bare numbers.
 */
import { compareText } from "../event/compare-text.ts";
import type { Actor, Citation, FileUseHow } from "./fact.ts";
import type { ProcessNode } from "./fold.ts";
import { binaryCountMax, citationCountMax, earliest, strongerOrigin } from "./merge-facts.ts";
import { isSameList } from "./same-list.ts";
import type { Use } from "./use-record.ts";

export interface Whose {
  readonly actor: Actor;
  readonly origin: Actor;
  readonly reason: string;
}

export interface Total {
  readonly path: string;
  readonly how: FileUseHow;
  /** Always of the same actor. */
  whose: Whose;
  count: number;
  sensors: number;
  /** Lists are shared, and made anew where they change. */
  binaries: readonly string[];
  citers: readonly Citer[];
  /** Its first and its last time, then time, input and offset of each citation. */
  times: number[];
}

/** What the citations of one process have in common. */
export type Citer = Omit<Citation, "timeUs" | "input" | "offset">;

/** Where in `times` the citations begin, and how many numbers each has. */
const [citedAt, citedSize] = [2, 3];

export function createTotal(path: string, how: FileUseHow, whose: Whose): Total {
  return { path, how, whose, count: 0, sensors: 0, binaries: [], citers: [], times: [] };
}

/** For a state that goes on by itself. */
export function copyTotal(total: Total): Total {
  return { ...total, times: total.times.slice() };
}

export function firstUsOf({ times }: Total): number {
  return times[0] ?? 0;
}

export function lastUsOf({ times }: Total): number {
  return times[1] ?? 0;
}

/** One process that adds what it did, with the lists that its totals share. */
export interface Adding {
  readonly node: ProcessNode;
  readonly citers: Citer[];
  readonly citerLists: (readonly Citer[])[];
  readonly binaryLists: (readonly string[])[];
}

export function startAdding(node: ProcessNode): Adding {
  return { node, citers: [], citerLists: [], binaryLists: [] };
}

/** **Cost**: nothing is allocated for a use that is not cited, of a program that is known. */
export function mergeUse(total: Total, use: Use, whose: Whose, adding: Adding): void {
  const { times } = total;
  const { binary } = adding.node;
  if (total.count === 0) {
    startTotal(total, use, adding);
    return;
  }
  total.count += use.count;
  times[0] = earliest(firstUsOf(total), use.firstUs);
  times[1] = Math.max(lastUsOf(total), use.lastUs);
  total.sensors |= use.sensors;
  if (whose !== total.whose) mergeWhose(total, whose);
  if (binary !== "" && !total.binaries.includes(binary)) addBinary(total, binary, adding);
  addCitation(total, use, adding);
}

/** With its first use: most totals of a look have just one. */
function startTotal(total: Total, use: Use, adding: Adding): void {
  const { count, firstUs, lastUs, sensors, input, offset } = use;
  const { binary } = adding.node;
  total.count = count;
  total.sensors = sensors;
  total.times = [firstUs, lastUs, firstUs, input, offset];
  if (binary !== "") total.binaries = listOf(adding.binaryLists, binary);
  total.citers = listOf(adding.citerLists, citerOf(use, adding));
}

/** **Order**: by name; the last are left out. */
function addBinary(total: Total, binary: string, { binaryLists }: Adding): void {
  const { binaries } = total;
  let at = binaries.length;
  while (at > 0 && (binaries[at - 1] ?? "") > binary) at--;
  if (at >= binaryCountMax) return;
  const all = binaries.slice(0, at).concat([binary], binaries.slice(at, binaryCountMax - 1));
  total.binaries = shareList(binaryLists, all);
}

/** The stronger origin with its reason; of two reasons the first. */
function mergeWhose(total: Total, whose: Whose): void {
  const { origin, reason } = total.whose;
  if (strongerOrigin(origin, whose.origin) !== whose.origin) return;
  if (origin !== whose.origin || whose.reason < reason) total.whose = whose;
}

/** **Cost**: one comparison for a use that comes after those that are cited, as nearly all do. */
function addCitation(total: Total, use: Use, adding: Adding): void {
  const { citers, times } = total;
  if (citers.length >= citationCountMax) {
    const lastUs = times[citedAt + (citationCountMax - 1) * citedSize] ?? 0;
    if (use.firstUs > lastUs) return;
  }
  const citer = citerOf(use, adding);
  let at = citers.length;
  while (at > 0 && compareCited(total, at - 1, { use, citer }) > 0) at--;
  if (at >= citationCountMax) return;
  const cited = [use.firstUs, use.input, use.offset];
  // Not pushed to: that would keep room for many more.
  const all = citers.slice(0, at).concat([citer], citers.slice(at, citationCountMax - 1));
  total.citers = shareList(adding.citerLists, all);
  const [place, end] = [citedAt + at * citedSize, citedAt + (citationCountMax - 1) * citedSize];
  total.times = times.slice(0, place).concat(cited, times.slice(place, end));
}

/** As `compareCitations` orders them. */
function compareCited(
  { citers, times }: Total,
  index: number,
  { use, citer }: { readonly use: Use; readonly citer: Citer },
): number {
  const place = citedAt + index * citedSize;
  const known = citers[index];
  return (
    (times[place] ?? 0) - use.firstUs ||
    (times[place + 1] ?? 0) - use.input ||
    (times[place + 2] ?? 0) - use.offset ||
    compareText(known?.sensor ?? "", citer.sensor) ||
    compareText(known?.execId ?? "", citer.execId)
  );
}

/** One process has few: a sensor and policy each. */
function citerOf(use: Use, { node, citers }: Adding): Citer {
  const { sensor, policy } = use;
  const { execId, binary } = use.by ?? node;
  for (const one of citers) {
    if (one.sensor !== sensor || one.policy !== policy) continue;
    if (one.execId === execId && one.binary === binary) return one;
  }
  const citer = { node: node.node, execId, pid: node.pid, binary, sensor, policy };
  citers.push(citer);
  return citer;
}

const listCountMax = 16;

/** Of one. */
function listOf<T>(recent: (readonly T[])[], item: T): readonly T[] {
  for (const one of recent) if (one.length === 1 && one[0] === item) return one;
  return keepList(recent, [item]);
}

/** The equal list that another total was given a moment ago. */
function shareList<T>(recent: (readonly T[])[], list: readonly T[]): readonly T[] {
  return recent.find((one) => isSameList(one, list)) ?? keepList(recent, list);
}

function keepList<T>(recent: (readonly T[])[], list: readonly T[]): readonly T[] {
  if (recent.length >= listCountMax) recent.length = 0;
  recent.push(list);
  return list;
}

/** **Order**: by time. */
export function citationsOf({ citers, times }: Total): Citation[] {
  return citers.map(({ node, execId, pid, binary, sensor, policy }, index) => {
    const place = citedAt + index * citedSize;
    const timeUs = times[place] ?? 0;
    const [input, offset] = [times[place + 1] ?? 0, times[place + 2] ?? 0];
    return { timeUs, node, execId, pid, binary, sensor, policy, input, offset };
  });
}
