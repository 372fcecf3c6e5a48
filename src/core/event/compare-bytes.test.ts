/** Holds the law that bytes compared eight at a time are the bytes compared one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Span } from "./byte-store.ts";
import { holdsAt } from "./compare-bytes.ts";

test("a part is there exactly when all of its bytes are", () => {
  const parts = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(parts, fc.nat(9), fc.nat(), fc.nat(255), (part, start, place, byte) => {
      const bytes = new Uint8Array(part.length + 12).fill(9);
      bytes.set(part, start);
      const around = new Uint8Array(part.length + 7).fill(8);
      around.set(part, 3);
      const span = { view: new DataView(around.buffer), start: 3, end: 3 + part.length };
      assert.ok(holdsAt(new DataView(bytes.buffer), start, span));
      if (part.length === 0) return;
      const at = start + (place % part.length);
      const same = bytes[at] === byte;
      bytes[at] = byte;
      assert.equal(holdsAt(new DataView(bytes.buffer), start, span), same);
    }),
  );
});

test("bits that are no number, and both zeros, are compared as bytes", () => {
  const zero = new DataView(new ArrayBuffer(8));
  const negativeZero = new DataView(new ArrayBuffer(8));
  negativeZero.setFloat64(0, -0);
  assert.equal(holdsAt(zero, 0, whole(negativeZero)), false);
  const noNumber = new DataView(new ArrayBuffer(8));
  noNumber.setFloat64(0, Number.NaN);
  assert.equal(holdsAt(noNumber, 0, whole(noNumber)), true);
});

function whole(view: DataView): Span {
  return { view, start: 0, end: view.byteLength };
}
