/** Holds the cases of the version order of Ruby gems that are easily got wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareGem } from "./compare-gem.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.0.a", "1.0.b1", "1.0.rc2", "1.0", "1.0.1"],
  ["1.14.9-x86_64-linux", "1.15.0", "1.15.1-java"],
];
const same: readonly (readonly [string, string])[] = [
  ["1.0.0", "1"],
  ["1.15.0", "1.15.0-x86_64-linux"],
];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareGem(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(compareGem(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(compareGem(a, b), 0);
  });
}
