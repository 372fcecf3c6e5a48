/**
 * Holds the detector of sequences: acts become marks, marks that fit together become hits.
 * In: compiled rules, acts in nearly any order. Out: hits, each rule once for one subject while
 * its key is alive.
 * Must never keep more than `keyCountMax` keys a rule, nor a mark that no window can reach.
 */
import type { Act } from "../detect/act.ts";
import type { FieldValue } from "../detect/act-fields.ts";
import { ActReader } from "../detect/act-reader.ts";
import type { DetectContext, Detector } from "../detect/detector.ts";
import { isSameList } from "../same-list.ts";
import { findMatch } from "./find-match.ts";
import {
  createState,
  episodeOf,
  isRepeat,
  keepMark,
  noteProcesses,
  releaseGone,
  sweep,
} from "./keep-episodes.ts";
import { packEpisodes, type SequencesDump, unpackEpisodes } from "./pack-episodes.ts";
import { makeHit, subjectIdOf, subjectOf } from "./sequence-hit.ts";
import type { Episode, Mark, SequenceRule, SequenceState, StepTally } from "./sequence-rule.ts";
import { createStepIndex, type IndexedStep } from "./step-index.ts";
import { keysOf } from "./step-keys.ts";

export interface SequenceDetectorOptions {
  /** Keys of one rule; default 4096. */
  readonly keyCountMax?: number;
}

const toldCountMax = 64;
/** **Unit**: UTF-16 code units. */
const valueLengthMax = 512;

/** Rules are told apart by their ids: the first of two with one id is taken. */
export function createSequenceDetector(
  rules: readonly SequenceRule[],
  options: SequenceDetectorOptions = {},
): Detector<SequenceState> {
  const byId = new Map<string, SequenceRule>();
  for (const rule of rules) if (!byId.has(rule.head.id)) byId.set(rule.head.id, rule);
  const taken = [...byId.values()];
  const index = createStepIndex(taken);
  const found: IndexedStep[] = [];
  const reader = new ActReader();
  const keyCountMax = Math.max(1, options.keyCountMax ?? 4096);
  return {
    name: "sequences",
    listings: taken.map(({ head, evaluable }) => ({ head, evaluable })),
    start: createState,
    step(state, act, context) {
      reader.show(act, context.book);
      index.find(act, reader, found);
      if (found.length === 0 || isRepeat(state, act)) return;
      const limits = { act, keys: [], keyCountMax, lost: context.lost };
      const marks: Mark[] = [];
      for (const one of found) {
        if (!isStep(one, reader)) continue;
        for (const key of keysOf(one.alternative.by, one.alternative.file, act)) {
          const episode = episodeOf(state, one.rule, key, limits);
          const mark = markOf(one, act, reader, marks);
          if (mark === undefined || !keepMark(episode, one, mark)) continue;
          tell(one, episode, mark, context);
        }
      }
    },
    tick: (state, { nowUs }) => sweep(state, byId, nowUs),
    remembered: noteProcesses,
    release: releaseGone,
    dump: packEpisodes,
    load: (data) => takeUp(unpackEpisodes(data as SequencesDump | SequenceState), byId),
  };
}

function isStep({ rule, alternative }: IndexedStep, reader: ActReader): boolean {
  if (alternative.test !== undefined && !alternative.test.test(reader)) return false;
  for (const one of alternative.except) if (one.test(reader)) return false;
  for (const one of rule.except) if (one.test(reader)) return false;
  return true;
}

/**
 * Undefined where the step counts values and the act has none. `made`: of the same act so far; most
 * rules want of it what others do.
 */
function markOf(
  { rule, step }: IndexedStep,
  act: Act,
  reader: ActReader,
  made: Mark[],
): Mark | undefined {
  const tally = rule.steps[step]?.tally;
  const tallied = tally === undefined ? 0 : tallyOf(tally, reader);
  if (tallied === undefined) return undefined;
  const { compared } = rule;
  const values =
    compared.length === 0 ? noValues : compared.map((field) => textOf(reader.value(field)));
  for (const one of made) {
    if (one.tallied === tallied && isSameList(one.values, values)) return one;
  }
  const mark = makeMark(act, tallied, values);
  made.push(mark);
  return mark;
}

const noValues: readonly string[] = [];

function makeMark(act: Act, tallied: Mark["tallied"], values: readonly string[]): Mark {
  const { subject } = act;
  return {
    timeUs: act.timeUs,
    kind: act.kind,
    execId: subject.execId,
    parentExecId: subject.parentExecId,
    entryExecId: subject.entry.execId,
    pid: subject.pid,
    startUs: subject.startUs,
    path: act.path,
    address: act.address,
    port: act.port,
    tallied,
    values,
  };
}

function tallyOf({ kind, field }: StepTally, reader: ActReader): string | number | undefined {
  if (field === undefined) return 0;
  const value = reader.value(field);
  if (kind === "sum") return typeof value === "number" ? value : undefined;
  return textOf(value) || undefined;
}

function textOf(value: FieldValue): string {
  if (value === undefined) return "";
  const text = typeof value === "object" ? value.join(" ") : String(value);
  return text.slice(0, valueLengthMax);
}

function tell(one: IndexedStep, episode: Episode, fresh: Mark, context: DetectContext): void {
  const { rule, step } = one;
  const { told } = episode;
  const match = findMatch({
    rule,
    episode,
    step,
    fresh,
    book: context.book,
    mayTell: (mark) => !told.includes(subjectIdOf(rule, mark)),
  });
  const last = match?.[rule.subjectStep]?.at(-1);
  if (match === undefined || last === undefined) return;
  const subject = subjectOf(rule, last, context.book);
  if (subject === undefined) return;
  episode.told = [...told, subjectIdOf(rule, last)].slice(-toldCountMax);
  context.hit(makeHit(rule, match, subject, context.book));
}

/** What goes on in rules that are no more, or have other steps now, means nothing. */
function takeUp(state: SequenceState, rules: ReadonlyMap<string, SequenceRule>): SequenceState {
  for (const [id, episodes] of state.rules) {
    const stepCount = rules.get(id)?.steps.length;
    const [first] = episodes.values();
    if (first?.marks.length !== stepCount) state.rules.delete(id);
  }
  return state;
}
