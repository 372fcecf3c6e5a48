/**
 * Holds how a detector that lost its state knows again what was learned, by the facts of it.
 * In: an empty state, facts as a store has them. Out: the state filled, and how much of it.
 * Must never go beyond the bounds of the state, nor forget what rules said lately: nobody is to
 * learn from an attack that goes on.
 */
import { compareText } from "../../event/compare-text.ts";
import { isHostKey } from "../container-key.ts";
import type { SignalFact } from "../detect/detect-fact.ts";
import { levels } from "../detect/rule.ts";
import { earliest } from "../merge-facts.ts";
import { suspectSpan } from "./held-sessions.ts";
import type { NoveltyState } from "./novelty-detector.ts";
import { type ProfileBook, profileBounds, recallPlace } from "./profile-book.ts";
import { type ProfileFact, profilePlaceKey } from "./profile-fact.ts";

export interface RecalledProfiles {
  readonly placeCount: number;
  readonly valueCount: number;
  /** Values beyond the bounds: the store keeps longer what the state let go of. */
  readonly leftOutCount: number;
}

/** Whether nothing was learned by it, or nothing is known of it any more. */
export function knowsNothing({ book }: NoveltyState): boolean {
  return book.places.size === 0;
}

/**
 * Facts of one key must be merged. **Order**: of neither matters. **Cost**: linear in facts, but
 * for sorting.
 */
export function recallProfiles(
  state: NoveltyState,
  profiles: readonly ProfileFact[],
  signals: readonly SignalFact[],
): RecalledProfiles {
  recallSuspicions(state, signals);
  const places = [...Map.groupBy(profiles, ({ place }) => profilePlaceKey(place))]
    .map(([key, facts]) => ({ key, facts, lastUs: lastOf(facts) }))
    .sort((a, b) => b.lastUs - a.lastUs || compareText(a.key, b.key));
  for (const { facts } of places.slice(0, profileBounds.places)) recall(state.book, facts);
  const { valueCount } = state.book;
  const leftOutCount = profiles.length - valueCount;
  return { placeCount: state.book.places.size, valueCount, leftOutCount };
}

/** Of each dimension those of most days and runs: habits come first. */
function recall(book: ProfileBook, facts: readonly ProfileFact[]): void {
  const room = profileBounds.values - book.valueCount;
  const kept = [...Map.groupBy(facts, ({ dimension }) => dimension).values()].flatMap((same) =>
    same.toSorted(compareHabits).slice(0, profileBounds.valuesPerDimension),
  );
  if (room > 0) recallPlace(book, kept.toSorted(compareHabits).slice(0, room));
}

function compareHabits(a: ProfileFact, b: ProfileFact): number {
  return (
    b.days.length + b.runs.length - (a.days.length + a.runs.length) ||
    b.lastSeenUs - a.lastSeenUs ||
    compareText(a.dimension, b.dimension) ||
    compareText(a.value, b.value)
  );
}

function lastOf(facts: readonly ProfileFact[]): number {
  return facts.reduce((last, { lastSeenUs }) => Math.max(last, lastSeenUs), 0);
}

const mediumRank = levels.indexOf("medium");

/** The latest come last: of too many the oldest are forgotten. */
function recallSuspicions({ held }: NoveltyState, signals: readonly SignalFact[]): void {
  const grave = signals
    .filter(({ family, level }) => family !== "novelty" && levels.indexOf(level) >= mediumRank)
    .sort((a, b) => a.lastSeenUs - b.lastSeenUs);
  for (const { container, entry, entryKind, host, firstSeenUs, lastSeenUs } of grave) {
    suspectSpan(
      held,
      {
        entry,
        host: entryKind === "service" ? host : "",
        container: isHostKey(container) ? "" : container,
      },
      { fromUs: earliest(firstSeenUs, lastSeenUs), toUs: lastSeenUs },
    );
  }
}
