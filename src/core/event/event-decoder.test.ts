/** Holds the law of doubts: what is noted of a part later is as good as noted one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DecodeProblemCode, Doubts } from "./event-decoder.ts";

const codes: readonly DecodeProblemCode[] = [
  "text-cut",
  "number-inexact",
  "list-cut",
  "time-invalid",
  "field-wrong-type",
  "record-ambiguous",
];

test("the worst doubt is told, of equals the first", () => {
  const doubts = new Doubts();
  doubts.note("text-cut", "a");
  doubts.note("field-wrong-type", "b");
  doubts.note("field-wrong-type", "c");
  doubts.note("number-inexact", "d");
  assert.equal(doubts.problem?.message, "`b` has an unexpected type, taken as absent.");
  assert.equal(doubts.problem?.weight, "doubtful");
  doubts.clear();
  assert.equal(doubts.problem, undefined);
});

test("doubts of a part, kept and added later, come to the same", () => {
  const notes = fc.array(fc.tuple(fc.constantFrom(...codes), fc.constantFrom("a", "b", "c")));
  fc.assert(
    fc.property(notes, notes, notes, (before, part, after) => {
      const single = new Doubts();
      for (const [code, field] of [...before, ...part, ...after]) single.note(code, field);
      const inner = new Doubts();
      for (const [code, field] of part) inner.note(code, field);
      const outer = new Doubts();
      for (const [code, field] of before) outer.note(code, field);
      outer.add(inner.problem);
      for (const [code, field] of after) outer.note(code, field);
      assert.deepEqual(outer.problem, single.problem);
    }),
  );
});
