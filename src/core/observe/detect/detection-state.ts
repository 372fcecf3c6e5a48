/**
 * Holds the state of detection, and what of it becomes facts when.
 * In: hits, processes that are let go of. Out: facts.
 * Must tell of a session only once a rule spoke of it, then of all of it that is still kept.
 */
import type { ProcessEvent, TimeUs } from "../../event/event.ts";
import type { Emit, Fact } from "../fact.ts";
import type { DumpPart } from "../fold.ts";
import type { Keepers } from "./choose-forgotten.ts";
import {
  ancestorsOf,
  emitAncestors,
  emitSession,
  emitSignals,
  processFact,
  stepFact,
} from "./detect-facts.ts";
import { DetectLosses, type DetectLossesDump } from "./detect-losses.ts";
import type { Detector } from "./detector.ts";
import { SessionBuffer } from "./session-buffer.ts";
import { SignalBook } from "./signal-book.ts";
import type { StepRecord } from "./step-record.ts";
import { SubjectStore } from "./subject-book.ts";
import type { SubjectRecord } from "./subject-record.ts";

/** **Unit**: facts of one session that are told because they had to go. */
const settledCountMax = 1024;

export interface DetectionOptions {
  readonly detectors: readonly Detector<unknown>[];
  /** Default 65,536. */
  readonly subjectCountMax?: number;
  /** True for what this program itself does to try its sensors: no act of anybody. */
  readonly isOwnAct?: (event: ProcessEvent) => boolean;
}

export class DetectionState {
  readonly losses: DetectLosses;
  readonly signals: SignalBook;
  readonly steps: SessionBuffer;
  readonly book: SubjectStore;
  readonly detectors = new Map<string, unknown>();
  /** Where facts go that leave the state; set for each call that may give some. */
  emit: Emit = ignore;
  nowUs: TimeUs = 0;
  /** Some entry `isSpoken`: a hint that saves a search. */
  hasSpoken = false;
  private entries: ReadonlySet<SubjectRecord> = new Set();
  private entriesAt = -1;

  constructor(losses?: DetectLossesDump, subjectCountMax?: number) {
    this.losses = new DetectLosses(losses);
    this.signals = new SignalBook(this.losses);
    this.steps = new SessionBuffer({ onDrop: (subject, step) => this.dropStep(subject, step) });
    this.book = new SubjectStore({
      ...(subjectCountMax === undefined ? {} : { countMax: subjectCountMax }),
      onForget: (subject, early) => this.letGo(subject, early),
    });
  }

  /** Roots of the sessions that a rule of level low or higher speaks of. */
  spokenOf(): ReadonlySet<SubjectRecord> {
    const at = this.book.changeCount + this.signals.revision;
    if (at === this.entriesAt) return this.entries;
    const entries = new Set<SubjectRecord>();
    for (const subject of this.signals.signalled) {
      this.book.settle(subject);
      if (hasWeight(subject)) entries.add(subject.entry);
    }
    this.entries = entries;
    this.entriesAt = at;
    return entries;
  }

  /** `remembered`: gives the exec ids that detectors may ask for again. */
  sweep(remembered: Keepers["remembered"]): void {
    const isSpoken = (entry: SubjectRecord): boolean => this.isSpokenOf(entry);
    this.book.sweep(this.nowUs, { isSpoken, remembered });
  }

  /** All that is open, as it is now. */
  emitOpen(emit: Emit): void {
    for (const subject of this.signals.signalled) {
      this.book.settle(subject);
      emitSignals(subject, emit);
    }
    // Where one above is of a session itself, merging keeps what says more.
    for (const [entry, members] of this.sessions()) {
      const beyond = emitSession(entry, members, emit) + entry.missingCount;
      if (beyond > 0) emit(beyondLoss(entry, members, beyond));
    }
    this.losses.emit(emit);
  }

  /**
   * Without whom facts of some containers would differ: those of the sessions that reach into them,
   * and who stands above.
   */
  partOf(part: DumpPart): ReadonlySet<SubjectRecord> {
    const chosen = new Set<SubjectRecord>();
    for (const subject of this.signals.signalled) {
      if (part.wants(subject.container)) chosen.add(subject);
    }
    for (const [entry, members] of this.sessions()) {
      const all = [...members, ...ancestorsOf(entry)];
      if (!all.some(({ container }) => part.wants(container))) continue;
      for (const one of all) chosen.add(one);
    }
    return chosen;
  }

  /** The root is of it also where only its children are still kept. */
  private sessions(): ReadonlyMap<SubjectRecord, SubjectRecord[]> {
    const sessions = new Map<SubjectRecord, SubjectRecord[]>();
    const entries = this.spokenOf();
    for (const entry of entries) sessions.set(entry, [entry]);
    if (entries.size === 0 && !this.hasSpoken) return sessions;
    for (const subject of this.book.subjects.values()) {
      this.book.settle(subject);
      const { entry } = subject;
      if (!entry.isSpoken && !entries.has(entry)) continue;
      const members = sessions.get(entry) ?? [entry];
      if (subject !== entry) members.push(subject);
      sessions.set(entry, members);
    }
    return sessions;
  }

  private dropStep(subject: SubjectRecord, step: StepRecord): void {
    if (this.mayTell(subject.entry)) this.emit(stepFact(subject, step));
  }

  private isSpokenOf(entry: SubjectRecord): boolean {
    return entry.isSpoken || this.spokenOf().has(entry);
  }

  private mayTell(entry: SubjectRecord): boolean {
    if (!this.isSpokenOf(entry)) return false;
    entry.memberCount += 1;
    return entry.memberCount <= settledCountMax;
  }

  /** The book forgets a process: what is kept of it is told now, or never. */
  private letGo(subject: SubjectRecord, early: boolean): void {
    const { entry } = subject;
    if (this.isSpokenOf(entry)) {
      if (this.mayTell(entry)) this.emit(processFact(subject, entry.execId));
      for (const step of subject.steps ?? []) this.dropStep(subject, step);
      if (subject.signals !== undefined) {
        emitAncestors(entry, this.emit);
        if (hasWeight(subject)) entry.isSpoken = this.hasSpoken = true;
      }
    }
    emitSignals(subject, this.emit);
    if (early) {
      const place = { node: subject.node, container: "" };
      this.losses.note(place, "detect-eviction", this.nowUs, "processes beyond the bound");
    }
    this.steps.forget(subject);
    this.signals.forget(subject);
  }
}

function hasWeight({ signals }: SubjectRecord): boolean {
  for (const { rule } of signals?.values() ?? []) if (rule.level !== "informational") return true;
  return false;
}

function ignore(): void {
  // Nothing leaves outside of a call.
}

function beyondLoss(entry: SubjectRecord, members: readonly SubjectRecord[], count: number): Fact {
  return {
    kind: "loss",
    node: entry.node,
    container: entry.container,
    reason: "detect-eviction",
    sinceUs: entry.startUs,
    untilUs: members.reduce((latest, { lastUs }) => Math.max(latest, lastUs), entry.startUs),
    count,
    detail: "processes and steps of a session beyond its bounds",
  };
}
