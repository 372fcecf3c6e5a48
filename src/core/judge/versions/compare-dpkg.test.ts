/** Holds the cases of the version order of Debian packages that are easily got wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareDpkg } from "./compare-dpkg.ts";

/** Each list rises strictly. */
const rising: readonly (readonly string[])[] = [
  ["1.0~rc1-1", "1.0-1", "1.0-1+deb11u1", "1.0-1+deb11u2", "1.0-1.1", "1.0-2", "1.0a-1"],
  ["1.0~~", "1.0~", "1.0", "1.0+b1", "1.0.1", "1.10", "1:0.5", "2:0.1"],
  ["2.36.1-8", "2.36.1-8+deb11u1", "2.36.1-8+deb11u10"],
];
const same: readonly (readonly [string, string])[] = [["0:1.0-0", "1.0"]];

for (const versions of rising) {
  test(`${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareDpkg(lower, higher), -1, `${lower} < ${higher}`);
        assert.equal(compareDpkg(higher, lower), 1, `${higher} > ${lower}`);
      }
    });
  });
}

for (const [a, b] of same) {
  test(`${a} is ${b}`, () => {
    assert.equal(compareDpkg(a, b), 0);
  });
}
