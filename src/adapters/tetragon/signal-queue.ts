/**
 * Holds what a source has read and nobody has taken yet, in order and bounded.
 * In: messages as they come, signals, a place that is held for what will be known later. Out: one
 * signal after the other. When it is full, messages are dropped and counted where they are missing.
 */
import assert from "node:assert/strict";
import type { SourceSignal } from "../../ports/event-source.ts";

export interface QueueBounds {
  readonly messageCountMax: number;
  readonly sizeBytesMax: number;
  /** Messages of one signal. */
  readonly batchCountMax: number;
}

interface Batch {
  readonly kind: "batch";
  readonly messages: Uint8Array[];
  sizeBytes: number;
}

interface Overflow {
  readonly kind: "overflow";
  count: number;
}

interface Said {
  readonly kind: "said";
  readonly signal: SourceSignal;
}

type Segment = Batch | Overflow | Said | { readonly kind: "held" };

const held: Segment = { kind: "held" };

export class SignalQueue {
  /** Messages that wait. */
  waitingCount = 0;
  /** Messages that were dropped since the beginning. */
  lostCount = 0;
  private readonly bounds: QueueBounds;
  private readonly segments: Segment[] = [];
  private sizeBytes = 0;

  constructor(bounds: QueueBounds) {
    this.bounds = bounds;
  }

  /** **Cost**: a few comparisons; the message is kept as it is, not copied. */
  add(message: Uint8Array): void {
    const { messageCountMax, sizeBytesMax } = this.bounds;
    const isFull =
      this.waitingCount >= messageCountMax || this.sizeBytes + message.length > sizeBytesMax;
    // One message alone is taken whatever its size: no emptier queue would ever come.
    if (isFull && this.waitingCount > 0) this.drop();
    else this.keep(message);
  }

  private keep(message: Uint8Array): void {
    const last = this.segments.at(-1);
    this.waitingCount += 1;
    this.sizeBytes += message.length;
    if (last?.kind === "batch" && last.messages.length < this.bounds.batchCountMax) {
      last.messages.push(message);
      last.sizeBytes += message.length;
    } else this.segments.push({ kind: "batch", messages: [message], sizeBytes: message.length });
  }

  private drop(): void {
    this.lostCount += 1;
    const same = this.findLatest(this.segments.length, ({ kind }) => kind === "overflow");
    const overflow = this.segments[same];
    if (overflow?.kind === "overflow") overflow.count += 1;
    else this.segments.push({ kind: "overflow", count: 1 });
  }

  /** The latest such segment before `end` with no message between; -1 for none. */
  private findLatest(end: number, isMeant: (segment: Segment) => boolean): number {
    for (let at = end - 1; at >= 0; at--) {
      const segment = this.segments[at];
      if (segment === undefined || segment.kind === "batch") return -1;
      if (isMeant(segment)) return at;
    }
    return -1;
  }

  /** Holds the place at the end: what comes after is not given out before `release`. */
  hold(): void {
    assert(!this.segments.includes(held), "one place is held at a time");
    this.segments.push(held);
  }

  get hasHeldBack(): boolean {
    return this.segments.length > 0 && this.segments.at(-1) !== held;
  }

  /** Messages behind the held place. */
  *heldBack(): Iterable<Uint8Array> {
    const at = this.segments.indexOf(held);
    for (const segment of this.segments.slice(at + 1)) {
      if (segment.kind === "batch") yield* segment.messages;
    }
  }

  /**
   * Puts these where the place was held. So that a consumer that takes nothing gathers no more from
   * one connection after the other: of several listings only the latest stays, and of several gaps
   * with nothing between them one of each reason.
   */
  release(signals: readonly SourceSignal[]): void {
    for (const signal of signals) this.removeReplaced(signal);
    const at = this.segments.indexOf(held);
    assert(at >= 0, "a place that is released was held");
    this.segments.splice(at, 1, ...signals.map((signal): Said => ({ kind: "said", signal })));
  }

  private removeReplaced(next: SourceSignal): void {
    const isReplaced = (segment: Segment): boolean => {
      if (segment.kind !== "said" || segment.signal.kind !== next.kind) return false;
      return segment.signal.kind !== "gap" || next.kind !== "gap"
        ? true
        : segment.signal.reason === next.reason;
    };
    const at =
      next.kind === "gap"
        ? this.findLatest(this.segments.indexOf(held), isReplaced)
        : this.segments.findIndex(isReplaced);
    if (at >= 0) this.segments.splice(at, 1);
  }

  /** Whether `take` would give something. */
  get isReady(): boolean {
    const [first] = this.segments;
    return first !== undefined && first !== held;
  }

  take(): SourceSignal | undefined {
    if (!this.isReady) return undefined;
    const first = this.segments.shift();
    if (first?.kind === "said") return first.signal;
    if (first?.kind === "overflow") {
      const { count } = first;
      const detail = `${count} messages came faster than they were taken, and were dropped`;
      return { kind: "gap", reason: "overflow", count, detail };
    }
    assert(first?.kind === "batch", "a held place is not taken");
    this.waitingCount -= first.messages.length;
    this.sizeBytes -= first.sizeBytes;
    return { kind: "messages", messages: first.messages };
  }
}
