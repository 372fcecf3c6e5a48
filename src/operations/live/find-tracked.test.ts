/** Tests of how findings are named and which are alike; of the time that operations go by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TrackedFinding } from "../../core/judge/change/finding-change.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { sampleTracked as finding } from "../../testing/sample-history.ts";
import { noOutside } from "../../testing/still-context.ts";
import { findSimilar } from "./find-similar.ts";
import { findOneTracked, findTracked } from "./find-tracked.ts";
import { stateField, timeOf } from "./state-field.ts";

const all = [
  finding("aaaa1111"),
  finding("aaaa2222", { package: "zlib", workload: "shop/api/api" }),
  finding("bbbb3333", { vulnerability: "CVE-2", aliases: [] }),
];
const ids = (found: readonly TrackedFinding[]) => found.map(({ id }) => id);

test("a finding is named by its id, the start of it, a vulnerability or its alias", () => {
  assert.deepEqual(ids(findTracked(all, { finding: "aaaa1111" })), ["aaaa1111"]);
  assert.deepEqual(ids(findTracked(all, { finding: "aaaa" })), ["aaaa1111", "aaaa2222"]);
  assert.deepEqual(ids(findTracked(all, { finding: "ghsa-1" })), ["aaaa1111", "aaaa2222"]);
  assert.deepEqual(ids(findTracked(all, { finding: "CVE-1", package: "ZLIB" })), ["aaaa2222"]);
  assert.equal(findOneTracked(all, { finding: "bbbb" }).id, "bbbb3333");
});

test("what means several, or nothing, is refused with what there is", () => {
  const refused = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error instanceof WaggleError ? `${error.code} ${error.message}` : "";
    }
    return "";
  };
  const several = refused(() => findOneTracked(all, { finding: "CVE-1" }));
  assert.match(several, /^usage "CVE-1" means 2 findings: aaaa1111 \(openssl of shop\/web\), /);
  const none = refused(() => findTracked(all, { finding: "CVE-3\u001b", package: "x" }));
  assert.match(
    none,
    /^not-found "CVE-3\\x1b of x" is not in the history \(3 findings\)\. Near: CVE-/,
  );
  assert.match(
    refused(() => findTracked(all, { finding: "aaa" })),
    /^not-found/,
  );
});

test("a vulnerability and where it is mean one: workload, image, digest or package", () => {
  const digest = `sha256:${"ab12".repeat(16)}`;
  const some = [
    finding("a1b2c3d4e5f60001", { imageReference: "registry.example/shop/web:2" }),
    finding("a1b2c3d4e5f60002", { imageReference: "registry.example/shop/web:1", state: "gone" }),
    finding("b1b2c3d4e5f60003", { workload: "shop/api/sidecar", imageDigest: digest }),
    finding("b1b2c3d4e5f60004", { workload: "lab/web/web", package: "zlib", version: "1.2" }),
  ];
  const found = (query: string, place?: readonly string[]) =>
    ids(findTracked(some, { finding: query, place })).map((id) => id.slice(-1));
  assert.deepEqual(found("CVE-1 shop/api"), ["3"]);
  assert.deepEqual(found("cve-1", ["sidecar"]), ["3"]);
  assert.deepEqual(found("CVE-1", ["SHOP/WEB"]), ["1", "2"]);
  assert.deepEqual(found("CVE-1", ["shop/web", "web:1"]), ["2"]);
  assert.deepEqual(found("CVE-1 registry.example/shop/web:2"), ["1"]);
  assert.deepEqual(found("CVE-1 web"), ["1", "2", "4"], "a name that two namespaces have");
  assert.deepEqual(found("CVE-1 sha256:ab12ab12"), ["3"]);
  assert.deepEqual(found("CVE-1 zlib@1.2"), ["4"]);
  assert.deepEqual(found("b1b2 lab"), ["4"]);
  assert.throws(() => findTracked(some, { finding: "CVE-1", place: ["db"] }), {
    code: "not-found",
    message:
      '"CVE-1" is in the history, but not of "db": it is in openssl of shop/web/web, ' +
      "openssl of shop/api/sidecar, zlib of lab/web/web.",
  });
  assert.throws(() => findOneTracked(some, { finding: "CVE-1 shop/web" }), {
    code: "usage",
    message:
      '"CVE-1 shop/web" means 2 findings: a1b2c3d4e5f60001 (openssl of shop/web, ' +
      "registry.example/shop/web:2, open), a1b2c3d4e5f60002 (openssl of shop/web, " +
      "registry.example/shop/web:1, gone); give the id of one, or say where.",
  });
});

test("alike is by equal keys, those that were answered first", () => {
  const [one] = all;
  assert.ok(one !== undefined);
  const more = [
    ...all,
    finding("c1", { vulnerability: "CVE-9", aliases: [], package: "curl", state: "fixed" }),
    finding("c2", { vulnerability: "CVE-9", aliases: [], package: "curl" }),
    finding("c3", { workload: "shop/db/db" }),
    finding("c4", { workload: "shop/old/old", state: "fixed" }),
    finding("c5", {
      package: "openssl",
      packageType: "npm",
      vulnerability: "CVE-8",
      aliases: [],
      workload: "x",
    }),
  ];
  assert.deepEqual(
    findSimilar(one, more).map(({ finding: { id }, matched }) => [id, matched.length]),
    [
      ["c4", 2],
      ["c3", 2],
      ["aaaa2222", 1],
      ["bbbb3333", 2],
      ["c1", 1],
    ],
  );
});

test("law: the order of what is alike does not hang on that of the history", () => {
  const anyFinding = fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    workload: fc.constantFrom("a", "b"),
    package: fc.constantFrom("x", "y"),
    state: fc.constantFrom("open" as const, "fixed" as const),
  });
  fc.assert(
    fc.property(fc.uniqueArray(anyFinding, { selector: ({ id }) => id, maxLength: 30 }), (many) => {
      const tracked = many.map((one) => finding(one.id, one));
      const similar = findSimilar(finding("!"), tracked);
      assert.ok(similar.length <= many.length);
      assert.deepEqual(findSimilar(finding("!"), tracked.toReversed()), similar);
    }),
  );
});

test("the time is that of the surface, else of the clock", () => {
  const clock = { ...noOutside.services.clock, nowUs: () => 7 };
  const outside = { ...noOutside, services: { ...noOutside.services, clock } };
  assert.equal(timeOf({ now: undefined, outside }), 7);
  assert.equal(timeOf({ now: "1970-01-01T00:00:01Z", outside }), 1e6);
  assert.equal(stateField.safeParse("").success, false);
});
