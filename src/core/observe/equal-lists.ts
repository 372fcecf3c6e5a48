/**
 * Holds which of many lists of numbers are equal.
 * In: lists, one after the other. Out: of each the first one that is equal.
 * Must take room by how many lists there are, and time by their numbers whatever these are:
 * containers choose what is numbered, so that a search is given up where too many are alike.
 */

/** One after the other. */
export interface NumberLists {
  /** Where each begins, and after the last where it ends. */
  readonly starts: Uint32Array;
  readonly numbers: ArrayLike<number>;
}

/** Where lists begin that have as many items as that. */
export function startsOf(counts: ArrayLike<number>): Uint32Array {
  const starts = new Uint32Array(counts.length + 1);
  for (let row = 0; row < counts.length; row++) {
    starts[row + 1] = (starts[row] ?? 0) + (counts[row] ?? 0);
  }
  return starts;
}

/** Each row of the columns is a list. */
export function zipNumbers(rowCount: number, columns: readonly ArrayLike<number>[]): NumberLists {
  const width = columns.length;
  const numbers = new Float64Array(rowCount * width);
  for (const [place, column] of columns.entries()) {
    for (let row = 0; row < rowCount; row++) numbers[row * width + place] = column[row] ?? 0;
  }
  return { starts: Uint32Array.from({ length: rowCount + 1 }, (_, row) => row * width), numbers };
}

/** Others that are looked at before a list is taken for the first of its kind. */
const triedMax = 32;

/** The number of the first list that is equal, of most: a few may be told to have no equal. */
export function findEqualLists(lists: NumberLists): Uint32Array {
  const count = lists.starts.length - 1;
  const mask = 2 ** Math.ceil(Math.log2(count + 1) + 1) - 1;
  // One more than the list, so that 0 is nothing.
  const table = new Uint32Array(mask + 1);
  const first = new Uint32Array(count);
  for (let list = 0; list < count; list++) {
    first[list] = list;
    let place = printOf(lists, list) & mask;
    for (let tried = 0; tried < triedMax; tried++, place = (place + 1) & mask) {
      const other = (table[place] ?? 0) - 1;
      if (other === -1) {
        table[place] = list + 1;
        break;
      }
      if (isEqual(lists, list, other)) {
        first[list] = other;
        break;
      }
    }
  }
  return first;
}

function printOf({ starts, numbers }: NumberLists, list: number): number {
  const end = starts[list + 1] ?? 0;
  let print = 0;
  for (let at = starts[list] ?? 0; at < end; at++) {
    print = Math.imul(print ^ (numbers[at] ?? 0), 0x9e3779b1);
    print ^= print >>> 15;
  }
  return print;
}

function isEqual({ starts, numbers }: NumberLists, a: number, b: number): boolean {
  const [from, other] = [starts[a] ?? 0, starts[b] ?? 0];
  const count = (starts[a + 1] ?? 0) - from;
  if ((starts[b + 1] ?? 0) - other !== count) return false;
  for (let at = 0; at < count; at++) if (numbers[from + at] !== numbers[other + at]) return false;
  return true;
}
