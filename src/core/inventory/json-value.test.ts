/** Tests that fields are read by type, with the first fault told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Faults } from "./json-value.ts";
import {
  quoteText,
  readFlag,
  readNumber,
  readObjects,
  readRequiredText,
  readText,
  readTexts,
} from "./json-value.ts";

test("absent and null are absent, another type is a fault with its key", () => {
  const faults: Faults = { first: undefined };
  assert.equal(readText({ a: null }, "a", faults), "");
  assert.equal(readNumber({}, "a", faults), undefined);
  assert.equal(readFlag({ a: null }, "a", faults), undefined);
  assert.equal(faults.first, undefined);
  assert.equal(readText({ a: 5 }, "a", faults), "");
  assert.equal(readFlag({ b: "yes" }, "b", faults), undefined);
  assert.equal(faults.first, "a: expected text, found a number");
});

test("a list keeps its good elements and names the first bad one", () => {
  const faults: Faults = { first: undefined };
  assert.deepEqual(readObjects({ a: [{ x: 1 }, null, {}] }, "a", faults), [{ x: 1 }, {}]);
  assert.equal(faults.first, "a[1]: expected an object, found null");
  const others: Faults = { first: undefined };
  assert.deepEqual(readTexts({ a: ["x", 1] }, "a", others), ["x"]);
  assert.equal(others.first, "a[1]: expected text, found a number");
  assert.deepEqual(readTexts({ a: "debian" }, "a", others), ["debian"]);
});

test("required text must be there and not be empty", () => {
  for (const record of [{}, { id: "" }, { id: null }, { id: 7 }]) {
    const faults: Faults = { first: undefined };
    assert.equal(readRequiredText(record, "id", faults), "");
    assert.match(faults.first ?? "", /^id: expected text/);
  }
});

test("text from outside is quoted and cut in messages", () => {
  assert.equal(quoteText('a"\u001b[31m'), '"a\\"\\u001b[31m"');
  assert.ok(quoteText("x".repeat(10_000)).length < 130);
  assert.equal(readText({ a: "x".repeat(10_000) }, "a", { first: undefined }).length, 4096);
});
