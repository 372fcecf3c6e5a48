/**
 * Holds what workloads were seen to do, within bounds.
 * In: values of sessions that are over. Out: facts of what is new in it, what is known of a place.
 * Must give the same whatever order sessions come in, as long as it is within its bounds; what is
 * evicted is counted. Its state is plain data.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import { earliest, mergeTexts } from "../merge-facts.ts";
import { isSameList } from "../same-list.ts";
import { networkCountMax, widerValue } from "./destination-value.ts";
import { mergeDays, profileListMax } from "./merge-profile-facts.ts";
import {
  type ProfileDimension,
  type ProfileFact,
  type ProfilePlace,
  profilePlaceKey,
} from "./profile-fact.ts";

export const profileBounds = {
  /** **Unit**: values of one place and dimension. */
  valuesPerDimension: 384,
  places: 2048,
  /** **Unit**: values over all places. */
  values: 98_304,
} as const;

const dayUs = 86_400_000_000;
/** **Unit**: event time between two facts that only count on. */
const toldAgainUs = 3_600_000_000;

/** A value of a session, with how often and when. */
export interface SeenValue {
  readonly dimension: ProfileDimension;
  readonly value: string;
  count: number;
  firstUs: TimeUs;
  lastUs: TimeUs;
}

interface Learned extends SeenValue {
  days: readonly number[];
  runs: readonly string[];
  /** When it was last told as a fact. */
  toldUs: TimeUs;
}

interface LearnedPlace {
  readonly place: ProfilePlace;
  readonly values: Map<string, Learned>;
  readonly sizes: Record<ProfileDimension, number>;
  runs: readonly string[];
  firstUs: TimeUs;
  lastUs: TimeUs;
}

/** Plain data. */
export interface ProfileBook {
  readonly places: Map<string, LearnedPlace>;
  /** Dimensions in which anything was ever learned: a sensor tells of them. */
  readonly watched: Set<ProfileDimension>;
  valueCount: number;
  evicted: { count: number; sinceUs: TimeUs; untilUs: TimeUs };
}

/** An empty one: the start of a state. */
export function createProfileBook(): ProfileBook {
  return {
    places: new Map(),
    watched: new Set(),
    valueCount: 0,
    evicted: { count: 0, sinceUs: 0, untilUs: 0 },
  };
}

export interface LearnedSession {
  readonly place: ProfilePlace;
  /** Container that it ran in; "" on a host. */
  readonly run: string;
  readonly values: Iterable<SeenValue>;
}

/** Takes in a session; gives facts of what is news, or was not told for long. */
export function learnSession(book: ProfileBook, session: LearnedSession): readonly ProfileFact[] {
  const { place, run } = session;
  const at = openPlace(book, place);
  const facts: ProfileFact[] = [];
  const addDays = createDayAdder();
  const addRun = createRunAdder(run);
  for (const value of session.values) {
    const seen = settleOn(at, value);
    at.firstUs = earliest(at.firstUs, seen.firstUs);
    at.lastUs = Math.max(at.lastUs, seen.lastUs);
    const known = at.values.get(valueKey(seen)) ?? addValue(book, at, seen);
    const before = known.days.length + known.runs.length;
    const [hadDays, hadRuns] = [known.days, known.runs];
    known.count += seen.count;
    known.firstUs = earliest(known.firstUs, seen.firstUs);
    known.lastUs = Math.max(known.lastUs, seen.lastUs);
    known.days = addDays(known.days, seen);
    known.runs = addRun(known.runs);
    const isNews =
      before === 0 || !isSameList(hadDays, known.days) || !isSameList(hadRuns, known.runs);
    if (!isNews && known.lastUs < known.toldUs + toldAgainUs) continue;
    known.toldUs = known.lastUs;
    facts.push(factOf(place, known));
  }
  at.runs = addRun(at.runs);
  return facts;
}

/**
 * Takes in what was learned of one place and told before, as facts of it. Whoever calls keeps
 * within the bounds: nothing is evicted for it.
 */
export function recallPlace(book: ProfileBook, facts: readonly ProfileFact[]): void {
  const [first] = facts;
  if (first === undefined) return;
  const at = openPlace(book, first.place);
  for (const { dimension, value, count, days, runs, firstSeenUs, lastSeenUs } of facts) {
    const times = { firstUs: firstSeenUs, lastUs: lastSeenUs };
    const known = addValue(book, at, { dimension, value, count: 0, ...times });
    Object.assign(known, { count, days, runs, toldUs: lastSeenUs });
    at.runs = mergeTexts(at.runs, runs, profileListMax.runs);
    at.firstUs = earliest(at.firstUs, firstSeenUs);
    at.lastUs = Math.max(at.lastUs, lastSeenUs);
  }
}

/** All that is known, as facts. **Order**: none. */
export function* allProfileFacts(book: ProfileBook): Generator<ProfileFact> {
  for (const { place, values } of book.places.values()) {
    for (const known of values.values()) yield factOf(place, known);
  }
}

export interface Maturity {
  /** **Unit**: event time since the first thing that was learned. */
  readonly matureUs: number;
  readonly matureRuns: number;
}

/** **Unit**: event time that a place is known at least: a crash loop teaches little. */
const leastUs = 3_600_000_000;

/** A place that was watched for long enough that something new says something. */
export function matureProfile(
  book: ProfileBook,
  placeKey: string,
  nowUs: TimeUs,
  { matureUs, matureRuns }: Maturity,
): LearnedPlace | undefined {
  const at = book.places.get(placeKey);
  if (at === undefined || at.firstUs === 0) return undefined;
  const knownUs = nowUs - at.firstUs;
  if (knownUs >= matureUs) return at;
  return at.runs.length >= matureRuns && knownUs >= Math.min(leastUs, matureUs) ? at : undefined;
}

