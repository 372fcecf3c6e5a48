/**
 * Holds what is kept of sequences that are under way.
 * In: marks, times. Out: the episode of a key, and whether a mark says something new.
 * Must never grow beyond its bounds: keys let go before their time are told as lost.
 */
import type { Act } from "../detect/act.ts";
import type { DetectContext, DetectRelease } from "../detect/detector.ts";
import type { Episode, Mark, SequenceRule, SequenceState } from "./sequence-rule.ts";
import type { IndexedStep } from "./step-index.ts";

/** **Unit**: microseconds of event time that an act may come late. */
const lateUs = 30_000_000;
const sweepUs = 10_000_000;
const markCountMax = 12;
const tallyCountMin = 48;
const tallyCountMax = 1024;
/** Marks of one value that a step of different values keeps. */
const equalCountMax = 3;
/** **Unit**: microseconds: the same act on the same file again within it is the same doing. */
const repeatUs = 1_000_000;
const keysDetail = "a sequence under way was forgotten: its rule followed too many at once";

/** What most have at most steps, and nearly all of what was told: one for all, never changed. */
const noMarks: Mark[] = [];
const noneTold: readonly string[] = [];

/** Plain data, empty. */
export function createState(): SequenceState {
  return {
    rules: new Map(),
    nextSweepUs: 0,
    latest: { kind: "exit", execId: "", path: "", timeUs: 0 },
  };
}

/** The same doing once more: programs read and write one file in many pieces. */
export function isRepeat(state: SequenceState, act: Act): boolean {
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

interface EpisodeLimits {
  readonly act: Act;
  /** Keys that it has so far: rules follow the same sessions and files, and share the text. */
  readonly keys: string[];
  readonly keyCountMax: number;
  readonly lost: DetectContext["lost"];
}

/** The one under that key, new where there was none. */
export function episodeOf(
  state: SequenceState,
  rule: SequenceRule,
  key: string,
  limits: EpisodeLimits,
): Episode {
  let episodes = state.rules.get(rule.head.id);
  if (episodes === undefined) {
    episodes = new Map();
    state.rules.set(rule.head.id, episodes);
  }
  const { act, keys, keyCountMax, lost } = limits;
  const known = episodes.get(key);
  if (known !== undefined) {
    episodes.delete(key);
    episodes.set(key, known);
    if (act.timeUs > known.lastUs) known.lastUs = act.timeUs;
    return known;
  }
  if (episodes.size >= keyCountMax) {
    for (const [oldest, { container, lastUs }] of episodes) {
      episodes.delete(oldest);
      const isOver = lastUs < act.timeUs - rule.withinUs - lateUs;
      if (!isOver) lost?.({ node: act.subject.node, container }, keysDetail);
      break;
    }
  }
  const made: Episode = {
    container: act.subject.container,
    lastUs: act.timeUs,
    marks: rule.steps.map(() => noMarks),
    told: noneTold,
  };
  episodes.set(sharedKey(key, keys), made);
  return made;
}

function sharedKey(key: string, keys: string[]): string {
  const known = keys.find((one) => one === key);
  if (known === undefined) keys.push(key);
  return known ?? key;
}

/** False where the mark says nothing new. */
export function keepMark(episode: Episode, { rule, step }: IndexedStep, mark: Mark): boolean {
  const marks = episode.marks[step];
  const tally = rule.steps[step]?.tally;
  if (marks === undefined) return false;
  for (const one of marks) if (isSameMark(one, mark)) return false;
  const horizonUs = episode.lastUs - rule.withinUs - lateUs;
  if (mark.timeUs < horizonUs) return false;
  for (const list of episode.marks) {
    while (list[0] !== undefined && list[0].timeUs < horizonUs) list.shift();
  }
  const grown = withMark(marks, mark);
  episode.marks[step] = grown;
  if (tally?.kind === "distinct") dropEqual(grown, mark.tallied);
  const countMax =
    tally === undefined
      ? markCountMax
      : Math.min(tallyCountMax, Math.max(tallyCountMin, tally.atLeast * 2));
  if (grown.length > countMax) grown.shift();
  return true;
}

/** Most have few for good: lists of just their length; pushing and spreading make room for many. */
function withMark(marks: Mark[], mark: Mark): Mark[] {
  if (marks.length <= markCountMax) return marks.concat(mark);
  marks.push(mark);
  return marks;
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

/** Forgets what no act can reach any more. **Order**: those longest untouched come first. */
export function sweep(
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

/** Containers that are over take what was under way in them along. */
export function releaseGone(state: SequenceState, about: DetectRelease): void {
  for (const episodes of state.rules.values()) {
    for (const [key, { container }] of episodes) {
      if (about.isGone(container)) episodes.delete(key);
    }
  }
}

/** Whoever did a step of what is under way. */
export function noteProcesses(state: SequenceState, note: (execId: string) => void): void {
  for (const episodes of state.rules.values()) {
    for (const { marks } of episodes.values()) {
      for (const list of marks) for (const { execId } of list) note(execId);
    }
  }
}
