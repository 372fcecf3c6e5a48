/**
 * Holds copies of many small runs of bytes, one behind the other in few large pieces of memory.
 * In: bytes. Out: where their copy is. Must never move a copy, nor free one alone: all go at once.
 */
interface Piece {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The bytes `[start, end)` of a view: a view of its own for each costs memory and time. */
export interface Span {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** **Unit**: bytes. The first is small, as many stores hold little; each further one four times. */
const pieceSizes = { first: 4 * 1024, most: 64 * 1024 };
/** Pieces that outlive what they held. */
const spareCountMax = 6;

export class ByteStore {
  /** **Unit**: bytes added since all was forgotten. */
  sizeBytes = 0;
  private readonly pieces: Piece[] = [];
  private index = -1;
  /** Of the current piece. */
  private used = 0;

  /** Runs longer than a piece get one of their own. */
  add(bytes: Uint8Array): Span {
    let piece = this.pieces[this.index];
    if (piece === undefined || this.used + bytes.length > piece.bytes.length) {
      piece = this.nextPiece(bytes.length);
    }
    const start = this.used;
    this.used += bytes.length;
    this.sizeBytes += bytes.length;
    piece.bytes.set(bytes, start);
    return { view: piece.view, start, end: this.used };
  }

  /** Some memory is used again: what was added before must no longer be looked at. */
  clear(): void {
    if (this.pieces.length > spareCountMax) this.pieces.length = spareCountMax;
    this.index = -1;
    this.used = 0;
    this.sizeBytes = 0;
  }

  private nextPiece(sizeBytes: number): Piece {
    this.index += 1;
    this.used = 0;
    const known = this.pieces[this.index];
    if (known !== undefined && known.bytes.length >= sizeBytes) return known;
    const { first, most } = pieceSizes;
    const bytes = new Uint8Array(Math.max(Math.min(first * 4 ** this.index, most), sizeBytes));
    const piece = { bytes, view: new DataView(bytes.buffer) };
    this.pieces[this.index] = piece;
    return piece;
  }
}
