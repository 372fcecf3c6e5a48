/** Holds the cases of the version order of Python packages that are easily got wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparePep440 } from "./compare-pep440.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+local", "1.0.post1"],
  ["1.0.post1.dev1", "1.0.post1", "1.0-2", "1.1", "2018.4.16", "1!0.1"],
  ["1.0+abc", "1.0+5"],
  ["no version", "0.dev0"],
];
const same: readonly (readonly [string, string])[] = [
  ["1.0alpha1", "1.0.0a1"],
  ["1.0-1", "1.0.post1"],
];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(comparePep440(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(comparePep440(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(comparePep440(a, b), 0);
  });
}
