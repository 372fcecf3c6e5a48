/**
 * Holds the detector that learns what workloads do and tells of what is new.
 * In: acts, signals of other detectors. Out: `profile` facts of what was learned; signals of
 * novelty, where a profile is frozen or old enough.
 * Must never learn from a session that other rules speak of, nor weigh as much as they do.
 */
import type { TimeUs } from "../../event/event.ts";
import { hasFlag } from "../../event/process-flags.ts";
import type { Act } from "../detect/act.ts";
import type { DetectContext, Detector, Hit } from "../detect/detector.ts";
import { levels } from "../detect/rule.ts";
import { allowsValue, FrozenProfiles, type Profile } from "./frozen-profile.ts";
import {
  createHeldSessions,
  type HeldSessions,
  holdValue,
  sessionOf,
  suspect,
  takeQuiet,
} from "./held-sessions.ts";
import { noveltyListings, noveltyRules } from "./novelty-rules.ts";
import {
  allProfileFacts,
  createProfileBook,
  learnSession,
  type Maturity,
  matureProfile,
  type ProfileBook,
  wasLearned,
} from "./profile-book.ts";
import { type ProfileDimension, type ProfilePlace, profilePlaceKey } from "./profile-fact.ts";
import { type ProfileValue, placeOf, ValueReader } from "./read-values.ts";

export interface NoveltyOptions {
  /** Those of people; what is frozen is no longer learned. */
  readonly profiles?: readonly Profile[];
  /**
   * True where the input has an end, and all sessions are over then. A daemon ends copies of its
   * state all day: it must not learn from sessions that go on.
   */
  readonly learnsAtEnd?: boolean;
  /** **Unit**: hours of event time after which what is new is told; 24 when left out. */
  readonly matureHours?: number;
  /** Or so many runs (containers) and an hour; 10 when left out. */
  readonly matureRuns?: number;
}

/** Plain data. */
export interface NoveltyState {
  readonly book: ProfileBook;
  readonly held: HeldSessions;
  lookedUs: TimeUs;
  toldEvictions: number;
}

/** Under which its state is kept. */
export const noveltyName = "novelty";

const hourUs = 3_600_000_000;
/** **Unit**: event time between two looks at what is over. */
const lookUs = 15_000_000;
const mediumRank = levels.indexOf("medium");

/** **Cost**: tens of nanoseconds an act that says nothing; some microseconds an exec. */
export function createNoveltyDetector(options: NoveltyOptions = {}): Detector<NoveltyState> {
  const { profiles = [], learnsAtEnd = false, matureHours = 24, matureRuns = 10 } = options;
  const maturity = { matureUs: matureHours * hourUs, matureRuns };
  const frozen = new FrozenProfiles(profiles);
  const expectedOf = createExpectation(frozen, maturity);
  const reader = new ValueReader();

  return {
    name: noveltyName,
    listings: noveltyListings,
    start: () => ({
      book: createProfileBook(),
      held: createHeldSessions(),
      lookedUs: 0,
      toldEvictions: 0,
    }),
    step(state, act, context) {
      const values = reader.read(act);
      if (values.length === 0) return;
      const place = placeOf(act.subject);
      const session = sessionOf(state.held, act.subject, place, act.timeUs);
      if (session === undefined) return;
      const fresh = values.filter((value) => holdValue(state.held, session, value, act.timeUs));
      if (fresh.length === 0 || wasThereBefore(act)) return;
      const expected = expectedOf(state.book, place, act.timeUs);
      if (expected === undefined) return;
      const news = fresh.filter(
        (value) => expected.watched.has(value.dimension) && !expected.has(value),
      );
      for (const value of telling(news)) context.hit(hitOf(act, value, place, expected.how));
    },
    heard(state, hit, context) {
      if (hit.rule.family === "novelty") return;
      if (levels.indexOf(hit.rule.level) < mediumRank) return;
      suspect(state.held, hit.subject, context.nowUs);
    },
    tick(state, context) {
      const { nowUs } = context;
      if (nowUs < state.lookedUs + lookUs && nowUs >= state.lookedUs) return;
      state.lookedUs = nowUs;
      learn(state, context, nowUs);
    },
    finish(state, context) {
      if (!learnsAtEnd) return;
      learn(state, context, undefined);
      for (const fact of allProfileFacts(state.book)) context.emit?.(fact);
    },
  };

  function learn(state: NoveltyState, context: DetectContext, nowUs: TimeUs | undefined): void {
    for (const session of takeQuiet(state.held, context.book, nowUs)) {
      const { place, container, values } = session;
      if (frozen.of(place, profilePlaceKey(place)) !== undefined) continue;
      const facts = learnSession(state.book, { place, run: container, values: values.values() });
      for (const fact of facts) context.emit?.(fact);
    }
    if (context.emit !== undefined) tellEvictions(state, context.emit);
  }
}

interface Expected {
  readonly how: "frozen" | "learned";
  readonly watched: ReadonlySet<ProfileDimension>;
  has(value: ProfileValue): boolean;
}

/** What a place is expected to do; undefined where that is not known. */
function createExpectation(frozen: FrozenProfiles, maturity: Maturity) {
  return (book: ProfileBook, place: ProfilePlace, nowUs: TimeUs): Expected | undefined => {
    const key = profilePlaceKey(place);
    const fixed = frozen.of(place, key);
    if (fixed !== undefined) {
      return { how: "frozen", watched: fixed.watched, has: (value) => allowsValue(fixed, value) };
    }
    const known = matureProfile(book, key, nowUs, maturity);
    if (known === undefined) return undefined;
    const has = (value: ProfileValue) => wasLearned(known, value, nowUs);
    return { how: "learned", watched: book.watched, has };
  };
}

/** A listing of what ran already: it did not begin now. */
function wasThereBefore({ kind, event }: Act): boolean {
  return kind === "exec" && hasFlag(event.process?.flags ?? "", "procFS");
}

/** A program that is new has new arguments and a new starter: that is one thing to say. */
function telling(news: readonly ProfileValue[]): readonly ProfileValue[] {
  const has = (dimension: string): boolean => news.some((one) => one.dimension === dimension);
  const hides = has("binary") ? ["child", "arguments"] : has("child") ? ["arguments"] : [];
  return news.filter(({ dimension }) => !hides.includes(dimension));
}

function hitOf(act: Act, value: ProfileValue, place: ProfilePlace, how: string): Hit {
  const owner = place.namespace === "" ? place.name : `${place.namespace}/${place.name}`;
  const part = place.container === "" ? "" : `, ${place.container}`;
  return {
    rule: noveltyRules[value.dimension],
    subject: act.subject,
    others: [],
    because: [`${value.dimension} ${value.value} is not in the ${how} profile of ${owner}${part}`],
    indicators: [],
    incomplete: act.subject.argumentsCut && value.dimension === "arguments",
  };
}

/** One loss that grows. */
function tellEvictions(state: NoveltyState, emit: NonNullable<DetectContext["emit"]>): void {
  const { evicted } = state.book;
  if (evicted.count === state.toldEvictions) return;
  state.toldEvictions = evicted.count;
  emit({
    kind: "loss",
    node: "",
    container: "",
    reason: "profile-eviction",
    sinceUs: evicted.sinceUs,
    untilUs: evicted.untilUs,
    count: evicted.count,
    detail: "values of profiles beyond their bounds: they may seem new when they come again",
  });
}
