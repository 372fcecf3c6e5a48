/**
 * Holds which rows of a shelf were met.
 * In: rows, in any order. Out: whether one was met before, how many there were. A bit a row: in a
 * look at a container there are ten thousand.
 */

export class RowMarks {
  private readonly bits: Uint8Array;
  private marked = 0;

  /** **Unit**: rows, from 0 on. */
  constructor(rowCount: number) {
    this.bits = new Uint8Array((rowCount + 7) >> 3);
  }

  /** Rows that were met, each once. */
  get count(): number {
    return this.marked;
  }

  has(row: number): boolean {
    return ((this.bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  /** False when it was met before. */
  meet(row: number): boolean {
    if (this.has(row)) return false;
    this.bits[row >> 3] = (this.bits[row >> 3] ?? 0) | (1 << (row & 7));
    this.marked += 1;
    return true;
  }
}
