/**
 * Holds what the times of one node's events tell about a recording: its span, how far events are
 * out of order, and stretches in which nothing came though events usually do.
 * In: times in the order of arrival. Out: a span and gaps. Must never keep single times.
 */
import type { TimeUs } from "../core/event/event.ts";

export interface Gap {
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
}

export interface NodeSpan {
  readonly node: string;
  readonly eventCount: number;
  /** Of events as they happened; processes that ran before the sensor carry older times. */
  readonly firstUs: TimeUs;
  readonly lastUs: TimeUs;
  /** Events that came after a later one of the same node; about 1 % is normal. */
  readonly disorderCount: number;
  /** How much earlier than the latest before it an event was at most. */
  readonly disorderMaxUs: number;
  /** Events that came more than two minutes after a later one. */
  readonly farCount: number;
  /** **Shape**: at most 64, the longest; in order of time. */
  readonly gaps: readonly Gap[];
}

/** More than the process tree can put right. */
const farUs = 120_000_000;
const gapMinimumUs = 60_000_000;
const usualShare = 0.999;
const usualFactor = 10;
const candidateCountMax = 64;
/** Steps between powers of two in the histogram of gaps: 19 % precision. */
const stepsPerOctave = 4;

/** What is known of a node's times so far. */
export interface ClockDump {
  readonly node: string;
  readonly latestUs: TimeUs;
  readonly eventCount: number;
  readonly firstUs: TimeUs;
  readonly disorderCount: number;
  readonly disorderMaxUs: number;
  readonly farCount: number;
  readonly histogram: Float64Array;
  readonly stepCount: number;
  readonly candidates: readonly Gap[];
}

export class NodeClock {
  readonly node: string;
  latestUs: TimeUs = 0;
  private eventCount = 0;
  private firstUs: TimeUs = 0;
  private disorderCount = 0;
  private disorderMaxUs = 0;
  private farCount = 0;
  private readonly histogram = new Float64Array(54 * stepsPerOctave);
  private stepCount = 0;
  private candidates: Gap[] = [];

  constructor(node: string, dumped?: ClockDump) {
    this.node = node;
    if (dumped === undefined) return;
    this.latestUs = dumped.latestUs;
    this.eventCount = dumped.eventCount;
    this.firstUs = dumped.firstUs;
    this.disorderCount = dumped.disorderCount;
    this.disorderMaxUs = dumped.disorderMaxUs;
    this.farCount = dumped.farCount;
    this.histogram.set(dumped.histogram);
    this.stepCount = dumped.stepCount;
    this.candidates = [...dumped.candidates];
  }

  dump(): ClockDump {
    const { node, latestUs, eventCount, firstUs, disorderCount, disorderMaxUs, farCount } = this;
    const disorder = { disorderCount, disorderMaxUs, farCount };
    const [histogram, candidates] = [this.histogram.slice(), [...this.candidates]];
    const { stepCount } = this;
    return { node, latestUs, eventCount, firstUs, ...disorder, histogram, stepCount, candidates };
  }

  /** An event without a time of its own, or with one from before the recording. */
  count(): void {
    this.eventCount++;
  }

  /**
   * `isLate`: a hook that waited for its call to return carries the time the call began, minutes
   * ago for a blocking accept; that says nothing about the clock.
   */
  add(timeUs: TimeUs, isLate: boolean): void {
    this.eventCount++;
    if (this.firstUs === 0) {
      this.firstUs = timeUs;
      this.latestUs = timeUs;
      return;
    }
    const step = timeUs - this.latestUs;
    if (step < 0) {
      if (timeUs < this.firstUs) this.firstUs = timeUs;
      if (!isLate) this.addDisorder(-step);
      return;
    }
    const slot = step < 1 ? 0 : Math.floor(Math.log2(step) * stepsPerOctave);
    this.histogram[slot] = (this.histogram[slot] ?? 0) + 1;
    this.stepCount++;
    if (step > gapMinimumUs) this.addCandidate({ sinceUs: this.latestUs, untilUs: timeUs });
    this.latestUs = timeUs;
  }

  span(): NodeSpan {
    const { node, eventCount, firstUs, latestUs, disorderCount, disorderMaxUs, farCount } = this;
    const disorder = { disorderCount, disorderMaxUs, farCount };
    return { node, eventCount, firstUs, lastUs: latestUs, ...disorder, gaps: this.gaps() };
  }

  private addDisorder(behindUs: number): void {
    this.disorderCount++;
    if (behindUs > farUs) this.farCount++;
    if (behindUs > this.disorderMaxUs) this.disorderMaxUs = behindUs;
  }

  private gaps(): readonly Gap[] {
    const limitUs = usualFactor * this.usualStepUs();
    return this.candidates
      .filter((gap) => lengthOf(gap) > limitUs)
      .sort((a, b) => a.sinceUs - b.sinceUs);
  }

  /** The 99.9th percentile of the steps between events, rounded up. */
  private usualStepUs(): number {
    let seen = 0;
    for (let slot = 0; slot < this.histogram.length; slot++) {
      seen += this.histogram[slot] ?? 0;
      if (seen >= this.stepCount * usualShare) return 2 ** ((slot + 1) / stepsPerOctave);
    }
    return 0;
  }

  private addCandidate(gap: Gap): void {
    this.candidates.push(gap);
    if (this.candidates.length <= candidateCountMax) return;
    const shortest = this.candidates.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a));
    this.candidates = this.candidates.filter((one) => one !== shortest);
  }
}

function lengthOf(gap: Gap): number {
  return gap.untilUs - gap.sinceUs;
}
