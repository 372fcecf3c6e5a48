/**
 * Tests of what the archive on disk is made of: `bloom-filter.ts`, `name-set.ts`, `frame-index.ts`,
 * `match-record.ts`, `plain-frame.ts`, `stored-frame.ts`, `segment-files.ts`, `segment-writer.ts`,
 * `export-records.ts`, `tell-archive-error.ts`.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { ArchiveRecord } from "../../ports/archive.ts";
import { mayHold, writeBloom } from "./bloom-filter.ts";
import { exportRecords } from "./export-records.ts";
import { describeFrame, mayAnswer, readIndex, writeEntry } from "./frame-index.ts";
import { matchesRecord, wellFormed } from "./match-record.ts";
import { mayHaveContainer, mayHaveName, writeNames } from "./name-set.ts";
import { PlainFrame, readFrame } from "./plain-frame.ts";
import { listSegments, segmentName } from "./segment-files.ts";
import { SegmentWriter, segmentSizeFor } from "./segment-writer.ts";
import { openFrame, readPrefix, storeFrame } from "./stored-frame.ts";
import { tellReadError, tellWriteError } from "./tell-archive-error.ts";

const ids = Array.from({ length: 500 }, (_, n) => (n * 2654435761).toString(16).padStart(31, "0a"));

function record(more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  const bytes = Buffer.from("text");
  const ids = { source: "s", container: "c", execId: "e" };
  return { ...ids, format: "jsonl", bytes, timeUs: 5, input: 1, offset: 2, ...more };
}

function frameOf(records: readonly ArchiveRecord[], first = 1): PlainFrame {
  const frame = new PlainFrame(Buffer.alloc(64), first, 3);
  for (const one of records) frame.add(one);
  return frame;
}

test("a filter has all that was put in, and little else", () => {
  const bloom = writeBloom(ids, ids.length);
  assert.ok(ids.every((id) => mayHold(bloom, id)));
  const others = ids.map((id) => `${id}x`).filter((id) => mayHold(bloom, id));
  assert.ok(others.length < 25, `${others.length} of ${ids.length} wrongly`);
});

test("few names are listed, many are filtered, and neither forgets one or its start", () => {
  for (const count of [0, 1, 64, 65, 500]) {
    const some = ids.slice(0, count);
    const names = writeNames(new Set(some));
    assert.equal(Array.isArray(names), count <= 64);
    for (const id of some) {
      assert.ok(mayHaveName(names, id) && mayHaveContainer(names, id));
      for (const length of [1, 11, 12, 20]) assert.ok(mayHaveContainer(names, id.slice(0, length)));
    }
    assert.equal(mayHaveName(names, "nobody"), false);
  }
  const long = writeNames(new Set(["x".repeat(9000)]));
  assert.equal(Array.isArray(long), false);
});

test("an index never rules out a frame that holds an answer", () => {
  const someRecord = fc.record({
    container: fc.constantFrom("aa", "ab0", "host:x", ""),
    execId: fc.constantFrom("1", "2", "\ud800"),
    timeUs: fc.constantFrom(0, 4, 7, -1, Number.NaN, Number.POSITIVE_INFINITY),
  });
  const query = fc.record(
    {
      after: fc.integer({ min: 0, max: 8 }),
      fromUs: fc.integer({ min: 0, max: 9 }),
      untilUs: fc.integer({ min: 0, max: 9 }),
      container: fc.constantFrom("a", "aa", "host", "host:x", "host:", ""),
      execId: fc.constantFrom("1", "2", "3"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(someRecord, { minLength: 1, maxLength: 6 }), query, (given, asked) => {
      const frame = frameOf(given.map((each) => wellFormed(record(each))));
      const [entry] = readIndex(Buffer.from(writeEntry(describeFrame(frame, 0, 9)))).entries;
      assert.ok(entry !== undefined);
      const records = readFrame(frame.bytes, frame) ?? [];
      assert.equal(records.length, given.length);
      if (records.some((one) => matchesRecord(one, one, asked))) assert.ok(mayAnswer(entry, asked));
    }),
  );
});

test("an index is read up to the first line that is none or does not follow", () => {
  const line = (at: number, first: number) =>
    writeEntry(describeFrame(frameOf([record(), record()], first), at, 100));
  const good = line(0, 1) + line(100, 3);
  for (const bad of ["", "{}\n", line(300, 5), line(200, 6), line(200, 5).replace("5", "4")]) {
    const { entries, sizeBytes } = readIndex(Buffer.from(good + bad));
    assert.deepEqual([entries.length, sizeBytes], [2, good.length]);
  }
  assert.equal(readIndex(Buffer.from(good + line(200, 5))).entries.length, 3);
  assert.equal(readIndex(Buffer.from(line(100, 3))).entries.length, 0);
});

test("a stored frame with any bit changed or any byte missing is refused", () => {
  const frame = frameOf([record(), record({ bytes: Buffer.from("another text".repeat(20)) })]);
  const stored = storeFrame(frame);
  assert.ok(openFrame(stored)?.equals(frame.bytes));
  assert.equal(readPrefix(stored)?.recordCount, 2);
  for (let at = 0; at < stored.length; at++) {
    const changed = Buffer.from(stored);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    assert.equal(openFrame(changed), undefined, `byte ${at}`);
    assert.equal(openFrame(stored.subarray(0, at)), undefined);
  }
});

test("plain bytes that are no records are refused, whatever lengths they tell", () => {
  const frame = frameOf([record()]);
  const { bytes } = frame;
  const start = { firstSequence: 1, beforeUs: 0 };
  assert.equal(readFrame(bytes, { ...start, recordCount: 2 }), undefined);
  assert.equal(readFrame(bytes, { ...start, recordCount: 0 }), undefined);
  for (const at of [0, 28, 29, 33, 37]) {
    const changed = Buffer.from(bytes);
    changed[at] = 0xff;
    assert.equal(readFrame(changed, { ...start, recordCount: 1 }), undefined, `byte ${at}`);
  }
});

test("a segment that could not take a frame takes the next one in its place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-segment-"));
  try {
    const segment = await SegmentWriter.create(folder, 7);
    const first = await segment.add(frameOf([record()], 7));
    const second = await segment.add(frameOf([record()], 8));
    assert.equal(second.at, first.storedSize);
    assert.equal(segment.isFull(segment.sizeBytes + 1), false);
    assert.equal(segment.isFull(segment.sizeBytes), true);
    await segment.close();
    assert.deepEqual(await listSegments(folder), [segmentName(7)]);
    assert.deepEqual(await listSegments(join(folder, "missing")), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("segments are small where the archive is", () => {
  const sizeFor = (sizeBytesMax: number) => segmentSizeFor({ ageUsMax: 1, sizeBytesMax });
  assert.deepEqual([0, 8e6, 1e12].map(sizeFor), [262_144, 1e6, 64 * 1024 * 1024]);
});

test("an export that fails in the midst leaves nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-export-"));
  async function* failing() {
    yield record();
    throw new Error("the disk is gone");
  }
  try {
    await assert.rejects(exportRecords(failing(), join(folder, "out")), /the disk is gone/);
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("errors of the system become words and a code, quoted where a name is hostile", () => {
  const error = (code: string) => Object.assign(new Error("raw"), { code });
  const full = tellWriteError("/x\n", error("ENOSPC"));
  assert.deepEqual([full.code, full.retryable], ["disk-full", true]);
  assert.equal(full.message, '"/x\\n" could not be written: no space is left on the device.');
  assert.equal(tellWriteError("/x", error("EACCES")).code, "file-not-written");
  assert.equal(tellWriteError("/x", full), full);
  assert.equal(tellReadError("/x", error("EIO")).code, "file-unreadable");
  assert.match(tellReadError("/x", error("ENEW")).message, /raw/);
  assert.match(tellReadError("/x", 7).message, /no error/);
});
