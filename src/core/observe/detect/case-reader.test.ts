/** Tests of reading plain data with paths: what is taken, and what is said of the rest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CaseProblem, CaseReader } from "./case-reader.ts";

function read(plain: unknown) {
  const problems: CaseProblem[] = [];
  const reader = CaseReader.of(plain, "top", problems);
  const told = () => problems.map(({ path, message }) => `${path} ${message}`);
  return { reader, told };
}

test("what is absent gives what was asked for instead, and null counts as absent", () => {
  const { reader, told } = read({ none: null });
  assert.equal(reader.text("none", "x"), "x");
  assert.equal(reader.number("gone", 7), 7);
  assert.equal(reader.flag("gone"), false);
  assert.deepEqual([...reader.list("gone"), ...reader.texts("gone"), ...reader.maps("gone")], []);
  assert.equal(reader.map("gone"), undefined);
  assert.deepEqual(told(), []);
});

test("a wrong type is told with its path, and is not taken for absent", () => {
  const { reader, told } = read({ a: [1], b: -1, c: "yes", d: "x", e: [1], f: [{}, 5] });
  assert.equal(reader.text("a"), "");
  assert.equal(reader.number("b", 3), 3);
  assert.equal(reader.flag("c"), false);
  assert.deepEqual(reader.list("d"), []);
  assert.deepEqual(reader.texts("e"), []);
  assert.equal(reader.maps("f").length, 2);
  assert.deepEqual(told(), [
    "top.a is no text",
    "top.b is no number from 0",
    "top.c is neither true nor false",
    "top.d is no list",
    "top.e is no list of texts",
    "top.f[1] is no map",
  ]);
});

test("keys that nobody asked for are told at the end, those of a prototype are none", () => {
  const { reader, told } = read({ known: "a", other: 1 });
  assert.equal(reader.text("known"), "a");
  assert.equal(reader.has("toString"), false);
  reader.finish();
  assert.deepEqual(told(), ["top.other is not known here"]);
});

test("whatever the data, nothing is thrown and complaints have a bound", () => {
  fc.assert(
    fc.property(fc.anything(), (plain) => {
      const { reader, told } = read(plain);
      for (const key of [...reader.keys(), "a"].slice(0, 200)) {
        reader.text(key);
        reader.number(key, 0);
        reader.texts(key);
        reader.maps(key);
      }
      reader.finish();
      assert.ok(told().length <= 100);
    }),
  );
});
