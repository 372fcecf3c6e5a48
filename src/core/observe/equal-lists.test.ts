/** Holds that lists of numbers are found equal where they are, and that no choice is slow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findEqualLists, type NumberLists, startsOf, zipNumbers } from "./equal-lists.ts";

function joined(lists: readonly (readonly number[])[]): NumberLists {
  return { starts: startsOf(lists.map(({ length }) => length)), numbers: lists.flat() };
}

test("law: each list has the number of the first that is equal", () => {
  const number = fc.oneof(fc.nat(2), fc.constantFrom(2 ** 31, 2 ** 40, 0.5, -1));
  fc.assert(
    fc.property(fc.array(fc.array(number, { maxLength: 4 }), { maxLength: 60 }), (lists) => {
      const texts = lists.map((list) => JSON.stringify(list));
      const expected = texts.map((text) => texts.indexOf(text));
      assert.deepEqual([...findEqualLists(joined(lists))], expected);
    }),
    { numRuns: 1000 },
  );
});

test("rows of columns are compared as lists are", () => {
  const lists = zipNumbers(4, [Int32Array.of(1, 1, 2, 1), [0.5, 2, 0.5, 0.5]]);
  assert.deepEqual([...findEqualLists(lists)], [0, 1, 2, 0]);
  assert.deepEqual([...findEqualLists(zipNumbers(3, []))], [0, 0, 0]);
  assert.deepEqual([...findEqualLists(zipNumbers(0, [[]]))], []);
});

test("of lists that all look alike at a glance only a few are compared", () => {
  const [count, reads] = [2000, { count: 0 }];
  // They differ in what a print of 32 bits does not have.
  const all = Float64Array.from({ length: count }, (_, at) => at * 2 ** 32);
  const numbers = new Proxy(all, {
    get: (target, key) => {
      reads.count += 1;
      return Reflect.get(target, key);
    },
  });
  const first = findEqualLists({ starts: startsOf(new Uint32Array(count).fill(1)), numbers });
  assert.deepEqual([...first], [...all.keys()]);
  assert.ok(reads.count < 100 * count, `${reads.count} reads`);
});
