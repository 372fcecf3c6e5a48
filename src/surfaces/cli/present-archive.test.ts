/** Tests of `present-archive.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArchiveOutput } from "../../operations/archive.ts";
import { archivePresentation } from "./present-archive.ts";
import type { Format } from "./presentation.ts";

const segment = {
  ...{ name: "0000000000000001", firstSequence: 1, recordCount: 1200, sizeBytes: 2_000_000 },
  ...{ plainBytes: 40_000_000, from: null, to: "2026-01-02T15:04:05.000000Z" },
  damage: undefined,
};
const output: ArchiveOutput = {
  ...{ state: "/var/lib/waggle", from: null, to: segment.to },
  segments: [segment, { ...segment, firstSequence: 1201, damage: "its end is \x1b[2Jmissing" }],
  ...{ recordCount: 2400, sizeBytes: 4_000_000, exported: null },
};

function show(given: ArchiveOutput, format: Format = "text", top = 0): string {
  const view = { format, width: 100, color: false, top };
  const { document } = archivePresentation.show(given, view);
  const isStream = typeof document === "object" && "next" in document;
  return isStream ? [...document].join("") : document.toString();
}

test("segments are a table with their sum, damage a notice that cannot move a cursor", () => {
  const text = show(output);
  assert.match(text, /FROM RECORD/);
  assert.match(text, /2,400 records in 2 segments, 4\.0 MB/);
  assert.match(show(output, "text", 1), /^1 older segment/);
  const view = { format: "text", width: 100, color: false, top: 0 } as const;
  const { notices } = archivePresentation.show(output, view);
  assert.equal(notices.length, 1);
  assert.match(String(notices[0]), /its end is \\x1b\[2Jmissing/);
  assert.match(show({ ...output, segments: [] }), /No event is archived/);
});

test("exported files are named with what to do next, and all of it is JSON too", () => {
  const files = [
    { name: "out", format: "jsonl", recordCount: 2, sizeBytes: 300 },
    { name: "out.pb", format: "protobuf", recordCount: 1, sizeBytes: 30 },
  ] as const;
  const text = show({ ...output, exported: files });
  assert.match(text, /^out {2}JSON lines, 2 events, 300 B\nout\.pb {2}protobuf stream, 1 event,/);
  assert.match(text, /waggle inspect out out\.pb$/);
  assert.equal(JSON.parse(show({ ...output, exported: files }, "json")).exported.length, 2);
});
