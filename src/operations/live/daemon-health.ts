/**
 * Holds how a daemon is: what works, what does not and since when, and what it counted.
 * In: notes of its parts. Out: answers for status pages.
 * Must never grow with time: one note a part.
 */
import type { TimeUs } from "../../core/event/event.ts";

export interface PartHealth {
  /** `store`, `source tetragon:…`, `reports`, `cluster`, `scans`, `metrics URL`. */
  readonly part: string;
  readonly ok: boolean;
  /** In words; "" when all is well. */
  readonly detail: string;
  readonly sinceUs: TimeUs;
}

/** Events that may be missing, by why. */
export interface LossCount {
  readonly reason: string;
  /** How often something was missing. */
  readonly times: number;
  /** **Unit**: events; only those that somebody counted. */
  readonly eventCount: number;
}

const partCountMax = 1000;
const reasonCountMax = 100;

export class DaemonHealth {
  /** Servers that told, when last asked, which of their policies work: addresses. */
  readonly listingServers = new Set<string>();
  private readonly parts = new Map<string, PartHealth>();
  private readonly counts = new Map<string, number>();
  private readonly lossesByReason = new Map<string, LossCount>();

  /** Gives true when this is a change: the moment to log it. */
  note(part: string, ok: boolean, detail: string, nowUs: TimeUs): boolean {
    const known = this.parts.get(part);
    if (known === undefined && this.parts.size >= partCountMax) return false;
    const isChange = known?.ok !== ok;
    const sinceUs = isChange ? nowUs : (known?.sinceUs ?? nowUs);
    this.parts.set(part, { part, ok, detail, sinceUs });
    return isChange && (known !== undefined || !ok);
  }

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  /** What may fall again: how long a queue is. */
  set(name: string, value: number): void {
    this.counts.set(name, value);
  }

  counted(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  noteLoss(reason: string, eventCount: number): void {
    const known = this.lossesByReason.get(reason);
    if (known === undefined && this.lossesByReason.size >= reasonCountMax) return;
    const { times, eventCount: before } = known ?? { times: 0, eventCount: 0 };
    const count = before + eventCount;
    this.lossesByReason.set(reason, { reason, times: times + 1, eventCount: count });
  }

  get losses(): readonly LossCount[] {
    return [...this.lossesByReason.values()];
  }

  get all(): readonly PartHealth[] {
    return [...this.parts.values()];
  }
}
