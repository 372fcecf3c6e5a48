/** Holds which processes a dump of the cache has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeEvent } from "../../core/event/encode-protobuf.ts";
import { ProtobufCursor } from "../../core/event/protobuf-cursor.ts";
import { ProcessCache } from "./process-cache.ts";
import { Fields } from "./read-fields.ts";

const message = (type: string, exec_id: string, binary = "/bin/x") =>
  encodeEvent({ [type]: { process: { exec_id, binary } } }).bytes;

/** `exec_id binary` of each process of the dump. */
function namesOf(cache: ProcessCache): readonly string[] {
  const dump = cache.dump();
  const cursor = new ProtobufCursor();
  cursor.open(dump, 0, dump.length);
  const names: string[] = [];
  while (cursor.at < cursor.end) {
    cursor.readTag();
    const end = cursor.readRangeEnd();
    const process = new Fields(new Fields(dump.subarray(cursor.at, end)).part(1) ?? dump);
    names.push(`${process.text(1)} ${process.text(5)}`);
    cursor.at = end;
  }
  return names;
}

test("a process is there from its exec to its exit, as its last exec told it", () => {
  const cache = new ProcessCache();
  cache.note(message("process_exec", "a"));
  cache.note(message("process_exec", "b"));
  cache.note(message("process_kprobe", "c"));
  cache.note(message("process_exec", "a", "/bin/y"));
  assert.deepEqual(namesOf(cache), ["b /bin/x", "a /bin/y"]);
  cache.note(message("process_exit", "b"));
  cache.note(message("process_exit", "never seen"));
  assert.deepEqual(namesOf(cache), ["a /bin/y"]);
});

test("broken messages and processes without an identity change nothing", () => {
  const cache = new ProcessCache();
  for (const bytes of [[], [0x0a], [0x0a, 0x7f], [0x0a, 0x02, 0x0a, 0x7f]]) {
    cache.note(Uint8Array.from(bytes));
  }
  cache.note(message("process_exec", ""));
  assert.deepEqual(namesOf(cache), []);
});

test("beyond its bounds the oldest is forgotten", () => {
  const few = new ProcessCache({ countMax: 3, sizeBytesMax: 1_000_000 });
  for (const execId of "abcdefg") few.note(message("process_exec", execId));
  assert.deepEqual(namesOf(few), ["e /bin/x", "f /bin/x", "g /bin/x"]);
  const small = new ProcessCache({ countMax: 1000, sizeBytesMax: 500 });
  for (const execId of "abcdefg") small.note(message("process_exec", execId, "/".repeat(200)));
  assert.equal(namesOf(small).length, 2);
});
