/** Holds how lists of tokens compare. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareTokens, compareValues, firstOrder, toNumber } from "./order.ts";

const number = (value: bigint) => ({ rank: 1, value });

test("the first token that differs decides, by kind before value", () => {
  assert.equal(compareTokens([number(2n)], [number(10n)]), -1);
  assert.equal(compareTokens([{ rank: 0, value: "z" }], [number(1n)]), -1);
  assert.equal(compareTokens([number(1n)], [number(1n)]), 0);
});

test("where a list ends, the other's token is compared with the end", () => {
  assert.equal(compareTokens([], [number(0n)]), -1);
  assert.equal(compareTokens([], [{ rank: -1, value: "~" }]), 1);
});

test("numbers are of any length, and their cost is bounded", () => {
  assert.equal(compareValues(toNumber("9".repeat(30)), toNumber("1".repeat(31))), -1);
  assert.equal(toNumber(""), 0n);
  assert.ok(toNumber("9".repeat(1e6)) < 10n ** 400n);
  assert.equal(firstOrder(0, 1, -1), 1);
});
