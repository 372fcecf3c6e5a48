/** Holds which parts of a process block may vary, in JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findJsonHoles, jsonBlockShape, jsonPartShape } from "./json-block.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const hole = { start: 0, end: 1 };

test("a whole number without sign and of ten digits at most may stand in a hole", () => {
  const endOf = (text: string) => {
    const bytes = encode(text);
    return jsonBlockShape.endOfHole(bytes, 0, bytes.length, hole);
  };
  assert.deepEqual(["0,", "7", "4294967295}", "1234567890 "].map(endOf), [1, 1, 10, 10]);
  assert.deepEqual(["", "-1", "00", "01", "12345678901", "x", '"1"'].map(endOf), [
    ...[-1, -1, -1, -1, -1, -1, -1],
  ]);
});

test("a value is a hole when its key comes once and it is a plain number", () => {
  const block = encode('{"a":12,"b":1.5,"c":3}');
  const twelve = { start: 5, end: 7 };
  const half = { start: 12, end: 15 };
  const three = { start: 20, end: 21 };
  const both = findJsonHoles(block, [three], [twelve]);
  assert.deepEqual(both, { list: [twelve, three], tid: 0 });
  assert.deepEqual(findJsonHoles(block, [], [half]), { list: [], tid: -1 });
  assert.deepEqual(findJsonHoles(block, [three], [twelve, three]), { list: [three], tid: -1 });
});

test("blocks are told apart by the end of their first text", () => {
  const hashOf = (text: string) => {
    const bytes = encode(text);
    return jsonBlockShape.hash(bytes, 0, bytes.length);
  };
  const name = "bm9kZTo".repeat(14);
  const one = hashOf(`{"exec_id":"${name}1","tid":1}`);
  assert.equal(hashOf(`{"exec_id":"${name}1","tid":22}`), one);
  assert.notEqual(hashOf(`{"exec_id":"${name}2","tid":1}`), one);
});

test("parts are told apart by beginning, end and length, not by what follows", () => {
  const hashOf = (text: string) => {
    const bytes = encode(text);
    return jsonPartShape.hash(bytes, 0, bytes.length);
  };
  const pod = (name: string) => `{"name":"${name}","container":{"id":"${"x".repeat(300)}"}}`;
  assert.equal(hashOf(`${pod("a")},"tid":1}`), hashOf(pod("a")));
  assert.notEqual(hashOf(pod("a")), hashOf(pod("b")));
  const list = (last: string) => `{"list":["${"CAP_CHOWN".repeat(40)}","${last}"]}`;
  assert.notEqual(hashOf(list("CAP_BPF")), hashOf(list("CAP_LEA")));
});
