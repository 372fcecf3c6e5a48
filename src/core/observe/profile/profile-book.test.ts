/** Tests what profiles learn: the same in any order, within bounds, and what is evicted is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { factKey } from "../fact-key.ts";
import { FactSet } from "../fact-set.ts";
import {
  allProfileFacts,
  createProfileBook,
  type LearnedSession,
  learnSession,
  matureProfile,
  profileBounds,
} from "./profile-book.ts";
import { profilePlaceKey } from "./profile-fact.ts";

const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };
const hourUs = 3_600_000_000;
const dayUs = 24 * hourUs;
const startUs = 20_000 * dayUs;

function session(values: readonly string[], timeUs = startUs, run = "run-1"): LearnedSession {
  const times = { count: 1, firstUs: timeUs, lastUs: timeUs };
  return {
    place,
    run,
    values: values.map((value) => ({ dimension: "binary" as const, value, ...times })),
  };
}

test("a value counts up, over days and runs", () => {
  const book = createProfileBook();
  learnSession(book, session(["/a"]));
  learnSession(book, session(["/a"], startUs + dayUs, "run-2"));
  const [fact] = [...allProfileFacts(book)];
  assert.deepEqual(
    [fact?.count, fact?.days, fact?.runs],
    [2, [20_000, 20_001], ["run-1", "run-2"]],
  );
});

test("only news are told: what merely counts on is told once an hour", () => {
  const book = createProfileBook();
  assert.equal(learnSession(book, session(["/a"])).length, 1);
  assert.equal(learnSession(book, session(["/a"], startUs + 1)).length, 0);
  assert.equal(learnSession(book, session(["/a"], startUs + 2, "run-2")).length, 1);
  assert.equal(learnSession(book, session(["/a"], startUs + 2 * hourUs)).length, 1);
});

test("law: sessions in any order, told in any batches, give the same facts", () => {
  const one = fc.record({
    values: fc.uniqueArray(fc.constantFrom("/a", "/b", "/c"), { maxLength: 3 }),
    hour: fc.nat({ max: 60 }),
    run: fc.constantFrom("run-1", "run-2", ""),
  });
  const many = fc
    .array(one, { maxLength: 12 })
    .chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
  fc.assert(
    fc.property(many, ([list, other]) => {
      const told = [list, other].map((sessions) => {
        const book = createProfileBook();
        const facts = new FactSet();
        for (const { values, hour, run } of sessions) {
          for (const fact of learnSession(book, session(values, startUs + hour * hourUs, run))) {
            facts.add(fact);
          }
        }
        for (const fact of allProfileFacts(book)) facts.add(fact);
        return facts.canonical();
      });
      assert.equal(told[0], told[1]);
    }),
  );
});

test("beyond the bound of a place the rarest goes, a habit stays, and it is counted", () => {
  const book = createProfileBook();
  for (let day = 0; day < 3; day++) learnSession(book, session(["/habit"], startUs + day * dayUs));
  const many = Array.from({ length: 2 * profileBounds.valuesPerDimension }, (_, at) => `/x${at}`);
  for (const value of many) learnSession(book, session([value]));
  const values = [...allProfileFacts(book)].map(({ value }) => value);
  assert.equal(values.length, profileBounds.valuesPerDimension);
  assert.equal(book.valueCount, profileBounds.valuesPerDimension);
  assert.ok(values.includes("/habit"));
  assert.equal(book.evicted.count, many.length + 1 - profileBounds.valuesPerDimension);
});

test("beyond the bound of places the longest unseen goes", () => {
  const book = createProfileBook();
  for (let at = 0; at <= profileBounds.places; at++) {
    learnSession(book, { ...session(["/a"], startUs + at), place: { ...place, name: `w${at}` } });
  }
  assert.equal(book.places.size, profileBounds.places);
  assert.equal(book.evicted.count, 1);
  assert.ok(!book.places.has(profilePlaceKey({ ...place, name: "w0" })));
});

test("a place is mature after a day, or after many runs and an hour", () => {
  const maturity = { matureUs: dayUs, matureRuns: 3 };
  const key = profilePlaceKey(place);
  const book = createProfileBook();
  const isMature = (nowUs: number) => matureProfile(book, key, nowUs, maturity) !== undefined;
  learnSession(book, session(["/a"]));
  assert.ok(!isMature(startUs + dayUs - 1));
  assert.ok(isMature(startUs + dayUs));
  for (const run of ["run-2", "run-3"]) learnSession(book, session(["/a"], startUs, run));
  assert.ok(!isMature(startUs + hourUs - 1), "a crash loop teaches little");
  assert.ok(isMature(startUs + hourUs));
});

test("names that hold separators are still two values of two places", () => {
  const keys = [
    { ...place, namespace: 'a","b' },
    { ...place, namespace: "a", kind: "b" },
    { ...place, namespace: "\u0000a" },
  ].map((one) => {
    const book = createProfileBook();
    learnSession(book, { ...session(["/a\u0000b"]), place: one });
    const [fact] = [...allProfileFacts(book)];
    return fact === undefined ? "" : factKey(fact);
  });
  assert.equal(new Set(keys).size, 3);
});

test("values that were seen on the same days and runs share their lists", () => {
  const book = createProfileBook();
  const listsOf = (value: string) => {
    const known = book.places.get(profilePlaceKey(place))?.values.get(`binary ${value}`);
    assert.ok(known !== undefined);
    return known;
  };
  learnSession(book, session(["a", "b"]));
  learnSession(book, session(["a", "b", "c"], startUs + dayUs, "run-2"));
  assert.deepEqual(listsOf("a").runs, ["run-1", "run-2"]);
  assert.deepEqual(listsOf("c").runs, ["run-2"]);
  assert.deepEqual(listsOf("b").days, [20_000, 20_001]);
  assert.equal(listsOf("a").runs, listsOf("b").runs);
  assert.equal(listsOf("a").days, listsOf("b").days);
  const { runs } = listsOf("a");
  learnSession(book, session(["a"], startUs, "run-1"));
  assert.equal(listsOf("a").runs, runs, "what is known makes no new list");
});
