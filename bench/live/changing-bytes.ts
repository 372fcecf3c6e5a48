/**
 * Holds encoded messages of which only some values change from time to time: what stays between
 * them is kept as it is, and what changes is made when it did.
 * In: bytes that stay, and how to make those that do not. Out: the bytes at a moment.
 */

/** What the changing values of an event depend on: one object for a row of events. */
export interface Moment {
  round: number;
  /** Which of the containers that stand for the recorded ones. */
  slot: number;
  timeNs: bigint;
  /** By how much this is later than the recorded event. **Unit**: nanoseconds. */
  shiftNs: bigint;
}

/** How often: `once` is not again after it was made. */
export type Change = "event" | "round" | "once";

/** The content of a field. */
export interface Content {
  readonly change: Change;
  bytesAt(moment: Moment): Uint8Array;
}

/** A field whose content changes. */
interface ChangingField {
  readonly tag: Uint8Array;
  readonly content: Content;
}

export type Piece = Uint8Array | ChangingField;

export const isFixed = (piece: Piece): piece is Uint8Array => piece instanceof Uint8Array;

/** Kept until the next round, or for all of them. Of one row of moments: another begins anew. */
export class KeptContent implements Content {
  readonly change: Change;
  private readonly make: (moment: Moment) => Uint8Array;
  private bytes: Uint8Array | undefined;
  private round = -1;
  private row: Moment | undefined;

  constructor(change: "round" | "once", make: (moment: Moment) => Uint8Array) {
    this.change = change;
    this.make = make;
  }

  bytesAt(moment: Moment): Uint8Array {
    const { bytes, change } = this;
    const isOfNow = change === "once" || this.round === moment.round;
    if (bytes !== undefined && isOfNow && this.row === moment) return bytes;
    const made = this.make(moment);
    this.bytes = made;
    this.round = moment.round;
    this.row = moment;
    return made;
  }
}

/** As often as the one among the pieces that changes most often; undefined when none does. */
export function changeOf(pieces: readonly Piece[]): Change | undefined {
  const changes = pieces.flatMap((piece) => (isFixed(piece) ? [] : [piece.content.change]));
  return (["event", "round", "once"] as const).find((change) => changes.includes(change));
}

export function joinPieces(pieces: readonly Piece[], moment: Moment): Buffer {
  const chunks: Uint8Array[] = [];
  for (const piece of pieces) {
    if (isFixed(piece)) chunks.push(piece);
    else {
      const content = piece.content.bytesAt(moment);
      chunks.push(piece.tag, lengthBytes(content.length), content);
    }
  }
  return Buffer.concat(chunks);
}

const lengths: Uint8Array[] = [];

/** A varint. */
function lengthBytes(length: number): Uint8Array {
  const known = lengths[length];
  if (known !== undefined) return known;
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  const made = Uint8Array.of(...bytes, rest);
  lengths[length] = made;
  return made;
}
