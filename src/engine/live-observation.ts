/**
 * Holds an observation that has no end: streams in, facts out whenever asked, a state that can be
 * put away and taken up again.
 * In: signals of sources. Out: final facts as folds let go of them; all facts as a report would
 * have them if the recording ended now. Must give the same as one pass over the same events,
 * wherever it was put away and taken up.
 */
import type { Event, TimeUs } from "../core/event/event.ts";
import type { ProblemLog } from "../core/event/problem.ts";
import { widerKey } from "../core/observe/container-key.ts";
import type { ContainerKey, Emit, Fact } from "../core/observe/fact.ts";
import { containerOfFact } from "../core/observe/fact-key.ts";
import type { DumpPart } from "../core/observe/fold.ts";
import type { SourcePosition, SourceSignal } from "../ports/event-source.ts";
import { DuplicateWindow } from "./duplicate-window.ts";
import { createDecoders } from "./event-intake.ts";
import { EventRange } from "./event-range.ts";
import { type EvictionDump, EvictionGauge } from "./eviction-gauge.ts";
import { LiveStream, type LiveStreamDump } from "./live-stream.ts";
import { InputProblems } from "./note-problems.ts";
import {
  createObserver,
  type Observer,
  type ObserverDump,
  type ObserverOptions,
} from "./observe-events.ts";
import type { RawRecord } from "./raw-record.ts";
import { type Touched, TouchedContainers } from "./touched-containers.ts";
import type { TouchedIds } from "./touched-processes.ts";

/** Of the shape of `LiveDump`: what another version wrote is not read. */
export const liveDumpVersion = 1;

/** Plain data; aliases the state: copy it before going on. */
export interface LiveDump {
  readonly observer: ObserverDump;
  /** By name of the source; the order is the index that events carry. */
  readonly streams: readonly { readonly name: string; readonly stream: LiveStreamDump }[];
  readonly window: ReturnType<DuplicateWindow["dump"]>;
  readonly evictions: EvictionDump;
}

export interface LiveOptions {
  /** Fresh ones each time: an observation that takes other settings begins with its own. */
  readonly createFolds: () => ObserverOptions["folds"];
  readonly tree: NonNullable<ObserverOptions["tree"]>;
  readonly problems: ProblemLog;
  /**
   * Every event that counts, with its record, and copies that end a gap: for the archive, of which
   * the same can be made again. `source` is the name.
   */
  readonly onRecord?: (source: string, event: Event, record: RawRecord) => void;
}

/** **Unit**: facts that wait to be taken; a store that is down for long must not fill memory. */
const settledCountMax = 200_000;

export class LiveObservation {
  private options: LiveOptions;
  private observer: Observer;
  private readonly streams = new Map<string, LiveStream>();
  private readonly window: DuplicateWindow;
  private readonly decoders = createDecoders();
  private readonly range = new EventRange(undefined, undefined);
  private readonly evictions: EvictionGauge;
  private readonly touched = new TouchedContainers();
  private settled: Fact[] = [];
  private dropped: { count: number; readonly sinceUs: TimeUs } | undefined;

  constructor(options: LiveOptions, dumped?: LiveDump) {
    this.options = options;
    this.window = new DuplicateWindow(dumped?.window);
    this.observer = this.observe(dumped?.observer);
    const settle = this.settle.bind(this);
    const { evictedCount } = this.observer.tree;
    this.evictions = new EvictionGauge(evictedCount, settle, dumped?.evictions);
    for (const { name, stream } of dumped?.streams ?? []) this.addStream(name, stream);
  }

  /** Gives a source its place; the same name keeps its place for good. */
  stream(name: string): LiveStream {
    return this.streams.get(name) ?? this.addStream(name);
  }

  take(name: string, signal: SourceSignal): void {
    this.stream(name).take(signal);
  }

  /** Names at the index that events carry. */
  get names(): readonly string[] {
    return [...this.streams.keys()];
  }

  get positions(): Readonly<Record<string, SourcePosition>> {
    const known = [...this.streams].flatMap(([name, { position }]) =>
      position === undefined ? [] : [[name, position] as const],
    );
    return Object.fromEntries(known);
  }

  get eventCount(): number {
    return [...this.streams.values()].reduce((sum, { eventCount }) => sum + eventCount, 0);
  }

  /** Latest event time over all streams. */
  get timeUs(): TimeUs {
    return [...this.streams.values()].reduce((latest, { timeUs }) => Math.max(latest, timeUs), 0);
  }

  /** Final facts since the last call. What was beyond the bound is one loss. */
  takeSettled(): readonly Fact[] {
    const { settled, dropped, timeUs } = this;
    this.settled = [];
    this.dropped = undefined;
    return dropped === undefined ? settled : [...settled, dropLoss(dropped, timeUs)];
  }

  /** Gives facts back that could not be put away, or that came another way. */
  returnSettled(facts: readonly Fact[]): void {
    const kept = this.settled;
    this.settled = [];
    for (const fact of [...facts, ...kept]) {
      if (fact.kind === "loss" && fact.reason === dropReason) this.drop(fact.count, fact.sinceUs);
      else this.settle(fact);
    }
  }

  /**
   * Containers whose open facts may differ from those at the last call: of their own events and
   * ends, and of facts that were settled. What only another container's news tells of them (a late
   * start of a parent, who listens at the far end of an edge) does not touch them. undefined: any.
   */
  takeTouched(): Touched {
    this.touched.addAll(this.observer.takeTouched());
    return this.touched.take();
  }

