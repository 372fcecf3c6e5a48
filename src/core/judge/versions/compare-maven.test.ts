/** Holds the easily missed cases of Maven's version order, and of versions of no known scheme. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareMaven } from "./compare-maven.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.0-alpha-1", "1.0-beta", "1.0-m3", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0-sp1"],
  ["1.0-foo", "1.0-1", "1.0.1", "1.0.10"],
  ["5.2.6.RELEASE", "5.2.20.RELEASE", "5.3.18"],
  ["2.9.8", "2.9.10.8", "2.12.6.1", "2.13.0-rc1", "2.13.0"],
  ["1.0.2", "1.0.2a", "1.0.2k", "1.1.0"],
];
const same: readonly (readonly [string, string])[] = [
  ["1.0.GA", "1"],
  ["1-a1", "1-alpha-1"],
  ["1.0-CR2", "1.0-rc2"],
];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareMaven(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(compareMaven(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(compareMaven(a, b), 0);
  });
}
