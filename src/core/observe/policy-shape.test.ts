/** Tests that a policy document of any shape is read without trust. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../event/problem.ts";
import { own, ShapeReader } from "./policy-shape.ts";

test("wrong types are left out and counted, absent ones are not", () => {
  const problems = new ProblemLog();
  const reader = new ShapeReader("p.yaml", problems);
  assert.equal(reader.object(undefined, "x"), undefined);
  assert.deepEqual(reader.list(null, "x"), []);
  assert.equal(reader.leftOutCount, 0);
  assert.equal(reader.object([], "x"), undefined);
  assert.deepEqual(reader.objects([{}, 1], "x"), [{}]);
  assert.deepEqual(reader.texts(["a", 4, true, {}], "x"), ["a", "4", "true"]);
  assert.equal(reader.leftOutCount, 3);
  assert.equal(problems.list()[0]?.count, 3);
});

test("one value stands for a list of one", () => {
  const reader = new ShapeReader("p.yaml", new ProblemLog());
  assert.deepEqual(reader.texts(0, "an index"), ["0"]);
});

test("lists and texts are cut", () => {
  const reader = new ShapeReader("p.yaml", new ProblemLog());
  assert.equal(reader.list(Array(30_000).fill(1), "x").length, 20_000);
  assert.equal(reader.text("x".repeat(9000), "x")?.length, 4096);
  assert.equal(reader.leftOutCount, 1);
});

test("only a document's own keys count", () => {
  assert.equal(own({}, "constructor"), undefined);
  assert.equal(own(undefined, "x"), undefined);
  assert.equal(own(JSON.parse('{"__proto__": 1}'), "__proto__"), 1);
});
