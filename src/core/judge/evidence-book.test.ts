/** Tests that evidence has stable ids and keeps what leads to the raw event. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleUse } from "../../testing/sample-image.ts";
import { formatTime } from "../event/format-time.ts";
import { EvidenceBook } from "./evidence-book.ts";

const citation = {
  timeUs: 1_700_000_000_123_456,
  node: "node-1",
  execId: "bm9kZTox",
  pid: 7,
  binary: "/usr/sbin/nginx",
  sensor: "mmap",
  policy: "file-open",
  input: 1,
  offset: 4096,
} as const;

test("the same fact gives the same id, ids follow the order of citing", () => {
  const book = new EvidenceBook(["a.jsonl", "b.jsonl"]);
  const first = sampleUse({ path: "/usr/lib/a.so", how: "mapped", citations: [citation] });
  const second = sampleUse({ path: "/usr/lib/b.so", how: "mapped" });
  assert.equal(book.addUse(first, "mapped"), "e1");
  assert.equal(book.addUse(second, "mapped"), "e2");
  assert.equal(book.addUse({ ...first, count: 9 }, "mapped"), "e1");
  assert.equal(book.addInferred({ shows: "linked", path: "/usr/lib/c.so", from: first }), "e3");
  assert.deepEqual(Object.keys(book.all()), ["e1", "e2", "e3"]);
});

test("a record leads to the event: time, process, input and offset", () => {
  const book = new EvidenceBook(["a.jsonl", "b.jsonl"]);
  book.addUse(sampleUse({ path: "/x.so", how: "mapped", citations: [citation] }), "mapped");
  const record = book.all()["e1"];
  assert.equal(record?.input, "b.jsonl");
  assert.equal(record?.offset, 4096);
  assert.equal(record?.time, "2023-11-14T22:13:20.123456Z");
  assert.equal(record?.execId, "bm9kZTox");
  assert.equal(record?.policy, "file-open");
});

test("what was executed is proven by its exec, not by the open of its file before", () => {
  const book = new EvidenceBook(["a.jsonl", "b.jsonl"]);
  const exec = { ...citation, sensor: "exec" as const, binary: "/app/run", offset: 8192 };
  const opened = { ...citation, sensor: "open" as const, binary: "/entrypoint.sh" };
  const citations = [opened, exec];
  book.addUse(sampleUse({ path: "/app/run", how: "executed", citations }), "executed");
  book.addUse(sampleUse({ path: "/app/run", how: "read", citations }), "read");
  assert.deepEqual(
    Object.values(book.all()).map(({ binary, offset }) => [binary, offset]),
    [
      ["/app/run", 8192],
      ["/entrypoint.sh", 4096],
    ],
  );
});

test("a fact without citation is still evidence, and says that it has none", () => {
  const book = new EvidenceBook([]);
  book.addUse(sampleUse({ path: "/x.so" }), "read");
  const record = book.all()["e1"];
  assert.deepEqual([record?.time, record?.input, record?.offset], [null, "", -1]);
});

test("privileges are cited with what they are about", () => {
  const book = new EvidenceBook(["a"]);
  const id = book.addPrivilege({
    kind: "privilege",
    container: "c",
    privilege: "capability",
    detail: "CAP_SYS_ADMIN",
    source: "seen",
    firstSeenUs: 1,
    lastSeenUs: 1,
    citations: [citation],
  });
  assert.equal(book.all()[id]?.shows, "privilege: capability CAP_SYS_ADMIN");
});

test("times are written with microseconds, and no time is null", () => {
  assert.equal(formatTime(1), "1970-01-01T00:00:00.000001Z");
  assert.equal(formatTime(0), null);
  assert.equal(formatTime(Number.MAX_SAFE_INTEGER), "2255-06-05T23:47:34.740991Z");
  assert.equal(formatTime(Number.MAX_VALUE), null);
  assert.equal(formatTime(Number.NaN), null);
});
