/**
 * Holds the silences of one stream in which events may be missing, until the event that ends them.
 * In: gaps as a source tells them; the time and node of each event, of copies too. Out: a loss for
 * each node of the stream when a gap ends. Must never take an event that only came late for the end
 * of a gap, nor grow beyond its bounds.
 */
import type { TimeUs } from "../core/event/event.ts";
import type { LossFact } from "../core/observe/fact.ts";

/** A gap waits for the next event, whose time ends it. */
interface OpenGap {
  readonly reason: string;
  readonly detail: string;
  readonly sinceUs: TimeUs;
  count: number;
}

/** Plain data, for a checkpoint. */
export interface GapsDump {
  readonly gaps: readonly Readonly<OpenGap>[];
  readonly latestUs: TimeUs;
  readonly leftUs: TimeUs;
  readonly nodes: readonly string[];
}

/** More kinds than that at once are told as one. */
const gapCountMax = 64;
const nodeCountMax = 1000;
/** Tetragon holds an event back for 30 s while its pod or parent is not known. */
const lateUsMax = 60_000_000;
/** A clock that was set back, or that one stray event was ahead of. */
const stepBackUs = 3_600_000_000;

export class StreamGaps {
  private readonly onLoss: (loss: LossFact) => void;
  private gaps: OpenGap[] = [];
  private latest: TimeUs = 0;
  /** Time of the last event before the open gaps. */
  private leftUs: TimeUs = 0;
  private readonly nodes: Set<string>;
  /** Of the latest event. */
  private node = "";

  constructor(onLoss: (loss: LossFact) => void, dumped?: GapsDump) {
    this.onLoss = onLoss;
    this.nodes = new Set(dumped?.nodes);
    if (dumped === undefined) return;
    this.gaps = dumped.gaps.map((gap) => ({ ...gap }));
    this.latest = dumped.latestUs;
    this.leftUs = dumped.leftUs;
  }

  /** Of the latest event, by the clock as it is now; 0 before the first. */
  get latestUs(): TimeUs {
    return this.latest;
  }

  dump(): GapsDump {
    const { gaps, latest: latestUs, leftUs } = this;
    return { gaps: gaps.map((gap) => ({ ...gap })), latestUs, leftUs, nodes: [...this.nodes] };
  }

  /** `sinceUs`: where that is earlier than the latest event. */
  open(gap: Omit<OpenGap, "sinceUs">, sinceUs: TimeUs = this.latest): void {
    const same = this.gaps.find(({ reason }) => reason === gap.reason);
    const known = same ?? (this.gaps.length < gapCountMax ? undefined : this.gaps.at(-1));
    if (known !== undefined) known.count += gap.count;
    else this.gaps.push({ ...gap, sinceUs: Math.max(0, sinceUs - 1) });
  }

  noteNode(node: string): void {
    if (node === this.node) return;
    this.node = node;
    if (this.nodes.size < nodeCountMax) this.nodes.add(node);
  }

  /** An event that happened at this time. */
  pass(timeUs: TimeUs): void {
    if (this.gaps.length > 0) this.end(({ sinceUs }) => isAfter(timeUs, sinceUs), timeUs);
    if (timeUs > this.latest || timeUs < this.latest - stepBackUs) this.latest = timeUs;
    if (this.gaps.length === 0) this.leftUs = timeUs;
  }

  /**
   * A copy of an event that came before, by this stream or by another. Where it is the very event
   * at which this stream was left, or a gap begins, the server began at an earlier point, and all
   * that is between came too. (Tetragon itself sends nothing twice but its listing of processes; a
   * recording that is served does.) True where that closed a gap: whoever is to come to the same
   * again must have this copy too.
   */
  passAgain(timeUs: TimeUs): boolean {
    const isClosed = this.gaps.length > 0 && this.close(timeUs);
    if (this.gaps.length > 0) this.end(({ sinceUs }) => timeUs > sinceUs + 1, timeUs);
    if (timeUs > this.latest) this.latest = timeUs;
    if (this.gaps.length === 0) this.leftUs = timeUs;
    return isClosed;
  }

  /** Of gaps that no event ended yet. */
  losses(): readonly LossFact[] {
    const { gaps, latest } = this;
    return gaps.flatMap((gap) => this.perNode(lossOf(gap, latest === 0 ? gap.sinceUs : latest)));
  }

  /** A stream without any event yet, or of too many nodes, may be of any node. */
  perNode(loss: LossFact): readonly LossFact[] {
    const { size } = this.nodes;
    if (size === 0 || size >= nodeCountMax) return [loss];
    return [...this.nodes].map((node) => ({ ...loss, node }));
  }

  /** True when there was nothing missing in one of them. */
  private close(timeUs: TimeUs): boolean {
    const { gaps, leftUs } = this;
    this.gaps = gaps.filter(({ reason, sinceUs }) => {
      const isBegin = timeUs === leftUs || timeUs === sinceUs + 1;
      return !isBegin || !isOfConnection(reason);
    });
    return this.gaps.length < gaps.length;
  }

  private end(isOver: (gap: OpenGap) => boolean, timeUs: TimeUs): void {
    const over = this.gaps.filter(isOver);
    if (over.length === 0) return;
    this.gaps = this.gaps.filter((gap) => !over.includes(gap));
    for (const gap of over) for (const loss of this.perNode(lossOf(gap, timeUs))) this.onLoss(loss);
  }
}

/** What is only a little earlier came late, and says nothing of the time after the gap. */
function isAfter(timeUs: TimeUs, sinceUs: TimeUs): boolean {
  return timeUs > sinceUs || timeUs <= sinceUs - lateUsMax;
}

function isOfConnection(reason: string): boolean {
  return reason === "restart" || reason === "reconnect";
}

/** A clock that was set back meanwhile leaves open when it was: then all between may be meant. */
function lossOf({ reason, detail, count, sinceUs: goneUs }: OpenGap, backUs: TimeUs): LossFact {
  const sinceUs = Math.min(goneUs, backUs);
  const untilUs = Math.max(goneUs, backUs);
  return { kind: "loss", node: "", container: "", reason, sinceUs, untilUs, count, detail };
}
