/** Holds the cases of the version order of RPM packages that are easily got wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRpm } from "./compare-rpm.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.0~rc1-1", "1.0-1.el8", "1.0-1.el9", "1.0-1.el9_2", "1.0^git1-1", "1.0.1-1", "1:0.1-1"],
  ["4.18.0-80.el8", "4.18.0-80.1.el8", "4.18.0-147.el8"],
  ["1.0a", "1.0.1"],
];
const same: readonly (readonly [string, string])[] = [["0:1.0", "1_0"]];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareRpm(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(compareRpm(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(compareRpm(a, b), 0);
  });
}
