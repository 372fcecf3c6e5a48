/**
 * Holds the detector of sequences: acts become marks, marks that fit together become hits.
 * In: compiled rules, acts in nearly any order. Out: hits, each rule once for one subject while
 * its key is alive.
 * Must never keep more than `keyCountMax` keys a rule, nor a mark that no window can reach.
 */
import type { Act } from "../detect/act.ts";
import type { FieldValue } from "../detect/act-fields.ts";
import { ActReader } from "../detect/act-reader.ts";
import type { DetectContext, DetectRelease, Detector } from "../detect/detector.ts";
import { findMatch } from "./find-match.ts";
import { makeHit, subjectIdOf, subjectOf } from "./sequence-hit.ts";
import type { Episode, Mark, SequenceRule, SequenceState, StepTally } from "./sequence-rule.ts";
import { createStepIndex, type IndexedStep } from "./step-index.ts";
import { keysOf } from "./step-keys.ts";

export interface SequenceDetectorOptions {
  /** Keys of one rule; default 4096. */
  readonly keyCountMax?: number;
}

/** **Unit**: microseconds of event time that an act may come late. */
const lateUs = 30_000_000;
const sweepUs = 10_000_000;
const markCountMax = 12;
const tallyCountMin = 48;
const tallyCountMax = 1024;
/** Marks of one value that a step of different values keeps. */
const equalCountMax = 3;
const toldCountMax = 64;
/** **Unit**: microseconds: the same act on the same file again within it is the same doing. */
const repeatUs = 1_000_000;
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
      index.find(act, found);
      if (found.length === 0 || isRepeat(state, act)) return;
      reader.show(act, context.book);
      for (const one of found) {
        if (!isStep(one, reader)) continue;
        const limits = { act, keyCountMax };
        for (const key of keysOf(one.rule.by, one.alternative.file, act)) {
          const episode = episodeOf(state, one.rule, key, limits);
          const mark = makeMark(one, act, reader);
          if (mark === undefined || !keepMark(state, episode, one, mark)) continue;
          tell(one, episode, mark, context);
        }
      }
    },
    tick: (state, { nowUs }) => sweep(state, byId, nowUs),
    release: releaseGone,
    dump: (state) => state,
    load: (data) => data as SequenceState,
  };
}

function createState(): SequenceState {
  return {
    rules: new Map(),
    nextSweepUs: 0,
    latest: { kind: "exit", execId: "", path: "", timeUs: 0 },
    droppedKeyCount: 0,
    droppedMarkCount: 0,
  };
}

function isRepeat(state: SequenceState, act: Act): boolean {
  if (act.kind !== "write" && act.kind !== "read") return false;
  const { latest } = state;
  const { kind, path, timeUs, subject } = act;
  if (
    kind === latest.kind &&
    path === latest.path &&
    subject.execId === latest.execId &&
    Math.abs(timeUs - latest.timeUs) < repeatUs
  ) {
    return true;
  }
  latest.kind = kind;
  latest.path = path;
  latest.execId = subject.execId;
  latest.timeUs = timeUs;
  return false;
}

function isStep({ rule, alternative }: IndexedStep, reader: ActReader): boolean {
  if (alternative.test !== undefined && !alternative.test(reader)) return false;
  for (const test of alternative.except) if (test(reader)) return false;
  for (const test of rule.except) if (test(reader)) return false;
  return true;
}

/** Undefined where the step counts values and the act has none. */
function makeMark({ rule, step }: IndexedStep, act: Act, reader: ActReader): Mark | undefined {
  const tally = rule.steps[step]?.tally;
  const tallied = tally === undefined ? 0 : tallyOf(tally, reader);
  if (tallied === undefined) return undefined;
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
    values: rule.compared.map((field) => textOf(reader.value(field))),
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

function episodeOf(
  state: SequenceState,
  rule: SequenceRule,
  key: string,
  limits: { readonly act: Act; readonly keyCountMax: number },
): Episode {
  let episodes = state.rules.get(rule.head.id);
  if (episodes === undefined) {
    episodes = new Map();
    state.rules.set(rule.head.id, episodes);
  }
  const { act, keyCountMax } = limits;
  const known = episodes.get(key);
  if (known !== undefined) {
    episodes.delete(key);
    episodes.set(key, known);
    if (act.timeUs > known.lastUs) known.lastUs = act.timeUs;
    return known;
  }
  if (episodes.size >= keyCountMax) {
    const oldest = episodes.keys().next().value;
    if (oldest !== undefined) episodes.delete(oldest);
    state.droppedKeyCount++;
  }
  const made: Episode = {
    container: act.subject.container,
    lastUs: act.timeUs,
    marks: rule.steps.map(() => []),
    told: [],
  };
  episodes.set(key, made);
  return made;
}

/** False where the mark says nothing new. */
function keepMark(
  state: SequenceState,
  episode: Episode,
  { rule, step }: IndexedStep,
  mark: Mark,
): boolean {
  const marks = episode.marks[step];
  const tally = rule.steps[step]?.tally;
  if (marks === undefined || marks.some((one) => isSameMark(one, mark))) return false;
  const horizonUs = episode.lastUs - rule.withinUs - lateUs;
  if (mark.timeUs < horizonUs) return false;
  for (const list of episode.marks) {
    while (list[0] !== undefined && list[0].timeUs < horizonUs) list.shift();
  }
  marks.push(mark);
  if (tally?.kind === "distinct") dropEqual(marks, mark.tallied);
  const countMax =
    tally === undefined
      ? markCountMax
      : Math.min(tallyCountMax, Math.max(tallyCountMin, tally.atLeast * 2));
  if (marks.length > countMax) {
    marks.shift();
    state.droppedMarkCount++;
  }
  return true;
}

function isSameMark(a: Mark, b: Mark): boolean {
  return (
    a.timeUs === b.timeUs &&
    a.execId === b.execId &&
    a.kind === b.kind &&
    a.path === b.path &&
    a.address === b.address &&
    a.port === b.port
  );
}

/** Of what was seen often enough the first goes: it would push out what differs. */
function dropEqual(marks: Mark[], tallied: string | number): void {
  let count = 0;
  for (const one of marks) if (one.tallied === tallied) count++;
  if (count <= equalCountMax) return;
  marks.splice(
    marks.findIndex((one) => one.tallied === tallied),
    1,
  );
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
  told.push(subjectIdOf(rule, last));
  if (told.length > toldCountMax) told.shift();
  context.hit(makeHit(rule, match, subject, context.book));
}

/** Forgets what no act can reach any more. **Order**: those longest untouched come first. */
function sweep(
  state: SequenceState,
  rules: ReadonlyMap<string, SequenceRule>,
  nowUs: number,
): void {
  if (nowUs < state.nextSweepUs) return;
  state.nextSweepUs = nowUs + sweepUs;
  for (const [id, episodes] of state.rules) {
    const rule = rules.get(id);
    if (rule === undefined) {
      state.rules.delete(id);
      continue;
    }
    const horizonUs = nowUs - rule.withinUs - lateUs;
    for (const [key, { lastUs }] of episodes) {
      if (lastUs >= horizonUs) break;
      episodes.delete(key);
    }
  }
}

function releaseGone(state: SequenceState, about: DetectRelease): void {
  for (const episodes of state.rules.values()) {
    for (const [key, { container }] of episodes) {
      if (about.isGone(container)) episodes.delete(key);
    }
  }
}
