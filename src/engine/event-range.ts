/**
 * Holds the range of time that was asked for, and which events lie in it.
 * In: events in the order they arrived. Out: yes or no; events that carry no time of their own are
 * judged by the latest of their node. Must never grow beyond a fixed number of nodes.
 */

import type { Event, TimeUs } from "../core/event/event.ts";
import { isFromProc } from "../core/event/process-flags.ts";

const nodeCountMax = 5000;

export class EventRange {
  private readonly sinceUs: TimeUs;
  private readonly untilUs: TimeUs;
  private readonly isEverything: boolean;
  private readonly latestUs: Map<string, TimeUs>;

  /** `latestUs`: by node, as another range dumped it. */
  constructor(
    sinceUs: TimeUs | undefined,
    untilUs: TimeUs | undefined,
    latestUs: ReadonlyMap<string, TimeUs> = new Map(),
  ) {
    this.latestUs = new Map(latestUs);
    this.sinceUs = sinceUs ?? 0;
    this.untilUs = untilUs ?? Number.POSITIVE_INFINITY;
    this.isEverything = sinceUs === undefined && untilUs === undefined;
  }

  /** The latest time of each node: all that it remembers. */
  dump(): ReadonlyMap<string, TimeUs> {
    return new Map(this.latestUs);
  }

  includes(event: Event): boolean {
    if (this.isEverything) return true;
    const timeUs = this.momentOf(event);
    // Before any moment is known: what Tetragon tells at its start of processes already there.
    return timeUs === 0 || (timeUs >= this.sinceUs && timeUs < this.untilUs);
  }

  private momentOf(event: Event): TimeUs {
    const latest = this.latestUs.get(event.node) ?? 0;
    if (!isLive(event)) return latest;
    if (event.timeUs > latest && (latest > 0 || this.latestUs.size < nodeCountMax)) {
      this.latestUs.set(event.node, event.timeUs);
    }
    return event.timeUs;
  }
}

/** True for what happened at the time it carries: not without one, nor told by /proc later. */
export function isLive(event: Event): boolean {
  return event.timeUs !== 0 && !isFromProc(event);
}
