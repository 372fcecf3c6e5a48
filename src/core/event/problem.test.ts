/** Tests that problems are counted by kind, keep their first place, and stay bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "./problem.ts";

const place = (input: string, line: number) => ({ input, line, offset: line * 100 });

test("the same problem of one input is counted once with its first place", () => {
  const log = new ProblemLog();
  log.add({ code: "line-not-json", weight: "unreadable", message: "m", place: place("a", 3) });
  log.add({ code: "line-not-json", weight: "unreadable", message: "n", place: place("a", 9) });
  const [problem, ...others] = log.list();
  assert.deepEqual(others, []);
  assert.equal(problem?.count, 2);
  assert.equal(problem?.first.line, 3);
});

test("what was lost comes before what is only worth knowing", () => {
  const log = new ProblemLog();
  log.add({ code: "b", weight: "notice", message: "", place: place("a", 1) });
  log.add({ code: "a", weight: "lost", message: "", place: place("a", 1), count: 7 });
  assert.deepEqual(
    log.list().map(({ code, count }) => [code, count]),
    [
      ["a", 7],
      ["b", 1],
    ],
  );
});

test("more kinds than the bound are only counted", () => {
  const log = new ProblemLog(2);
  for (let index = 0; index < 10; index += 1) {
    log.add({ code: `c${index}`, weight: "doubtful", message: "", place: place("a", index) });
  }
  const left = log.list().find(({ code }) => code === "problems-left-out");
  assert.equal(log.list().length, 3);
  assert.equal(left?.count, 8);
});
