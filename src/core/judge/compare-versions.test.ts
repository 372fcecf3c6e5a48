/** Holds the laws of version orders, and which order belongs to which type. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareVersions, sharedLine } from "./compare-versions.ts";

const types = ["deb", "rpm", "apk", "python", "npm", "java-archive", "gem", "go-module", "binary"];
const piece = fc.constantFrom(
  ..."0 1 2 9 10 00 01 a b c k rc alpha beta pre post dev sp ga final snapshot r p".split(" "),
  ..."SNAPSHOT RELEASE . . . - _ ~ ^ + : ! v go _rc _p -r deb11u1 é ".split(" "),
);
const version = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(""));

for (const type of types) {
  test(`versions of type ${type} have a total order, whatever the text`, () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        assert.equal(compareVersions(type, a, a), 0);
        assert.equal(compareVersions(type, a, b) + compareVersions(type, b, a), 0);
        const rises = compareVersions(type, a, b) <= 0 && compareVersions(type, b, c) <= 0;
        if (rises) assert.ok(compareVersions(type, a, c) <= 0, `${a} | ${b} | ${c}`);
      }),
      { numRuns: 2000 },
    );
  });
}

test("each type is ordered by its own ecosystem", () => {
  assert.equal(compareVersions("deb", "1.0~rc1", "1.0"), -1);
  assert.equal(compareVersions("rpm", "1.0^git1", "1.0"), 1);
  assert.equal(compareVersions("apk", "1.0_p1", "1.0-r9"), 1);
  assert.equal(compareVersions("python", "1.0.post1", "1.0"), 1);
  assert.equal(compareVersions("npm", "1.0.0-sp", "1.0.0"), -1);
  assert.equal(compareVersions("java-archive", "1.0.0-sp", "1.0.0"), 1);
  assert.equal(compareVersions("gem", "1.0.a", "1.0"), -1);
  assert.equal(compareVersions("of no known type", "1.0.10", "1.0.9"), 1);
});

test("the release line of two versions is the numbers they begin with together", () => {
  assert.equal(sharedLine("5.2.9.RELEASE", "5.2.20"), 2);
  assert.equal(sharedLine("go1.19.1", "v1.20.3"), 1);
  assert.equal(sharedLine("1:2.3-1", "2.3-4"), 2);
  assert.equal(sharedLine("UNKNOWN", "1.2"), 0);
});
