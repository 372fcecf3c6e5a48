/** Holds the cases of the version order of semantic versions that are easily got wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareSemver } from "./compare-semver.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0"],
  ["4.17.4", "4.17.21", "5.0.0-rc.1", "5.0.0"],
  ["v0.0.0-20190308221718-c2843e01d9a2", "v0.0.0-20220722155237-a158d28d115b", "0.1.0"],
  ["(devel)", "go1.19.1", "1.20rc2", "1.20rc10", "go1.20", "1.20.3"],
  ["1.0.0.3", "1.0.0.4", "1.0.1"],
];
const same: readonly (readonly [string, string])[] = [
  ["v1.2", "1.2.0+build"],
  ["v1.2.3+incompatible", "1.2.3"],
];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareSemver(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(compareSemver(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(compareSemver(a, b), 0);
  });
}