export function valueKey({
  dimension,
  value,
}: {
  readonly dimension: ProfileDimension;
  readonly value: string;
}): string {
  return `${dimension} ${value}`;
}

/** A network of the internet more than a program may have by name is any of them. */
function settleOn({ values }: LearnedPlace, seen: SeenValue): SeenValue {
  if (values.has(valueKey(seen))) return seen;
  const wider = widerValue(seen);
  if (wider === undefined) return seen;
  let count = 0;
  for (const one of values.values()) if (widerValue(one) === wider) count += 1;
  return count < networkCountMax ? seen : { ...seen, value: wider };
}

/** **Unit**: event time after which any network of the internet is not expected any more. */
const widerUs = 30 * dayUs;

/** Whether a place was seen to do it: the very value, or lately the wider one. */
export function wasLearned(
  { values }: LearnedPlace,
  value: Pick<SeenValue, "dimension" | "value">,
  nowUs: TimeUs,
): boolean {
  if (values.has(valueKey(value))) return true;
  const wider = widerValue(value);
  if (wider === undefined) return false;
  const known = values.get(valueKey({ ...value, value: wider }));
  return known !== undefined && known.lastUs >= nowUs - widerUs;
}

function openPlace(book: ProfileBook, place: ProfilePlace): LearnedPlace {
  const key = profilePlaceKey(place);
  const known = book.places.get(key);
  if (known !== undefined) return known;
  if (book.places.size >= profileBounds.places) dropPlace(book);
  const made: LearnedPlace = {
    place,
    values: new Map(),
    sizes: { binary: 0, child: 0, destination: 0, path: 0, arguments: 0 },
    runs: noRuns,
    firstUs: 0,
    lastUs: 0,
  };
  book.places.set(key, made);
  return made;
}

function addValue(book: ProfileBook, at: LearnedPlace, seen: SeenValue): Learned {
  const { dimension, value, firstUs, lastUs } = seen;
  if (at.sizes[dimension] >= profileBounds.valuesPerDimension) dropValue(book, at, seen);
  while (book.valueCount >= profileBounds.values && book.places.size > 1) dropPlace(book, at);
  const made: Learned = {
    ...{ dimension, value, firstUs, lastUs },
    ...{ count: 0, days: noDays, runs: noRuns, toldUs: 0 },
  };
  at.values.set(valueKey(seen), made);
  at.sizes[dimension] += 1;
  book.valueCount += 1;
  book.watched.add(dimension);
  return made;
}

/** The one of the fewest days and runs, of these the longest unseen: habits stay. */
function dropValue(book: ProfileBook, at: LearnedPlace, { dimension, lastUs }: SeenValue): void {
  let worst: Learned | undefined;
  for (const one of at.values.values()) {
    if (one.dimension !== dimension) continue;
    if (worst === undefined || compareWeight(one, worst) < 0) worst = one;
  }
  if (worst === undefined) return;
  at.values.delete(valueKey(worst));
  at.sizes[dimension] -= 1;
  book.valueCount -= 1;
  countEvicted(book, 1, lastUs);
}

function compareWeight(a: Learned, b: Learned): number {
  return (
    a.days.length + a.runs.length - (b.days.length + b.runs.length) ||
    a.lastUs - b.lastUs ||
    compareText(a.value, b.value)
  );
}

/** The longest unseen one but `but`. */
function dropPlace(book: ProfileBook, but?: LearnedPlace): void {
  let oldest: [string, LearnedPlace] | undefined;
  for (const entry of book.places) {
    if (entry[1] === but) continue;
    if (oldest === undefined || entry[1].lastUs < oldest[1].lastUs) oldest = entry;
  }
  if (oldest === undefined) return;
  const [key, { values, lastUs }] = oldest;
  book.places.delete(key);
  book.valueCount -= values.size;
  countEvicted(book, values.size, lastUs);
}

function countEvicted({ evicted }: ProfileBook, count: number, timeUs: TimeUs): void {
  evicted.count += count;
  evicted.sinceUs = earliest(evicted.sinceUs, timeUs);
  evicted.untilUs = Math.max(evicted.untilUs, timeUs);
}

const noDays: readonly number[] = [];
const noRuns: readonly string[] = [];

/** The lists are never changed: what was seen together has the same list before and after. */
function createDayAdder() {
  let last = { days: noDays, firstDay: -1, lastDay: -1, after: noDays };
  return (days: readonly number[], { firstUs, lastUs }: SeenValue): readonly number[] => {
    const [firstDay, lastDay] = [Math.floor(firstUs / dayUs), Math.floor(lastUs / dayUs)];
    if (days.at(-1) === lastDay && days.includes(firstDay)) return days;
    if (days === last.days && firstDay === last.firstDay && lastDay === last.lastDay) {
      return last.after;
    }
    last = { days, firstDay, lastDay, after: mergeDays(days, [firstDay, lastDay]) };
    return last.after;
  };
}

/** The same of runs; "" adds nothing. */
function createRunAdder(run: string) {
  const after = new Map<readonly string[], readonly string[]>();
  return (runs: readonly string[]): readonly string[] => {
    if (run === "" || runs.includes(run)) return runs;
    let added = after.get(runs);
    if (added === undefined) {
      added = mergeTexts(runs, [run], profileListMax.runs);
      after.set(runs, added);
    }
    return added;
  };
}

function factOf(place: ProfilePlace, known: Learned): ProfileFact {
  const { dimension, value, count, days, runs, firstUs, lastUs } = known;
  return {
    kind: "profile",
    ...{ place, dimension, value, count, days, runs },
    firstSeenUs: firstUs,
    lastSeenUs: lastUs,
  };
}
