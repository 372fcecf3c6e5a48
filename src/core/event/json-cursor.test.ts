/** Holds the law that what the cursor passes or reads is what `JSON.parse` takes and gives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JsonCursor, Unsure } from "./json-cursor.ts";
import { KeyTable } from "./key-table.ts";

function passes(text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const cursor = new JsonCursor();
  cursor.open(bytes, 0, bytes.length);
  try {
    cursor.passValue();
    return cursor.peek() === 0 && cursor.at === bytes.length;
  } catch (error) {
    assert.ok(error instanceof Unsure);
    return false;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("every JSON value is passed", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => assert.ok(passes(text))));
});

test("texts of the letters of JSON are passed exactly when they are JSON", () => {
  const letters = fc.constantFrom(...'[]{}:,"\\ntrue0123456789-+.eE u\t\u0001é'.split(""));
  const tokens = fc.constantFrom(
    "true",
    "null",
    '"a"',
    '"a":',
    "1",
    "-1.5e3",
    "[",
    "]",
    "{",
    "}",
    ",",
  );
  for (const piece of [letters, tokens, fc.oneof(letters, tokens)]) {
    const texts = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, (text) => assert.equal(passes(text), parses(text), text)),
      { numRuns: 4000 },
    );
  }
});

test("numbers are read as JSON.parse reads them, or left to it", () => {
  const letters = fc.constantFrom(..."0123456789-+.eE".split(""));
  const texts = fc.oneof(
    fc.array(letters, { minLength: 1, maxLength: 20 }).map((all) => all.join("")),
    fc.double().map((value) => `${value}`),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value) => `${value}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const bytes = new TextEncoder().encode(`${text},`);
      const cursor = new JsonCursor();
      cursor.open(bytes, 0, bytes.length);
      try {
        const value = cursor.readNumber();
        if (cursor.peek() === 0x2c) assert.ok(Object.is(value, JSON.parse(text)), text);
      } catch (error) {
        assert.ok(error instanceof Unsure && !parses(text), text);
      }
    }),
    { numRuns: 4000 },
  );
});

test("a key is found in any order, and a guess that fails costs nothing else", () => {
  const keys = new KeyTable(["pid", "uid", "binary", "bindry"]);
  const cursor = new JsonCursor();
  for (const text of ['"pid":"uid" :"x":"binary":', '"pid":"binary":"uid":"bindry":"":']) {
    const bytes = new TextEncoder().encode(text);
    cursor.open(bytes, 0, bytes.length);
    const found: string[] = [];
    let previous = keys.start;
    while (cursor.at < bytes.length) {
      const key = cursor.readKey(keys, previous);
      found.push(key?.text ?? "");
      if (key !== undefined) previous = key;
    }
    const expected = text.split(":").map((one) => one.replaceAll(/["x ]/g, ""));
    assert.deepEqual(found, expected.slice(0, -1));
  }
});
