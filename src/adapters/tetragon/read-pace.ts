/**
 * Holds the rhythm in which a socket is read: in sips of some size, not at each message.
 * In: how much each read gave. Out: how long not to read after it. A server sends each event by
 * itself, and to be woken for one costs several times what reading it does.
 * Must never let a busy connection wait: what the socket cannot hold waits at the server.
 */

/**
 * **Unit**: bytes that wait after a pause. Less than the smallest buffer of a socket holds, or a
 * full one would look like a quiet one.
 */
const wishedBytes = { least: 24 * 1024, most: 48 * 1024 } as const;
/** **Unit**: milliseconds. The last is the most that an event is late. */
const pauseMs = { first: 1, most: 40 } as const;
const growth = 1.5;

export class ReadPace {
  private readonly bufferBytes: number;
  private gatheredBytes = 0;
  private pauseMs = 0;

  /** **Unit**: bytes that one read gives at most. */
  constructor(bufferBytes: number) {
    this.bufferBytes = bufferBytes;
  }

  /** **Unit**: milliseconds until the next read; 0: at once. */
  afterRead(sizeBytes: number): number {
    this.gatheredBytes += sizeBytes;
    // There is more.
    if (sizeBytes >= this.bufferBytes) return 0;
    const { gatheredBytes } = this;
    this.gatheredBytes = 0;
    if (gatheredBytes >= wishedBytes.most) {
      const half = this.pauseMs / 2;
      this.pauseMs = half < pauseMs.first ? 0 : half;
    } else if (gatheredBytes < wishedBytes.least) {
      this.pauseMs = Math.min(pauseMs.most, Math.max(pauseMs.first, this.pauseMs * growth));
    }
    return this.pauseMs;
  }
}