  /**
   * Processes that did something since the last call: `emitNew` can tell of it. undefined: only
   * `emitOpen` can, for some are gone by now, or they were too many.
   */
  takeTouchedIds(): TouchedIds {
    return this.observer.takeTouchedIds();
  }

  /** Gives back what was taken and led to nothing. */
  returnTouched(touched: Touched): void {
    this.touched.addAll(touched);
  }

  /**
   * Tells all facts that folds hold, as if the recording ended now; those settled before are not
   * among them. With `containers` only theirs, and those of no container: coverage, losses of
   * streams. Asking changes nothing. Whoever forgets a fact at once has one at a time in memory.
   * **Cost**: an end of the state, or of the part that decides on these containers.
   */
  emitOpen(emit: Emit, containers?: ReadonlySet<ContainerKey>): void {
    const part = containers === undefined ? undefined : partOf(containers);
    this.observer.emitOpen(part === undefined ? emit : emitOf(part, emit), part);
    this.emitLosses(emit);
    for (const loss of this.evictions.losses(this.timeUs)) emit(loss);
  }

  /**
   * Tells what `emitOpen` of these containers would, but of files, rights and containers only what
   * some processes did, and of losses those of streams alone: such facts are partial, to be merged
   * with those of the last look. What only another process's news tells (whose doing something was)
   * waits for the next.
   * **Cost**: by what these processes did, however many others a host runs.
   */
  emitNew(emit: Emit, containers: ReadonlySet<ContainerKey>, ids: ReadonlySet<string>): void {
    const isNew = (execId: string) => ids.has(execId);
    const part = { ...partOf(containers), isNew, newIds: ids };
    const emitOne = emitOf(part, emit);
    this.observer.emitOpen((fact) => {
      if (fact.kind !== "loss") emitOne(fact);
    }, part);
    this.emitLosses(emit);
  }

  /** All that `emitOpen` tells, kept. */
  openFacts(containers?: ReadonlySet<ContainerKey>): readonly Fact[] {
    const facts: Fact[] = [];
    this.emitOpen((fact) => void facts.push(fact), containers);
    return facts;
  }

  private emitLosses(emit: Emit): void {
    for (const stream of this.streams.values()) for (const loss of stream.losses()) emit(loss);
  }

  inputs(): readonly ReturnType<LiveStream["summarize"]>[] {
    return [...this.streams].map(([name, stream]) => stream.summarize(name));
  }

  dump(): LiveDump {
    const streams = [...this.streams].map(([name, stream]) => ({ name, stream: stream.dump() }));
    const [observer, window] = [this.observer.dump(), this.window.dump()];
    return { observer, streams, window, evictions: this.evictions.dump() };
  }

  /** Takes other settings (policies in force, declared probes) without losing the state. */
  reconfigure(options: Pick<LiveOptions, "createFolds" | "tree">): void {
    this.options = { ...this.options, ...options };
    // Which commands are probes', and what policies watch, is another for all.
    this.touched.addAll(undefined);
    this.observer = this.observe(structuredClone(this.observer.dump()));
  }

  private observe(dumped: ObserverDump | undefined): Observer {
    const { createFolds, tree } = this.options;
    const emit = (fact: Fact) => this.settle(fact);
    return createObserver({ folds: createFolds(), tree, emit, releases: true }, dumped);
  }

  private addStream(name: string, dumped?: LiveStreamDump): LiveStream {
    const { decoders, window, range } = this;
    const problems = new InputProblems(this.options.problems, name);
    const stream = new LiveStream(
      {
        ...{ decoders, window, range, problems },
        index: this.streams.size,
        onLoss: (loss) => this.settle(loss),
        onEvent: (event, record) => {
          this.observer.observe(event);
          this.evictions.note(event, this.observer.tree.evictedCount);
          this.options.onRecord?.(name, event, record);
        },
        onProof: (event, record) => this.options.onRecord?.(name, event, record),
      },
      dumped,
    );
    this.streams.set(name, stream);
    return stream;
  }

  private settle(fact: Fact): void {
    // What is settled is not open any more.
    const container = containerOfFact(fact);
    if (container !== "") this.touched.add(container);
    if (this.settled.length < settledCountMax) this.settled.push(fact);
    else this.drop(1, this.timeUs);
  }

  private drop(count: number, sinceUs: TimeUs): void {
    const { dropped } = this;
    if (dropped === undefined) this.dropped = { count, sinceUs };
    else
      this.dropped = { count: dropped.count + count, sinceUs: Math.min(dropped.sinceUs, sinceUs) };
  }
}

/** A network of a host goes with the host, whose processes feed it. */
function partOf(containers: ReadonlySet<ContainerKey>): DumpPart {
  const keys = new Set<ContainerKey>();
  for (const key of containers) keys.add(key).add(widerKey(key));
  return { wants: (container) => keys.has(container) || keys.has(widerKey(container)) };
}

/** Of the part and of no container. */
function emitOf(part: DumpPart, emit: Emit): Emit {
  return (fact) => {
    const container = containerOfFact(fact);
    if (container === "" || part.wants(container)) emit(fact);
  };
}

const dropReason = "store";

function dropLoss(
  { count, sinceUs }: { readonly count: number; readonly sinceUs: TimeUs },
  nowUs: TimeUs,
): Fact {
  const about = { kind: "loss", node: "", container: "", reason: dropReason, count } as const;
  const untilUs = Math.max(sinceUs, nowUs);
  return { ...about, sinceUs, untilUs, detail: "facts could not be stored in time" };
}
