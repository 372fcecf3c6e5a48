/** Tests of short ids, and of words that say where a finding is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { choosePlaced, type FindingPlace } from "./choose-placed.ts";
import { shortenIds } from "./shorten-ids.ts";

test("ids are eight digits, or as many as tell them apart", () => {
  const ids = ["aaaaaaaaaaaa0001", "aaaaaaaaaaab0001", "bbbbbbbbbbbb0001", "bbbbbbbbbbbb0001"];
  assert.deepEqual(
    [...shortenIds(ids)],
    [
      ["aaaaaaaaaaaa0001", "aaaaaaaaaaaa"],
      ["aaaaaaaaaaab0001", "aaaaaaaaaaab"],
      ["bbbbbbbbbbbb0001", "bbbbbbbb"],
    ],
  );
});

test("law: a short id is the start of one id alone, or a whole one", () => {
  const anyId = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(fc.uniqueArray(anyId, { maxLength: 40 }), (ids) => {
      for (const [id, short] of shortenIds(ids)) {
        assert.ok(id.startsWith(short));
        const meant = ids.filter((one) => one.startsWith(short));
        assert.ok(short === id || meant.length === 1, `${short} of ${id}`);
      }
    }),
  );
});

const place = (given: Partial<FindingPlace>): FindingPlace => ({
  ...{ workload: "", imageReference: "", imageDigest: "", packages: [] },
  ...given,
});

test("what is called exactly so goes before what only ends so", () => {
  const all = [
    place({ workload: "web" }),
    place({ workload: "shop/web/web" }),
    place({ imageReference: "registry.example/lab/web:1" }),
  ];
  const chosen = (...words: string[]) => choosePlaced(all, words, (one) => one);
  assert.deepEqual(chosen("web"), [all[0]]);
  assert.deepEqual(chosen("shop/web"), [all[1]]);
  assert.deepEqual(chosen("lab/web"), [all[2]]);
  assert.deepEqual(chosen("web:1"), [all[2]]);
  assert.deepEqual(chosen("we"), []);
  assert.deepEqual(chosen(""), []);
  assert.deepEqual(chosen(), all);
});

test("law: no word throws, and another word never adds a finding", () => {
  const anyWord = fc.oneof(
    fc.string(),
    fc.constantFrom("a", "b", "a/b", "sha256:aaaaaa", ":", "@"),
  );
  const anyPlace = fc.record({
    workload: anyWord,
    imageReference: anyWord,
    imageDigest: anyWord,
    packages: fc.array(anyWord, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fc.array(anyPlace), fc.array(anyWord), anyWord, (all, words, word) => {
      const before = choosePlaced(all, words, (one) => one);
      const after = choosePlaced(all, [...words, word], (one) => one);
      assert.ok(after.every((one) => before.includes(one)));
    }),
  );
});
