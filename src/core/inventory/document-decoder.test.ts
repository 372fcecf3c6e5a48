/** Tests that decoders report faults with input, path and place, and counts instead of floods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../event/problem.ts";
import { DocumentProblems } from "./document-decoder.ts";

test("the first place of each kind is kept, the rest is counted", () => {
  const log = new ProblemLog();
  const problems = new DocumentProblems("a.json", log);
  for (let index = 0; index < 1000; index += 1) {
    problems.leftOut({ path: `artifacts[${index}]`, offset: index * 10 }, "expected an object");
  }
  const [first, ...others] = log.list();
  assert.deepEqual(others, []);
  assert.deepEqual([first?.count, first?.first.offset, first?.first.input], [1000, 0, "a.json"]);
  assert.match(first?.message ?? "", /^artifacts\[0\]: expected an object/);
});

test("no fault is no problem; what is lost weighs more than what is odd", () => {
  const log = new ProblemLog();
  const problems = new DocumentProblems("a.json", log);
  const place = { path: "files[1]", offset: 5 };
  problems.doubt(place, { first: undefined });
  assert.deepEqual(log.list(), []);
  problems.doubt(place, { first: "mode: expected a number, found text" });
  problems.tooMany("files", 10);
  problems.tooLarge(place);
  problems.remark("schema-newer", "notice", "it is new.");
  assert.deepEqual(
    log.list().map(({ code, weight }) => [code, weight]),
    [
      ["element-too-large", "lost"],
      ["list-too-long", "lost"],
      ["field-wrong-type", "doubtful"],
      ["schema-newer", "notice"],
    ],
  );
});
