/**
 * Holds the times around the damaged places of a stream.
 * In: times of events that could be read, and that a place could not be. Out: the span in which
 * events may be missing.
 */
import type { TimeUs } from "../core/event/event.ts";
import type { DamageSpan } from "./event-input.ts";

export class DamageGauge {
  private count = 0;
  private sinceUs: TimeUs = 0;
  private untilUs: TimeUs = 0;
  private latestUs: TimeUs = 0;
  private isOpen = false;

  constructor(dumped?: DamageDump) {
    if (dumped !== undefined) Object.assign(this, dumped);
  }

  dump(): DamageDump {
    const { count, sinceUs, untilUs, latestUs, isOpen } = this;
    return { count, sinceUs, untilUs, latestUs, isOpen };
  }

  add(): void {
    if (this.count === 0) this.sinceUs = this.latestUs;
    this.count++;
    this.isOpen = true;
  }

  pass(timeUs: TimeUs): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.untilUs = Math.max(this.untilUs, timeUs);
    }
    this.latestUs = timeUs;
  }

  span(): DamageSpan | undefined {
    const { count, sinceUs, isOpen } = this;
    return count === 0 ? undefined : { count, sinceUs, untilUs: isOpen ? 0 : this.untilUs };
  }
}

interface DamageDump {
  readonly count: number;
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
  readonly latestUs: TimeUs;
  readonly isOpen: boolean;
}
