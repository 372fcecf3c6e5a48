/**
 * Holds the times around places of a stream where something is missing.
 * In: times of events that could be read, and that a place could not be. Out: the span in which
 * events may be missing; where the stream has no end one for each stretch of such places.
 */
import type { TimeUs } from "../core/event/event.ts";
import type { DamageSpan } from "./event-input.ts";

/** Places that are less apart are one stretch. */
const quietUs = 60_000_000;
/** Tetragon holds an event back for 30 s: one that came late does not end a stretch. */
const lateUsMax = 60_000_000;

export class DamageGauge {
  private readonly onOver: ((span: DamageSpan) => void) | undefined;
  private count = 0;
  private sinceUs: TimeUs = 0;
  /** When the latest of the places was met. */
  private againUs: TimeUs = 0;
  private untilUs: TimeUs = 0;
  private latestUs: TimeUs = 0;
  private isOpen = false;

  /** `onOver`: takes each stretch that is over; without it all is one. */
  constructor(dumped?: DamageDump, onOver?: (span: DamageSpan) => void) {
    if (dumped !== undefined) Object.assign(this, dumped);
    this.onOver = onOver;
  }

  dump(): DamageDump {
    const { count, sinceUs, againUs, untilUs, latestUs, isOpen } = this;
    return { count, sinceUs, againUs, untilUs, latestUs, isOpen };
  }

  add(count = 1): void {
    if (this.count === 0) this.sinceUs = this.latestUs;
    this.againUs = this.latestUs;
    this.count += count;
    this.isOpen = true;
  }

  pass(timeUs: TimeUs): void {
    this.latestUs = timeUs;
    if (this.count === 0) return;
    if (this.isOpen) {
      if (timeUs < this.againUs && timeUs > this.againUs - lateUsMax) return;
      this.isOpen = false;
      this.untilUs = Math.max(this.untilUs, this.sinceUs, timeUs);
    } else if (this.onOver !== undefined && Math.abs(timeUs - this.untilUs) > quietUs) {
      const { count, sinceUs, untilUs } = this;
      this.count = 0;
      this.untilUs = 0;
      this.onOver({ count, sinceUs, untilUs });
    }
  }

  span(): DamageSpan | undefined {
    const { count, sinceUs, isOpen } = this;
    return count === 0 ? undefined : { count, sinceUs, untilUs: isOpen ? 0 : this.untilUs };
  }
}

interface DamageDump {
  readonly count: number;
  readonly sinceUs: TimeUs;
  readonly againUs: TimeUs;
  readonly untilUs: TimeUs;
  readonly latestUs: TimeUs;
  readonly isOpen: boolean;
}
