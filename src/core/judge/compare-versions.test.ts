/** Holds the laws of version orders, and the cases that are easily got wrong. */
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

/** Each list rises strictly. */
const rising: readonly (readonly [string, readonly string[]])[] = [
  ["deb", ["1.0~rc1-1", "1.0-1", "1.0-1+deb11u1", "1.0-1+deb11u2", "1.0-1.1", "1.0-2", "1.0a-1"]],
  ["deb", ["1.0~~", "1.0~", "1.0", "1.0+b1", "1.0.1", "1.10", "1:0.5", "2:0.1"]],
  ["deb", ["2.36.1-8", "2.36.1-8+deb11u1", "2.36.1-8+deb11u10"]],
  [
    "rpm",
    ["1.0~rc1-1", "1.0-1.el8", "1.0-1.el9", "1.0-1.el9_2", "1.0^git1-1", "1.0.1-1", "1:0.1-1"],
  ],
  ["rpm", ["4.18.0-80.el8", "4.18.0-80.1.el8", "4.18.0-147.el8"]],
  ["apk", ["1.2_alpha1", "1.2_rc1-r0", "1.2_rc2-r0", "1.2-r0", "1.2-r1", "1.2-r10", "1.2_p1-r0"]],
  ["apk", ["3.0.7-r0", "3.0.7-r2", "3.0.8-r0", "3.0.8a-r0", "3.0.10-r0"]],
  ["npm", ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0"]],
  ["npm", ["4.17.4", "4.17.21", "5.0.0-rc.1", "5.0.0"]],
  [
    "go-module",
    ["v0.0.0-20190308221718-c2843e01d9a2", "v0.0.0-20220722155237-a158d28d115b", "0.1.0"],
  ],
  ["go-module", ["(devel)", "go1.19.1", "1.20rc2", "1.20rc10", "go1.20", "1.20.3"]],
  ["dotnet", ["1.0.0.3", "1.0.0.4", "1.0.1"]],
  [
    "python",
    ["1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+local", "1.0.post1"],
  ],
  ["python", ["1.0.post1.dev1", "1.0.post1", "1.0-2", "1.1", "2018.4.16", "1!0.1"]],
  [
    "java-archive",
    ["1.0-alpha-1", "1.0-beta", "1.0-m3", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0-sp1"],
  ],
  ["java-archive", ["1.0-foo", "1.0-1", "1.0.1", "1.0.10"]],
  ["java-archive", ["5.2.6.RELEASE", "5.2.20.RELEASE", "5.3.18"]],
  ["java-archive", ["2.9.8", "2.9.10.8", "2.12.6.1", "2.13.0-rc1", "2.13.0"]],
  ["gem", ["1.0.a", "1.0.b1", "1.0.rc2", "1.0", "1.0.1"]],
  ["gem", ["1.14.9-x86_64-linux", "1.15.0", "1.15.1-java"]],
  ["binary", ["1.0.2", "1.0.2a", "1.0.2k", "1.1.0"]],
];

for (const [type, versions] of rising) {
  test(`${type}: ${versions.join(" < ")}`, () => {
    versions.forEach((higher, index) => {
      for (const lower of versions.slice(0, index)) {
        assert.equal(compareVersions(type, lower, higher), -1, `${lower} < ${higher}`);
      }
    });
  });
}

test("spellings of the same version are equal", () => {
  const same: readonly (readonly [string, string, string])[] = [
    ["npm", "v1.2", "1.2.0+build"],
    ["go-module", "v1.2.3+incompatible", "1.2.3"],
    ["python", "1.0alpha1", "1.0.0a1"],
    ["python", "1.0-1", "1.0.post1"],
    ["java-archive", "1.0.GA", "1"],
    ["java-archive", "1-a1", "1-alpha-1"],
    ["gem", "1.0.0", "1"],
    ["deb", "0:1.0-0", "1.0"],
    ["rpm", "0:1.0", "1_0"],
  ];
  for (const [type, a, b] of same)
    assert.equal(compareVersions(type, a, b), 0, `${type} ${a} ${b}`);
});

test("the release line of two versions is the numbers they begin with together", () => {
  assert.equal(sharedLine("5.2.9.RELEASE", "5.2.20"), 2);
  assert.equal(sharedLine("go1.19.1", "v1.20.3"), 1);
  assert.equal(sharedLine("1:2.3-1", "2.3-4"), 2);
  assert.equal(sharedLine("UNKNOWN", "1.2"), 0);
});
