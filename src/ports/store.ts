/**
 * Holds the port to what a daemon keeps over restarts: facts, how far each source was read, the
 * state of the folds, the history of findings, what people said.
 * In: batches, each committed whole or not at all. Out: the same again. Implemented in
 * `adapters/store/`; every implementation passes `store.contract.ts`, which ends in equal canonical
 * hashes. Nothing here is of one vendor: PostgreSQL must be able to do it.
 */
import type { TimeUs } from "../core/event/event.ts";
import type { FindingChange, TrackedFinding } from "../core/judge/change/finding-change.ts";
import type { SignedDecision } from "../core/judge/waive/waiver.ts";
import type { Fact } from "../core/observe/fact.ts";
import type { SourcePosition } from "./event-source.ts";

/**
 * What one writer learned since its last batch. A batch whose `sequence` is not above the last one
 * of its writer changes nothing: it was committed before. One that leaves a hole is refused.
 */
export interface FactBatch {
  /** The daemon that writes: its node or cluster. Facts of several writers merge on reading. */
  readonly writer: string;
  /** Grows by one with each batch. */
  readonly sequence: number;
  readonly timeUs: TimeUs;
  /** Final statements: merged with what is kept of the same key, for good. */
  readonly settled: readonly Fact[];
  /** Statements of what still runs: each takes the place of the writer's last one of that key. */
  readonly open: readonly Fact[];
  /** Keys (`fact-key.ts`) of open statements that hold no longer; those in `open` come after. */
  readonly dropped: readonly string[];
  readonly positions: Readonly<Record<string, SourcePosition>>;
  /** Replaces the last one; absent: that one stays. */
  readonly checkpoint?: Checkpoint;
}

/** State of the folds at the positions that it names, which may lie before those of the batch. */
export interface Checkpoint {
  /** Of its shape: another version cannot be read, and reading goes on without. */
  readonly version: number;
  readonly timeUs: TimeUs;
  readonly positions: Readonly<Record<string, SourcePosition>>;
  /**
   * What the structured clone algorithm can copy, without deep links. In a batch it may also be
   * what `copyState` gave of that: once it is committed, the store takes its memory back.
   */
  readonly state: unknown;
}

export interface WriterState {
  /** 0 before the first batch. */
  readonly sequence: number;
  readonly positions: Readonly<Record<string, SourcePosition>>;
  readonly checkpoint: Checkpoint | undefined;
}

export interface FactStore {
  /**
   * The state of a checkpoint as it is now, in the form that this store writes: it may go on before
   * the batch is committed. For one batch, which may be tried again until it is taken.
   * **Cost**: one pass over it, without a pause for others.
   */
  copyState(state: unknown): unknown;
  /** **Errors**: `disk-full`, `state-damaged`, `state-conflict` (a hole in the sequence). */
  commit(batch: FactBatch): Promise<void>;
  writer(name: string): Promise<WriterState>;
  /**
   * All, settled and open, of all writers, as they are at one moment: several of one key may come;
   * a `FactSet` merges them.
   */
  facts(): AsyncIterable<Fact>;
  /** Open facts of a writer as committed last: all, or those of some keys that there are. */
  openFacts(writer: string, keys?: readonly string[]): AsyncIterable<Fact>;
  /** Turns all open facts of a writer into settled ones: when their folds cannot be restored. */
  adopt(writer: string): Promise<void>;
  /**
   * Drops facts of containers (not of hosts) last seen before, signals, processes and steps of
   * hosts that are older, and makes one wide loss of older ones of a node, container and reason;
   * gives how many are less, by kind.
   */
  forget(beforeUs: TimeUs): Promise<Readonly<Record<string, number>>>;
  /** SHA-256 of all facts, merged and in order: equal for equal knowledge, in any adapter. */
  hash(): Promise<string>;
}

/** A report that was written, whole. */
export interface StoredReport {
  readonly id: string;
  readonly timeUs: TimeUs;
  /** What made the daemon write it, in words. */
  readonly trigger: string;
  /** `render-json` of a `Report`. */
  readonly body: string;
}

export type ReportEntry = Omit<StoredReport, "body"> & { readonly sizeBytes: number };

export interface HistoryBatch {
  readonly report: StoredReport;
  /** **Order**: as they happened. Appended. */
  readonly changes: readonly FindingChange[];
  /** Take the place of what was kept of these findings. */
  readonly findings: readonly TrackedFinding[];
}

