/**
 * Holds the contract of a detector: what makes signals of acts. Sigma rules, sequences and novelty
 * are three of them; `detection.ts` drives them all.
 * In: acts. Out: hits. No I/O, no clock; every map in a state has a bound.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ContainerKey } from "../evidence.ts";
import type { ProfileFact, ProfileLoss } from "../profile/profile-fact.ts";
import type { Act } from "./act.ts";
import type { RuleHead, RuleListing } from "./rule.ts";
import type { Subject, SubjectBook } from "./subject.ts";

/** Something a person can search for, block or delete. */
export interface Indicator {
  readonly type: "ip" | "domain" | "url" | "file" | "command" | "user" | "hash" | "container";
  /** One spelling: addresses as `plainAddress`, domains in lower case. */
  readonly value: string;
}

export interface Hit {
  readonly rule: RuleHead;
  /** Whose doing it is: the process that a person would look at. */
  readonly subject: Subject;
  /** Exec ids of further processes that take part, at most 8. */
  readonly others: readonly string[];
  /**
   * What matched, in words of the rule: `CommandLine contains /dev/tcp/`; at most 4. Values are
   * from telemetry.
   */
  readonly because: readonly string[];
  readonly indicators: readonly Indicator[];
  /** Told by the rule: its match rests on text that was cut, or on a sensor that lost events. */
  readonly incomplete: boolean;
  /** Takes the place of the rule's score where a match weighs less or more than usual. */
  readonly score?: number;
}

export interface DetectContext {
  readonly nowUs: TimeUs;
  readonly book: SubjectBook;
  /** The act that decides is the one being stepped; `detection.ts` cites its event. */
  readonly hit: (hit: Hit) => void;
  /** Facts of a detector's own; never of what goes on, for nothing takes them back. */
  readonly emit?: (fact: ProfileFact | ProfileLoss) => void;
  /** What a detector let go of at a bound though it could still have mattered; told as a loss. */
  readonly lost?: (place: Pick<Subject, "node" | "container">, detail: string) => void;
}

export interface DetectRelease {
  readonly nowUs: TimeUs;
  isGone(container: ContainerKey): boolean;
}

/** How the state of a detector is kept, and what it keeps others for. */
interface DetectorMemory<State> {
  /** Gives the exec ids that it may still ask the book for: of others it forgets sooner. */
  remembered?(state: State, note: (execId: string) => void): void;
  /** Plain data for the structured clone algorithm: subjects by exec id only. */
  dump?(state: State): unknown;
  load?(data: unknown): State;
}

export interface Detector<State> extends DetectorMemory<State> {
  readonly name: string;
  /** Of all its rules, also those that cannot run here. */
  readonly listings: readonly RuleListing[];
  start(): State;
  step(state: State, act: Act, context: DetectContext): void;
  /** **Unit**: event time; at most once a second. For windows that end without an event. */
  tick?(state: State, context: DetectContext): void;
  /** Told of each hit of any detector, its own included, with its subject's session settled. */
  heard?(state: State, hit: Hit, context: DetectContext): void;
  release?(state: State, about: DetectRelease): void;
  /** A finite input is over, or a copy of the state is looked at as if it were. */
  finish?(state: State, context: DetectContext): void;
}
