/** Tests the forms of values against the encoders of Node, and that alternatives stay bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeValue, fillPlaceholders, spellDashes } from "./encode-value.ts";

test("wherever a value lies in encoded bytes, one of its offsets occurs", () => {
  const bytes = fc.string({ unit: "grapheme", maxLength: 6 });
  const value = fc.string({ unit: "grapheme", minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(bytes, value, bytes, (before, wanted, after) => {
      const encoded = Buffer.from(before + wanted + after).toString("base64");
      const forms = encodeValue(wanted, ["base64offset"]);
      assert.equal(forms.length, 3);
      assert.ok(forms.some((form) => encoded.includes(form)));
    }),
  );
});

test("encodings follow each other in their order", () => {
  const wide = Buffer.from("id", "utf16le");
  assert.deepEqual(encodeValue("id", ["utf16le", "base64"]), [wide.toString("base64")]);
  assert.deepEqual(encodeValue("id", ["base64", "utf16le"]), [
    Buffer.from(Buffer.from("id").toString("base64"), "utf16le").toString("latin1"),
  ]);
  assert.deepEqual(encodeValue("i", ["utf16be"]), ["\u0000i"]);
  assert.deepEqual(encodeValue("i", ["utf16"]), ["\u00ff\u00fei\u0000"]);
});

test("a dash within a word is none of an option", () => {
  assert.equal(spellDashes(" -a-b")?.length, 5);
  assert.equal(spellDashes("-a -b -c")?.length, 125);
  assert.equal(spellDashes("-a -b -c -d"), undefined);
});

test("placeholders are filled with all values, missing ones named", () => {
  const values = new Map([["x", ["1", "2"]]]);
  assert.deepEqual(fillPlaceholders("a%x%b", values), { texts: ["a1b", "a2b"] });
  assert.deepEqual(fillPlaceholders("%y%", values), { missing: "y" });
  assert.deepEqual(fillPlaceholders("%x%".repeat(12), values), { missing: "" });
});
