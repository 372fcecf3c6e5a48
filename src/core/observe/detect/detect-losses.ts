/**
 * Holds what detection could not keep: how much, of which container, since when.
 * In: single losses. Out: loss facts, one a container and reason until it is over.
 * Must never grow beyond its bound: the rest counts for the node.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Emit, LossFact } from "../fact.ts";
import type { SubjectRecord } from "./subject-record.ts";

export type DetectLossReason = "detect-eviction" | "detect-flood";

/** Of detection alone: no use of a file and no connection is lost with it. */
export function isDetectLoss({ reason }: Pick<LossFact, "reason">): boolean {
  return reason.startsWith("detect-");
}

interface Loss {
  readonly node: string;
  readonly container: string;
  readonly reason: DetectLossReason;
  readonly detail: string;
  sinceUs: TimeUs;
  untilUs: TimeUs;
  count: number;
}

/** Plain data. */
export type DetectLossesDump = readonly (readonly [string, Loss])[];

const lossCountMax = 1024;
/** **Unit**: event time without another one, after which a loss is over. */
const quietUs = 3_600_000_000;

/** What detection let go of at a bound, told as losses. **Shape**: at most 1,024 at once. */
export class DetectLosses {
  private readonly losses: Map<string, Loss>;

  constructor(dumped: DetectLossesDump = []) {
    this.losses = new Map(dumped);
  }

  note(
    { node, container }: Pick<SubjectRecord, "node" | "container">,
    reason: DetectLossReason,
    timeUs: TimeUs,
    detail: string,
  ): void {
    const isFull = this.losses.size >= lossCountMax;
    const place = isFull && !this.losses.has(keyOf(node, container, reason)) ? "" : container;
    const key = keyOf(node, place, reason);
    const known = this.losses.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.untilUs = Math.max(known.untilUs, timeUs);
      return;
    }
    if (this.losses.size >= 2 * lossCountMax) return;
    const times = { sinceUs: timeUs, untilUs: timeUs };
    this.losses.set(key, { node, container: place, reason, detail, count: 1, ...times });
  }

  /** Tells of all as they are now. */
  emit(emit: Emit): void {
    for (const loss of this.losses.values()) emit(factOf(loss));
  }

  /** Tells of those that are over, and forgets them. */
  release(nowUs: TimeUs, emit: Emit): void {
    for (const [key, loss] of this.losses) {
      if (loss.untilUs + quietUs > nowUs) continue;
      emit(factOf(loss));
      this.losses.delete(key);
    }
  }

  dump(): DetectLossesDump {
    return [...this.losses];
  }
}

function keyOf(node: string, container: string, reason: string): string {
  return `${node}\u0000${container}\u0000${reason}`;
}

function factOf({ node, container, reason, sinceUs, untilUs, count, detail }: Loss): LossFact {
  return { kind: "loss", node, container, reason, sinceUs, untilUs, count, detail };
}
