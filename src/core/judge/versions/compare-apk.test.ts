/** Holds the cases of the version order of Alpine packages that are easily got wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareApk } from "./compare-apk.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.2_alpha1", "1.2_rc1-r0", "1.2_rc2-r0", "1.2-r0", "1.2-r1", "1.2-r10", "1.2_p1-r0"],
  ["3.0.7-r0", "3.0.7-r2", "3.0.8-r0", "3.0.8a-r0", "3.0.10-r0"],
];
const same: readonly (readonly [string, string])[] = [["1.2", "1.02"]];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareApk(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(compareApk(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(compareApk(a, b), 0);
  });
}
