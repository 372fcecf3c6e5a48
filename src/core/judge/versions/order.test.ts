/** Holds how lists of tokens compare. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareDigits, compareTokens, compareValues, firstOrder, toNumber } from "./order.ts";

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

test("digits compare as the numbers that they are, whatever zeros stand before", () => {
  const digits = fc.stringMatching(/^0{0,3}\d{0,25}$/);
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      assert.equal(compareDigits(a, b), compareValues(toNumber(a), toNumber(b)));
    }),
  );
  const long = "9".repeat(500);
  assert.equal(
    compareDigits(long, `${long}1`),
    compareValues(toNumber(long), toNumber(`${long}1`)),
  );
  assert.equal(compareDigits("", "00"), 0);
});
