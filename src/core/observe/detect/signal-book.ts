/**
 * Holds how hits become signals: one a rule and process, counted, with a bound on floods.
 * In: hits with the citation of the act that decided. Out: records at their subjects; losses.
 * Must give the same records in any order of the same hits, and hide no flood.
 */

import type { TimeUs } from "../../event/event.ts";
import type { Citation, ContainerKey } from "../fact.ts";
import { mergeIndicators, signalListMax } from "../merge-detect-facts.ts";
import { addCitation, compareCitations, mergeTexts } from "../merge-facts.ts";
import type { DetectLosses } from "./detect-losses.ts";
import type { Hit } from "./detector.ts";
import type { SignalRecord } from "./signal-record.ts";
import type { SubjectRecord } from "./subject-record.ts";

/** What one rule gave in one container lately. */
export interface Flood {
  readonly key: string;
  sinceUs: TimeUs;
  count: number;
  last: SignalRecord;
}

export const signalBounds = {
  /** **Unit**: signals of one rule in one container in an hour of event time. */
  perHour: 200,
  /** **Unit**: rules of one process. */
  perSubject: 64,
  total: 50_000,
} as const;

const hourUs = 3_600_000_000;
const floodCountMax = 16_384;

export class SignalBook {
  /** Subjects that have signals. */
  readonly signalled = new Set<SubjectRecord>();
  readonly floods = new Map<string, Flood>();
  /** Grows with each new signal. */
  revision = 0;
  private count = 0;
  private readonly losses: DetectLosses;

  constructor(losses: DetectLosses) {
    this.losses = losses;
  }

  /** True when it is the first of its rule for its process. */
  take(hit: Hit, subject: SubjectRecord, citation: Citation): boolean {
    const known = subject.signals?.get(hit.rule.id);
    if (known !== undefined) {
      addHit(known, hit, citation);
      return false;
    }
    if (this.isFlood(hit, subject, citation) || !this.hasRoom(subject, citation)) return false;
    const record = createRecord(hit, citation);
    subject.signals ??= new Map();
    subject.signals.set(hit.rule.id, record);
    this.signalled.add(subject);
    this.revision += 1;
    this.count += 1;
    this.noteFlood(hit, subject.container, record);
    return true;
  }

  /** The subject is let go of, and its signals were told. */
  forget(subject: SubjectRecord): void {
    if (!this.signalled.delete(subject)) return;
    const records = new Set(subject.signals?.values());
    this.count -= records.size;
    for (const [key, flood] of this.floods) if (records.has(flood.last)) this.floods.delete(key);
  }

  /** Takes up what was put away. */
  restore(subjects: Iterable<SubjectRecord>, floods: readonly Flood[]): void {
    for (const subject of subjects) {
      if (subject.signals === undefined) continue;
      this.signalled.add(subject);
      this.count += subject.signals.size;
    }
    for (const flood of floods) this.floods.set(flood.key, flood);
  }

  private hasRoom(subject: SubjectRecord, { timeUs }: Citation): boolean {
    const isFull = (subject.signals?.size ?? 0) >= signalBounds.perSubject;
    if (!isFull && this.count < signalBounds.total) return true;
    this.losses.note(subject, "detect-eviction", timeUs, "signals beyond the bound");
    return false;
  }

  /** Beyond the bound it only counts into the last one. */
  private isFlood(hit: Hit, subject: SubjectRecord, citation: Citation): boolean {
    const flood = this.floods.get(floodKey(hit, subject.container));
    if (flood === undefined || citation.timeUs >= flood.sinceUs + hourUs) return false;
    if (flood.count < signalBounds.perHour) return false;
    flood.last.count += 1;
    flood.last.lastSeenUs = Math.max(flood.last.lastSeenUs, citation.timeUs);
    this.losses.note(
      subject,
      "detect-flood",
      citation.timeUs,
      "signals of one rule beyond its bound an hour count into its last one",
    );
    return true;
  }

  private noteFlood(hit: Hit, container: ContainerKey, last: SignalRecord): void {
    const key = floodKey(hit, container);
    const known = this.floods.get(key);
    const timeUs = last.firstSeenUs;
    if (known === undefined || timeUs >= known.sinceUs + hourUs) {
      this.floods.delete(key);
      if (this.floods.size >= floodCountMax) dropOldest(this.floods);
      this.floods.set(key, { key, sinceUs: timeUs, count: 1, last });
    } else {
      known.count += 1;
      known.last = last;
    }
  }
}

function floodKey({ rule }: Hit, container: ContainerKey): string {
  return `${rule.id}\u0000${container}`;
}

function dropOldest(floods: Map<string, Flood>): void {
  const oldest = floods.keys().next().value;
  if (oldest !== undefined) floods.delete(oldest);
}

function createRecord(hit: Hit, citation: Citation): SignalRecord {
  const { rule, score, incomplete } = hit;
  return {
    rule,
    score: score ?? rule.score,
    others: mergeTexts(hit.others, [], signalListMax.others),
    because: mergeTexts(hit.because, [], signalListMax.because),
    indicators: mergeIndicators(hit.indicators, []),
    incomplete,
    count: 1,
    firstSeenUs: citation.timeUs,
    lastSeenUs: citation.timeUs,
    citations: [citation],
  };
}

/** An event that is cited already says nothing new. */
function addHit(record: SignalRecord, hit: Hit, citation: Citation): void {
  const isKnown = record.citations.some((one) => compareCitations(one, citation) === 0);
  if (!isKnown) record.count += 1;
  record.score = Math.max(record.score, hit.score ?? hit.rule.score);
  record.incomplete &&= hit.incomplete;
  record.firstSeenUs = Math.min(record.firstSeenUs, citation.timeUs);
  record.lastSeenUs = Math.max(record.lastSeenUs, citation.timeUs);
  if (hit.others.length > 0) {
    record.others = mergeTexts(record.others, hit.others, signalListMax.others);
  }
  record.because = mergeTexts(record.because, hit.because, signalListMax.because);
  if (hit.indicators.length > 0) {
    record.indicators = mergeIndicators(record.indicators, hit.indicators);
  }
  if (!isKnown) record.citations = addCitation(record.citations, citation);
}
