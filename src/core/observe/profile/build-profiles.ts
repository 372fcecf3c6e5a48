/**
 * Holds how facts of profiles become profiles that a person reads, and what sets two apart.
 * In: facts; profiles of files. Out: one profile a place, differences.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import { earliest, mergeTexts } from "../merge-facts.ts";
import { widerValue } from "./destination-value.ts";
import { allowsValue, FrozenProfiles, type Profile } from "./frozen-profile.ts";
import { mergeDays } from "./merge-profile-facts.ts";
import { valueKey } from "./profile-book.ts";
import {
  type ProfileDimension,
  type ProfileFact,
  type ProfilePlace,
  profileDimensions,
  profilePlaceKey,
} from "./profile-fact.ts";
import type { ProfileValue } from "./read-values.ts";

export interface ObservedValue extends ProfileValue {
  readonly count: number;
  readonly dayCount: number;
  readonly runCount: number;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
}

/** What a workload was seen to do, as far as it was learned. */
export interface ObservedProfile {
  readonly place: ProfilePlace;
  readonly watched: readonly ProfileDimension[];
  readonly dayCount: number;
  readonly runCount: number;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  /** **Order**: by dimension, then value. */
  readonly values: readonly ObservedValue[];
}

/** **Order**: by place. A dimension counts as watched where any workload showed anything in it. */
export function buildProfiles(facts: readonly ProfileFact[]): readonly ObservedProfile[] {
  const seen = new Set(facts.map(({ dimension }) => dimension));
  const watched = profileDimensions.filter((dimension) => seen.has(dimension));
  return [...Map.groupBy(facts, ({ place }) => profilePlaceKey(place))]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, own]) => {
      const [first] = own;
      return first === undefined ? [] : [buildOne(first.place, watched, own)];
    });
}

function buildOne(
  place: ProfilePlace,
  watched: readonly ProfileDimension[],
  facts: readonly ProfileFact[],
): ObservedProfile {
  const none: readonly number[] = [];
  const noRuns: readonly string[] = [];
  return {
    place,
    watched,
    dayCount: facts.reduce((days, one) => mergeDays(days, one.days), none).length,
    runCount: facts.reduce((runs, one) => mergeTexts(runs, one.runs), noRuns).length,
    firstSeenUs: facts.reduce((first, one) => earliest(first, one.firstSeenUs), 0),
    lastSeenUs: facts.reduce((last, one) => Math.max(last, one.lastSeenUs), 0),
    values: facts.map(observe).sort(compareValues),
  };
}

function observe(fact: ProfileFact): ObservedValue {
  const { dimension, value, count, days, runs, firstSeenUs, lastSeenUs } = fact;
  const counts = { count, dayCount: days.length, runCount: runs.length };
  return { dimension, value, ...counts, firstSeenUs, lastSeenUs };
}

function compareValues(a: ProfileValue, b: ProfileValue): number {
  const order = profileDimensions.indexOf(a.dimension) - profileDimensions.indexOf(b.dimension);
  return order || compareText(a.value, b.value);
}

/** As it is written down: reviewed or not, it holds what was seen. */
export function toProfile({ place, watched, values }: ObservedProfile, frozen: boolean): Profile {
  return { place, frozen, watched, values };
}

export interface ProfileDifference {
  readonly place: ProfilePlace;
  /** False: no profile of the files is of this place; then all of it is new. */
  readonly hasProfile: boolean;
  readonly added: readonly ObservedValue[];
  /** In the profile, and not seen. */
  readonly unseen: readonly ProfileValue[];
}

/** **Order**: by place; those without any difference are left out. */
export function compareProfiles(
  given: readonly Profile[],
  observed: readonly ObservedProfile[],
): readonly ProfileDifference[] {
  const known = new FrozenProfiles(given.map((one) => ({ ...one, frozen: true })));
  return observed.flatMap(({ place, values }): readonly ProfileDifference[] => {
    const profile = known.of(place, profilePlaceKey(place));
    if (profile === undefined) return [{ place, hasProfile: false, added: values, unseen: [] }];
    const seen = new Set(values.flatMap(keysOf));
    const added = values.filter((value) => !allowsValue(profile, value));
    const unseen = profile.values.filter((value) => !seen.has(valueKey(value)));
    const isEqual = added.length + unseen.length === 0;
    return isEqual ? [] : [{ place, hasProfile: true, added, unseen: [...unseen] }];
  });
}

/** Its own, and that of the wider one, which was seen with it. */
function keysOf(value: ProfileValue): readonly string[] {
  const wider = widerValue(value);
  return wider === undefined
    ? [valueKey(value)]
    : [value, { ...value, value: wider }].map(valueKey);
}
