/**
 * Holds the messages of one gRPC stream, taken out of the bytes that it is made of.
 * In: bytes as they come. Out: each message once it is whole; a view where it came in one piece.
 * Must never gather a message that is larger than the bound.
 * **Source**: gRPC over HTTP2, Length-Prefixed-Message.
 */

const headSizeBytes = 5;

export class BadMessage extends Error {}

export class MessageSplitter {
  private readonly sizeBytesMax: number;
  private readonly onMessage: (bytes: Uint8Array) => void;
  /** Pieces of a message that is not whole, its head with them. */
  private pieces: Uint8Array[] = [];
  private gatheredBytes = 0;

  constructor(sizeBytesMax: number, onMessage: (bytes: Uint8Array) => void) {
    this.sizeBytesMax = sizeBytesMax;
    this.onMessage = onMessage;
  }

  /** Nobody may write to `bytes` again. **Errors**: throws `BadMessage`; nothing can follow it. */
  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.gatheredBytes > 0) {
      at = this.complete(bytes);
      if (at < 0) return;
    }
    while (bytes.length - at >= headSizeBytes) {
      const start = at + headSizeBytes;
      const end = start + this.readSize(bytes, at);
      if (end > bytes.length) break;
      this.onMessage(bytes.subarray(start, end));
      at = end;
    }
    if (at < bytes.length) this.gather(bytes.subarray(at));
  }

  /** Where the message that was begun before ends in `bytes`; -1 when it is not whole yet. */
  private complete(bytes: Uint8Array): number {
    let at = 0;
    if (this.gatheredBytes < headSizeBytes) {
      at = Math.min(bytes.length, headSizeBytes - this.gatheredBytes);
      this.gather(bytes.subarray(0, at));
      if (this.gatheredBytes < headSizeBytes) return -1;
      // The head alone in one piece: a split one is seldom.
      this.pieces = [Buffer.concat(this.pieces)];
    }
    const head = this.headPiece();
    const wholeBytes = headSizeBytes + this.readSize(head, 0);
    const end = at + wholeBytes - this.gatheredBytes;
    if (end > bytes.length) {
      this.gather(bytes.subarray(at));
      return -1;
    }
    this.gather(bytes.subarray(at, end));
    const whole = Buffer.concat(this.pieces, wholeBytes);
    this.pieces = [];
    this.gatheredBytes = 0;
    this.onMessage(whole.subarray(headSizeBytes));
    return end;
  }

  /** The first piece, which holds the whole head. */
  private headPiece(): Uint8Array {
    const [first] = this.pieces;
    if (first !== undefined && first.length >= headSizeBytes) return first;
    const joined = Buffer.concat(this.pieces);
    this.pieces = [joined];
    return joined;
  }

  private gather(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.gatheredBytes += piece.length;
  }

  private readSize(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0) throw new BadMessage("A message is compressed, which was not asked for");
    const size =
      (bytes[at + 1] ?? 0) * 0x1000000 +
      (((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0));
    if (size > this.sizeBytesMax) {
      throw new BadMessage(`Received message larger than max (${size} vs ${this.sizeBytesMax})`);
    }
    return size;
  }
}
