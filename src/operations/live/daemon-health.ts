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

const partCountMax = 1000;

export class DaemonHealth {
  private readonly parts = new Map<string, PartHealth>();
  private readonly counts = new Map<string, number>();

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

  get all(): readonly PartHealth[] {
    return [...this.parts.values()];
  }
}
