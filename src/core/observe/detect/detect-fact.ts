/**
 * Holds the facts of detection: signals, and what sessions with signals did beside.
 * In: nothing. Out: types only. They merge like all facts: any order, any number of times.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Actor, Citation, ContainerKey, Workload } from "../evidence.ts";
import type { Indicator } from "./detector.ts";
import type { Family, Level, RuleKind } from "./rule.ts";
import type { EntryKind } from "./subject.ts";

/** One rule holds for one process. Key: rule, process. */
export interface SignalFact {
  readonly kind: "signal";
  readonly container: ContainerKey;
  readonly node: string;
  /** Exec id of the root of its session (`subject.ts`). */
  readonly entry: string;
  readonly entryKind: EntryKind;
  /** Exec id of the process that started the session; "" unseen. */
  readonly host: string;
  readonly process: string;
  /** Exec ids of others that take part, at most 8, sorted. */
  readonly others: readonly string[];
  readonly actor: Actor;
  readonly workload: Workload | undefined;
  /** Of the rule at the time: rule files change. */
  readonly rule: string;
  readonly title: string;
  readonly ruleKind: RuleKind;
  readonly family: Family;
  readonly level: Level;
  /** **Merge**: max. */
  readonly score: number;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly matrix: readonly string[];
  readonly author: string;
  /** At most 4, sorted. */
  readonly because: readonly string[];
  /** At most 16, sorted by type and value. */
  readonly indicators: readonly Indicator[];
  /** **Merge**: and. */
  readonly incomplete: boolean;
  /** **Merge**: max, at least as many as are cited. */
  readonly count: number;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  /** The earliest 3. */
  readonly citations: readonly Citation[];
}

/** A process of a session that has signals, or an ancestor of one. Key: process. */
export interface ProcessFact {
  readonly kind: "process";
  readonly container: ContainerKey;
  readonly node: string;
  readonly process: string;
  readonly parent: string;
  /** "" for ancestors above the session. */
  readonly entry: string;
  readonly workload: Workload | undefined;
  readonly image: string;
  readonly pid: number;
  readonly uid: number;
  readonly auid: number;
  readonly binary: string;
  readonly arguments: string;
  readonly cwd: string;
  readonly actor: Actor;
  readonly startUs: TimeUs;
  /** 0 while it runs, or unknown. */
  readonly exitUs: TimeUs;
  /** "" unknown; `0`, `1`, `SIGKILL`, … */
  readonly exitStatus: string;
  /** At most 1: its exec. */
  readonly citations: readonly Citation[];
}

/**
 * What a process of a session with signals did beside starting: one line of a timeline. Key:
 * process, what, subject.
 */
export interface StepFact {
  readonly kind: "step";
  readonly container: ContainerKey;
  readonly node: string;
  readonly entry: string;
  readonly process: string;
  readonly what:
    | "connect"
    | "accept"
    | "listen"
    | "read"
    | "write"
    | "delete"
    | "rename"
    | "link"
    | "mode"
    | "mount"
    | "other";
  /** Path, `address:port`, or the name of the hook. */
  readonly subject: string;
  /** Old name, target, mode as `0755`, file system; "" else. */
  readonly detail: string;
  /** **Merge**: max. Bytes sent and received for `connect` and `accept`, else 0. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** **Merge**: max, at least as many as are cited. */
  readonly count: number;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  readonly citations: readonly Citation[];
}

export type DetectFact = SignalFact | ProcessFact | StepFact;
