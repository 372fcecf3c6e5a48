/** Tests that facts of profiles bring back what was learned: the same, in bounds, no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleSignal, webContainer } from "../../../testing/sample-incident.ts";
import { FactSet } from "../fact-set.ts";
import { createHeldSessions } from "./held-sessions.ts";
import type { NoveltyState } from "./novelty-detector.ts";
import {
  allProfileFacts,
  createProfileBook,
  learnSession,
  matureProfile,
  profileBounds,
} from "./profile-book.ts";
import { type ProfileFact, profileDimensions, profilePlaceKey } from "./profile-fact.ts";
import { knowsNothing, recallProfiles } from "./recall-profiles.ts";

const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };
const hourUs = 3_600_000_000;
const startUs = 20_000 * 24 * hourUs;

function empty(): NoveltyState {
  const book = createProfileBook();
  return { book, held: createHeldSessions(), lookedUs: 0, toldEvictions: 0 };
}

function canonical(facts: Iterable<ProfileFact>): string {
  const set = new FactSet();
  for (const fact of facts) set.add(fact);
  return set.canonical();
}

const fact: ProfileFact = {
  kind: "profile",
  ...{ place, dimension: "binary", value: "/a", count: 1, days: [20_000], runs: ["run-1"] },
  firstSeenUs: startUs,
  lastSeenUs: startUs,
};

test("law: whatever was learned is known again by its facts, its age too", () => {
  const one = fc.record({
    name: fc.constantFrom("api", "web"),
    value: fc.constantFrom("/a", "/b", "/c"),
    dimension: fc.constantFrom(...profileDimensions),
    hour: fc.nat({ max: 60 }),
    run: fc.constantFrom("run-1", "run-2", ""),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 20 }), (sessions) => {
      const { book } = empty();
      for (const { name, value, dimension, hour, run } of sessions) {
        const timeUs = startUs + hour * hourUs;
        const values = [{ dimension, value, count: 1, firstUs: timeUs, lastUs: timeUs }];
        learnSession(book, { place: { ...place, name }, run, values });
      }
      const told = [...allProfileFacts(book)];
      const state = empty();
      const { leftOutCount } = recallProfiles(state, told.toReversed(), []);
      assert.equal(leftOutCount, 0);
      assert.equal(canonical(allProfileFacts(state.book)), canonical(told));
      assert.equal(state.book.valueCount, book.valueCount);
      assert.deepEqual(new Set(state.book.watched), new Set(book.watched));
      assert.equal(knowsNothing(state), sessions.length === 0);
      const maturity = { matureUs: 24 * hourUs, matureRuns: 2 };
      for (const key of book.places.keys()) {
        for (const hour of [0, 1, 24, 61]) {
          const ask = [key, startUs + hour * hourUs, maturity] as const;
          const isMature = matureProfile(book, ...ask) !== undefined;
          assert.equal(matureProfile(state.book, ...ask) !== undefined, isMature);
        }
      }
    }),
  );
});

test("of more facts than there is room for habits stay, and nothing counts as evicted", () => {
  const many = Array.from({ length: profileBounds.valuesPerDimension + 5 }, (_, at) => {
    return { ...fact, value: `/x${at}`, days: at === 3 ? [20_000, 20_001] : [20_000] };
  });
  const places = Array.from({ length: profileBounds.places }, (_, at) => {
    const lastSeenUs = startUs - 1 - at;
    return { ...fact, place: { ...place, name: `w${at}` }, lastSeenUs };
  });
  const state = empty();
  const { leftOutCount, placeCount } = recallProfiles(state, [...places, ...many], []);
  assert.equal(placeCount, profileBounds.places);
  assert.equal(leftOutCount, 5 + 1, "values beyond their bound, and the place longest unseen");
  assert.ok(!state.book.places.has(profilePlaceKey({ ...place, name: `w${places.length - 1}` })));
  assert.ok(state.book.places.get(profilePlaceKey(place))?.values.has("binary /x3"));
  assert.equal(state.book.evicted.count, 0);
});

test("what rules said goes on to be suspicious, what novelty said does not", () => {
  const state = empty();
  const signal = {
    ...sampleSignal({ process: "p", entry: "e", second: 1 }),
    level: "high",
  } as const;
  const others = [
    { ...signal, entry: "novel", family: "novelty" as const },
    { ...signal, entry: "faint", level: "low" as const },
  ];
  recallProfiles(state, [], [signal, ...others]);
  const keys = [...state.held.suspicions.keys()];
  assert.ok(keys.includes("entry e") && keys.includes(`container ${webContainer}`), keys.join());
  assert.deepEqual(
    keys.filter((key) => /novel|faint/.test(key)),
    [],
  );
  assert.deepEqual(state.held.suspicions.get("entry e"), [
    { fromUs: signal.firstSeenUs, toUs: signal.lastSeenUs },
  ]);
});
