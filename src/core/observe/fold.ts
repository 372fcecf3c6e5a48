/**
 * Holds the contract of a fold: a state and the steps that turn events into facts.
 * In: events with the process they belong to. Out: facts, through `emit`.
 * A fold does no I/O, reads no clock, draws no random number, and its state is plain data
 * (maps, arrays, records) so that it can be checkpointed. Every map in it has a bound.
 */
import type { Event, TimeUs } from "../event/event.ts";
import type { Actor, ContainerKey, Emit } from "./fact.ts";

/** A process as the tree knows it by now. Folds may keep data per node under `execId`. */
export interface ProcessNode {
  readonly execId: string;
  readonly node: string;
  readonly pid: number;
  container: ContainerKey;
  binary: string;
  arguments: string;
  cwd: string;
  parentExecId: string;
  /** Root of its session: the first ancestor-or-self inside the same container, or of the login. */
  sessionExecId: string;
  actor: Actor;
  /** Whose tree it is in when `actor` is package-manager or bulk-reader; else equal to `actor`. */
  origin: Actor;
  /** One short phrase: why this class. */
  actorReason: string;
  /** True when an exec event or a dump named its program; false for forks and half-seen ones. */
  execSeen: boolean;
  /** Ran before the sensor: told by /proc. */
  fromProc: boolean;
  startUs: TimeUs;
  lastSeenUs: TimeUs;
  /** 0 while it runs; for a program replaced by exec: when that was. */
  exitUs: TimeUs;
  /** The program that replaced it by exec, also for a fork that execs; "" when none did. */
  nextExecId: string;
  /** True for the first program of a container when its exec was seen live. */
  startsContainer: boolean;
  /** It runs another program than its parent, yet nobody told of its exec: an event was lost. */
  startMissed: boolean;
}

/** What a checkpoint asks of a fold; one whose state is flat data need not answer. */
export interface Checkpointed<State> {
  /**
   * The state as data that the structured clone algorithm copies, its depth the same however much
   * is kept. It may share parts with the state: copy it before the next step. Without it the state
   * itself is such data.
   */
  dump?(state: State): unknown;
  /** Exec ids of processes, maybe of other containers, without which wanted facts would differ. */
  companions?(state: State, part: FoldPart): Iterable<string>;
  /** The state again; it takes over the data, which must be a copy. */
  load?(data: unknown): State;
  /**
   * The part as a state of its own. It lies over the living state and shares what an end does not
   * change: it is to be ended before the next event, and that leaves the living one as it was. Of
   * facts only those of wanted containers and of none are looked at. Without `fork` the state is
   * dumped whole, copied and loaded, whatever the part: `load` of a copy of `dump`.
   */
  fork?(state: State, part: FoldPart): State;
  /** What changed since the last call is what `isNew` asks for, until the next. */
  noteLook?(state: State): void;
}

export interface Fold<State> extends Checkpointed<State> {
  readonly name: string;
  start(): State;
  /**
   * `node` is undefined for events without a process. `nowUs` is the event's time, or the last
   * known.
   */
  step(state: State, event: Event, at: StepContext): void;
  /**
   * The tree is about to forget `node`: emit what is kept for it. Its class is final now. `node`
   * may be looked at during the call only: where a part is ended, it is then as it was again.
   */
  retire?(state: State, node: ProcessNode, emit: Emit): void;
  /** **Unit**: event time in microseconds; called at most once a second of event time. */
  tick?(state: State, nowUs: TimeUs, emit: Emit): void;
  /**
   * Only where an observation goes on for months. Emits, as `finish` would, and forgets what is
   * kept of containers that are over; and of others, where a bound is near, what was longest
   * unused: that is no loss. If its key comes again it counts from zero: counts are "at least".
   */
  release?(state: State, about: Release, emit: Emit): void;
  /** Emits all that is left. Called once, at the end of a finite input. */
  finish?(state: State, emit: Emit): void;
}

/** Of which containers the facts are asked for. */
export interface DumpPart {
  wants(container: ContainerKey): boolean;
  /**
   * Where it is given, of what processes add up to only what these did between the last two looks
   * is asked for: a host has thousands of which a few did something. Facts about containers, files
   * and rights are then partial, losses are not to be looked at, the rest is whole.
   */
  readonly isNew?: ((execId: string) => boolean) | undefined;
  /** All that `isNew` says yes to, where they are known: then nobody else is looked at. */
  readonly newIds?: Iterable<string> | undefined;
}

/** The same, and which processes the tree has in its part. */
export interface FoldPart extends DumpPart {
  hasProcess(execId: string): boolean;
  /** It runs in a wanted container, whether the tree has it in its part or not. */
  isWanted(execId: string): boolean;
  /** Processes whose doings are asked for, not only what rests on them. */
  readonly toldIds: Iterable<string>;
}

export interface Release {
  /** **Unit**: event time in microseconds. */
  readonly nowUs: TimeUs;
  /** All of its processes are gone, or silent for so long that nothing is awaited of them. */
  isOver(container: ContainerKey): boolean;
  /** It is over, and none of its processes is kept. */
  isGone(container: ContainerKey): boolean;
  /** A process that still runs, with its class as far as it can be told now. */
  nodeOf(execId: string): ProcessNode | undefined;
}

export interface StepContext {
  readonly node: ProcessNode | undefined;
  readonly nowUs: TimeUs;
  readonly emit: Emit;
}