export interface ChangeQuery {
  readonly sinceUs?: TimeUs;
  /** Not itself in it. */
  readonly untilUs?: TimeUs;
  readonly finding?: string;
  /** Of more, the latest ones are given. */
  readonly countMax: number;
}

export interface HistoryStore {
  /** One transaction. The same report id again changes nothing. */
  record(batch: HistoryBatch): Promise<void>;
  findings(): AsyncIterable<TrackedFinding>;
  /** **Order**: by time, then as recorded. */
  changes(query: ChangeQuery): Promise<readonly FindingChange[]>;
  /** **Order**: latest first. */
  reports(countMax: number): Promise<readonly ReportEntry[]>;
  /** The latest one at or before a time; undefined when there is none. */
  reportAt(timeUs: TimeUs): Promise<StoredReport | undefined>;
  /** Drops bodies of reports older than that, all but the latest one; changes stay. */
  forgetReports(beforeUs: TimeUs): Promise<number>;
  /**
   * Drops these, with all their changes: each only if what is kept of it is still the same. Gives
   * how many of both are less.
   */
  forgetFindings(
    findings: readonly TrackedFinding[],
  ): Promise<{ readonly findings: number; readonly changes: number }>;
}

/** What a person said about a vulnerability or package: kept for the next time. */
export interface Note {
  readonly id: string;
  readonly timeUs: TimeUs;
  readonly by: string;
  readonly text: string;
  /** Finding ids, vulnerability ids, packages that it speaks of. */
  readonly about: readonly string[];
  /** Set when it is a decision: shown in reports until its end. */
  readonly decision: SignedDecision | undefined;
  readonly revokedUs: TimeUs;
}

export interface FoundNote {
  readonly note: Note;
  /** Why it was found: the keys that are equal, or the words. */
  readonly matched: readonly string[];
}

export interface NoteStore {
  /** The same id again changes nothing. */
  add(note: Note): Promise<void>;
  /** False when there is none, or it was revoked before. */
  revoke(id: string, timeUs: TimeUs): Promise<boolean>;
  all(): Promise<readonly Note[]>;
  /** For good, revoked or not; gives how many there were of these ids. */
  drop(ids: readonly string[]): Promise<number>;
  /**
   * Of what was not revoked: equal keys first, then full text by weight. Words are words, never
   * operators of a search.
   */
  find(keys: readonly string[], words: string, countMax: number): Promise<readonly FoundNote[]>;
}

/** One attempt to learn what is in an image and what is known against it. */
export interface ScanRecord {
  /** Digest where known, else the reference. */
  readonly image: string;
  readonly reference: string;
  /** `made`: by syft and grype here; `found`: picked up; `failed`; `waiting`. */
  readonly state: "made" | "found" | "failed" | "waiting";
  readonly timeUs: TimeUs;
  /** Files in the state directory; "" without. */
  readonly sbomFile: string;
  readonly vulnerabilitiesFile: string;
  /** Version of the vulnerability data, as Grype tells it; "" unknown. */
  readonly dataVersion: string;
  /** In words, why it failed; "" else. */
  readonly error: string;
  readonly attemptCount: number;
}

export interface ScanStore {
  put(record: ScanRecord): Promise<void>;
  all(): Promise<readonly ScanRecord[]>;
  /** Of an image that is long gone; one that is not there is no error. */
  drop(image: string): Promise<void>;
}

/** Small values of the daemon itself: what was loaded when, as JSON text. */
export interface SettingStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

export interface StoreSize {
  /** **Unit**: bytes on disk, write-ahead log included; 0 in memory. */
  readonly sizeBytes: number;
  readonly rowCounts: Readonly<Record<string, number>>;
}

/**
 * `write` takes the lock of the directory, and makes it when it is missing. `read` takes none.
 * `join` writes beside whoever holds the lock: for programs that the holder itself started. `write`
 * brings an older state up to date; the others refuse it with `state-too-old`.
 */
export type StoreMode = "read" | "write" | "join";

/**
 * **Errors** of opening: `state-locked`, `state-too-new`, `state-too-old`, `state-damaged`,
 * `disk-full`.
 */
export interface Store {
  readonly facts: FactStore;
  readonly history: HistoryStore;
  readonly notes: NoteStore;
  readonly scans: ScanStore;
  readonly settings: SettingStore;
  size(): Promise<StoreSize>;
  close(): Promise<void>;
}
