/** Tests of `render-json.ts`: it is what JSON.stringify gives, in pieces, and hides nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renderJson } from "./render-json.ts";

const whole = (value: unknown) => [...renderJson(value)].join("");

test("any data comes out as JSON.stringify gives it, and reads back the same", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      const printed = whole(value);
      assert.deepEqual(JSON.parse(printed), value);
      if (/^[\n -~]*$/.test(printed)) assert.equal(printed, `${JSON.stringify(value, null, 2)}\n`);
    }),
  );
  const odd = { a: undefined, b: [undefined, [], {}], c: {}, d: [[1, [2]]], e: { f: { g: [3] } } };
  assert.equal(whole(odd), `${JSON.stringify(odd, null, 2)}\n`);
});

test("no control, direction mark or invisible character is in the text, and none is lost", () => {
  const hidden = "\u009b31m\u007f\u202e\u200b\ufeff\u2028\u00a0\u{e0041}\ud800\u001b";
  const value = { [hidden]: [hidden], deep: { deeper: { deepest: hidden } } };
  const text = whole(value);
  assert.match(text, /^[\n -~]*$/);
  assert.deepEqual(JSON.parse(text), value);
});

test("a long document comes in several pieces", () => {
  const list = Array.from({ length: 20_000 }, (_, at) => ({ at, text: "x".repeat(50) }));
  const pieces = [...renderJson({ list })];
  assert.ok(pieces.length > 3, String(pieces.length));
  assert.equal(pieces.join(""), `${JSON.stringify({ list }, null, 2)}\n`);
});
