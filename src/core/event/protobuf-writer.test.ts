/** Tests of `protobuf-writer.ts` against the bytes that the specification gives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtobufWriter } from "./protobuf-writer.ts";

test("the examples of the specification come out byte for byte", () => {
  const hex = (writer: ProtobufWriter) => Buffer.from(writer.finish()).toString("hex");
  assert.equal(hex(new ProtobufWriter().varint(1, 150)), "089601");
  assert.equal(hex(new ProtobufWriter().text(2, "testing")), "120774657374696e67");
  assert.equal(
    hex(new ProtobufWriter().part(3, new ProtobufWriter().varint(1, 150).finish())),
    "1a03089601",
  );
  assert.equal(hex(new ProtobufWriter().varint(1, -2)), "08feffffffffffffffff01");
  assert.equal(hex(new ProtobufWriter().fixed64(1, 1n)), "090100000000000000");
});

test("what is longer than the first buffer is kept whole", () => {
  const long = "x".repeat(100_000);
  const bytes = new ProtobufWriter().text(1, long).varint(1001, 7).finish();
  assert.equal(bytes.length, 1 + 3 + long.length + 2 + 1);
});
