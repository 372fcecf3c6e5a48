/**
 * Holds the search for acts that together are a sequence.
 * In: a rule, the marks under one key, the mark that came last. Out: a mark for each step, many
 * for a step that counts; or nothing.
 * Must never depend on the order in which the marks came: only on their times and processes.
 */
import type { SubjectBook } from "../detect/subject.ts";
import type { Episode, Mark, SequenceRule, SequenceStep } from "./sequence-rule.ts";
import { isRelated } from "./step-relations.ts";

/** What a search is about; `mayTell` refuses subjects that were told before. */
export interface MatchQuestion {
  readonly rule: SequenceRule;
  readonly episode: Episode;
  readonly step: number;
  readonly fresh: Mark;
  readonly book: SubjectBook;
  readonly mayTell: (subject: Mark) => boolean;
}

/** By step. */
export type Match = readonly (readonly Mark[])[];

/** **Cost**: the marks of the steps that take one act each, multiplied; both are bounded. */
export function findMatch(question: MatchQuestion): Match | undefined {
  const { rule, episode, fresh } = question;
  if (!rule.steps.every((step, index) => isPlenty(step, episode.marks[index] ?? []))) return;
  for (const endUs of windowEnds(rule, episode, fresh)) {
    const search = new Search(question, endUs - rule.withinUs, endUs);
    const match = search.assign(0);
    if (match !== undefined) return match;
  }
  return undefined;
}

function isPlenty(step: SequenceStep, marks: readonly Mark[]): boolean {
  const { tally } = step;
  if (tally === undefined || tally.kind === "sum") return marks.length > 0;
  return marks.length >= tally.atLeast;
}

/** Windows that hold the mark: the one it ends, then those that end with what is later. */
function windowEnds(rule: SequenceRule, { marks }: Episode, fresh: Mark): readonly number[] {
  const ends = new Set([fresh.timeUs]);
  for (const list of marks) {
    for (const { timeUs } of list) {
      if (timeUs > fresh.timeUs && timeUs <= fresh.timeUs + rule.withinUs) ends.add(timeUs);
    }
  }
  return ends.size === 1 ? [...ends] : [...ends].sort((a, b) => a - b);
}

class Search {
  private readonly question: MatchQuestion;
  private readonly fromUs: number;
  private readonly untilUs: number;
  /** By step; undefined for those that count, and those not yet chosen. */
  private readonly chosen: (Mark | undefined)[] = [];

  constructor(question: MatchQuestion, fromUs: number, untilUs: number) {
    this.question = question;
    this.fromUs = fromUs;
    this.untilUs = untilUs;
    if (question.rule.steps[question.step]?.tally === undefined) {
      this.chosen[question.step] = question.fresh;
    }
  }

  /** Chooses for this step and all after it. */
  assign(index: number): Match | undefined {
    const { rule, episode, step: freshStep, fresh, mayTell } = this.question;
    const step = rule.steps[index];
    if (step === undefined) return this.complete();
    if (step.tally !== undefined) return this.assign(index + 1);
    const isSubject = index === rule.subjectStep;
    const candidates = index === freshStep ? [fresh] : (episode.marks[index] ?? []);
    for (const mark of candidates) {
      if (!this.fits(index, mark) || (isSubject && !mayTell(mark))) continue;
      this.chosen[index] = mark;
      const match = this.assign(index + 1);
      if (match !== undefined) return match;
    }
    this.chosen[index] = index === freshStep ? fresh : undefined;
    return undefined;
  }

  /** All steps of one act are chosen: are there enough of the others? */
  private complete(): Match | undefined {
    const { rule, episode, mayTell } = this.question;
    const match: Mark[][] = [];
    for (const [index, step] of rule.steps.entries()) {
      const one = this.chosen[index];
      if (one !== undefined) {
        match.push([one]);
        continue;
      }
      const marks = (episode.marks[index] ?? []).filter((mark) => this.fits(index, mark));
      const last = marks.at(-1);
      if (last === undefined || !isReached(step, marks)) return undefined;
      if (index === rule.subjectStep && !mayTell(last)) return undefined;
      match.push(marks);
    }
    return match;
  }

  private fits(index: number, mark: Mark): boolean {
    if (mark.timeUs < this.fromUs || mark.timeUs > this.untilUs) return false;
    const { rule } = this.question;
    for (const [otherIndex, other] of this.chosen.entries()) {
      if (other === undefined || otherIndex === index) continue;
      if (other.execId === mark.execId && other.timeUs === mark.timeUs && isOneAct(other, mark)) {
        return false;
      }
      if (rule.ordered && !isInOrder(index, mark, otherIndex, other)) return false;
      if (!this.areRelated(index, mark, otherIndex, other)) return false;
    }
    return true;
  }

  private areRelated(index: number, mark: Mark, otherIndex: number, other: Mark): boolean {
    const { rule, book } = this.question;
    const there = rule.steps[index]?.relations ?? [];
    const back = rule.steps[otherIndex]?.relations ?? [];
    return (
      there.every((one) => one.step !== otherIndex || isRelated(one, mark, other, book)) &&
      back.every((one) => one.step !== index || isRelated(one, other, mark, book))
    );
  }
}

function isOneAct(a: Mark, b: Mark): boolean {
  return a.kind === b.kind && a.path === b.path && a.address === b.address && a.port === b.port;
}

function isInOrder(index: number, mark: Mark, otherIndex: number, other: Mark): boolean {
  return index > otherIndex ? mark.timeUs >= other.timeUs : mark.timeUs <= other.timeUs;
}

function isReached({ tally }: SequenceStep, marks: readonly Mark[]): boolean {
  if (tally === undefined) return true;
  if (tally.kind === "count") return marks.length >= tally.atLeast;
  if (tally.kind === "distinct") {
    return new Set(marks.map(({ tallied }) => tallied)).size >= tally.atLeast;
  }
  let sum = 0;
  for (const { tallied } of marks) sum += Number(tallied);
  return sum >= tally.atLeast;
}
