/**
 * Holds when the process tree had no room for all that ran.
 * In: each event, with how many processes were forgotten for want of room by then. Out: a loss for
 * each stretch of such moments, from the first to the last. Must never span a time in which all had
 * room.
 */
import type { Event, TimeUs } from "../core/event/event.ts";
import type { LossFact } from "../core/observe/fact.ts";
import { DamageGauge } from "./damage-gauge.ts";
import type { DamageSpan } from "./event-input.ts";
import { isLive } from "./event-range.ts";

export class EvictionGauge {
  private readonly gauge: DamageGauge;
  private count: number;

  /** `count`: of those forgotten by the tree as it begins. */
  constructor(count: number, onLoss: (loss: LossFact) => void, dumped?: EvictionDump) {
    this.count = count;
    this.gauge = new DamageGauge(dumped, (span) => onLoss(evictionLoss(span, span.untilUs)));
  }

  note(event: Event, count: number): void {
    const happened = isLive(event);
    if (happened) this.gauge.pass(event.timeUs);
    if (count === this.count) return;
    this.gauge.add(count - this.count);
    this.count = count;
    // What comes after finds its place.
    if (happened) this.gauge.pass(event.timeUs);
  }

  /** Of the stretch that may still go on. */
  losses(nowUs: TimeUs): readonly LossFact[] {
    const span = this.gauge.span();
    return span === undefined ? [] : [evictionLoss(span, nowUs)];
  }

  dump(): EvictionDump {
    return this.gauge.dump();
  }
}

export type EvictionDump = ReturnType<DamageGauge["dump"]>;

function evictionLoss({ count, sinceUs, untilUs }: DamageSpan, nowUs: TimeUs): LossFact {
  return {
    ...{ kind: "loss", node: "", container: "", reason: "eviction", sinceUs, count },
    untilUs: Math.max(sinceUs, untilUs === 0 ? nowUs : untilUs),
    detail: "more processes at a time than the process tree keeps",
  };
}
