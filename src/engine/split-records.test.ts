/** Holds how streams are cut into records: the same records wherever the chunks are cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordedLines, recordedMessages } from "../testing/recorded-events.ts";
import type { RecordSink, RecordSplitter } from "./raw-record.ts";
import { createFrameSplitter } from "./split-frames.ts";
import { createLineSplitter } from "./split-lines.ts";
import { createRecordSplitter } from "./split-records.ts";

interface Split {
  /** `text@offset:line`, with `…` after incomplete ones. */
  readonly records: string[];
  /** `code@offset:line` */
  readonly oddities: string[];
}

const latin = new TextDecoder("latin1");
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function split(
  chunks: readonly Uint8Array[],
  make: (sink: RecordSink) => RecordSplitter = (sink) => createRecordSplitter(sink),
): Split {
  const records: string[] = [];
  const oddities: string[] = [];
  const splitter = make({
    onRecord({ bytes, start, end, offset, line, complete }) {
      const text = latin.decode(bytes.subarray(start, end));
      records.push(`${text}@${offset}:${line}${complete ? "" : "…"}`);
    },
    onOddity: ({ code, offset, line }) => oddities.push(`${code}@${offset}:${line}`),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { records, oddities };
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)];
  return places.map((place, index) => bytes.slice(place, places[index + 1] ?? bytes.length));
}

function framed(messages: readonly Uint8Array[]): Uint8Array {
  const parts = messages.map((message) => {
    const part = new Uint8Array(4 + message.length);
    new DataView(part.buffer).setUint32(0, message.length);
    part.set(message, 4);
    return part;
  });
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const piece = fc.constantFrom(
  ...["{}", '{"a":1}', "\n", "\n\n", "\r\n", "\0", "\0\0\0", " ", "x".repeat(30), "{", '"', "ä"],
  ...["2026-03-15T00:06:32.475152409Z stdout F ", "2026-03-15T00:06:32.4Z stdout P "],
  ...["2026-03-15T00:06:32Z stderr P:x ", "[pod/a/b] ", '{"log":"{\\"b\\":2}\\n"}'],
  ...['{"log":"half","stream":"stderr"}', "stdout F "],
);

test("lines are the same wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 24 }).map((pieces) => bytesOf(pieces.join(""))),
      fc.array(fc.nat(600), { maxLength: 12 }),
      fc.constantFrom(8, 20, 50, 1000),
      (bytes, cuts, sizeBytesMax) => {
        const make = (sink: RecordSink) => createLineSplitter(sink, sizeBytesMax);
        const whole = split([bytes], make);
        assert.deepEqual(split(cutAt(bytes, cuts), make), whole);
        const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
        assert.deepEqual(split(single, make), whole);
      },
    ),
    { numRuns: 500 },
  );
});

test("messages are the same wherever the stream is cut", () => {
  const message = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.nat(9),
      fc.array(fc.nat(150), { maxLength: 8 }),
      (messages, lost, cuts) => {
        const bytes = framed(messages);
        const kept = bytes.subarray(0, Math.max(0, bytes.length - lost));
        const make = (sink: RecordSink) => createFrameSplitter(sink, 10);
        assert.deepEqual(split(cutAt(kept, cuts), make), split([kept], make));
      },
    ),
  );
});

test("recorded streams are told apart and give all their records", () => {
  const lines = recordedLines("pairs");
  const text = joined(lines.flatMap((line) => [line, bytesOf("\n")]));
  const byLines = split(cutAt(text, [7, 100_000, 100_001, 900_000]));
  assert.equal(byLines.records.length, lines.length);
  assert.equal(byLines.records[0], `${latin.decode(lines[0])}@0:1`);
  const messages = recordedMessages();
  const byFrames = split(cutAt(framed(messages), [2, 50_000, 50_003]));
  assert.equal(byFrames.records.length, messages.length);
  assert.equal(byFrames.records[0], `${latin.decode(messages[0])}@0:1`);
  assert.deepEqual([...byLines.oddities, ...byFrames.oddities], []);
});

test("blank lines and Windows line ends are passed over, places are kept", () => {
  const { records, oddities } = split([bytesOf("{}\r\n\n  \r\n{1}\n{2}")]);
  assert.deepEqual(records, ["{}@0:1", "{1}@9:4", "{2}@13:5…"]);
  assert.deepEqual(oddities, []);
});

test("a hole of NUL bytes does not take the line behind it along", () => {
  for (const hole of [1, 3, 4, 5, 100, 70_000]) {
    const bytes = joined([new Uint8Array(hole), bytesOf("{}\n{1}\n"), new Uint8Array(hole)]);
    const { records, oddities } = split(cutAt(bytes, [hole >> 1, hole + 1]));
    assert.deepEqual(records, [`{}@${hole}:1`, `{1}@${hole + 3}:2`], `hole of ${hole}`);
    assert.equal(oddities.length, 2);
    assert.match(oddities[0] ?? "", /^nul-bytes@\d+:1$/);
  }
});

test("a line that is too long is skipped once, with its place, and memory stays bounded", () => {
  const sink: string[] = [];
  const oddities: string[] = [];
  const splitter = createRecordSplitter({
    onRecord: ({ start, end }) => sink.push(String(end - start)),
    onOddity: ({ code, offset, line }) => oddities.push(`${code}@${offset}:${line}`),
  });
  splitter.push(bytesOf("{}\n"));
  const before = process.memoryUsage().arrayBuffers;
  const chunk = new Uint8Array(1024 * 1024).fill(0x20);
  for (let count = 0; count < 200; count++) splitter.push(chunk);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 128 * 1024 * 1024, `${grown} bytes`);
  splitter.push(bytesOf("\n{1}\n"));
  splitter.end();
  assert.deepEqual(sink, ["2", "3"]);
  assert.deepEqual(oddities, ["line-too-long@3:2"]);
});

test("a line of ten megabytes is a line", () => {
  const line = bytesOf(`{"a":"${"b".repeat(10_000_000)}"}`);
  const { records } = split(cutAt(joined([line, bytesOf("\n{}\n")]), [3, 4_000_000, 9_999_999]));
  assert.deepEqual(
    records.map((record) => record.length),
    [line.length + "@0:1".length, `{}@${line.length + 1}:2`.length],
  );
});

test("a message cut at the end is told, a damaged length ends the stream", () => {
  const good = bytesOf("\u000aabc");
  const bytes = framed([good, good]);
  const cut = split([bytes.subarray(0, -1)]);
  assert.deepEqual(cut.oddities, ["message-cut@8:2"]);
  assert.equal(cut.records.length, 1);
  const damaged = joined([bytes, Uint8Array.of(0xff, 0xff, 0xff, 0xff), bytes]);
  const lost = split(cutAt(damaged, [17]));
  assert.deepEqual(lost.oddities, ["message-too-long@16:3"]);
  assert.equal(lost.records.length, 2);
});

test("empty messages are passed over and told", () => {
  const good = bytesOf("\u000aabc");
  const { records, oddities } = split([framed([good, new Uint8Array(0), good])]);
  assert.deepEqual(
    records.map((record) => record.slice(4)),
    ["@0:1", "@12:2"],
  );
  assert.deepEqual(oddities, ["message-empty@8:2"]);
});

test("a stream shorter than what tells its format is read all the same", () => {
  assert.deepEqual(split([]).records, []);
  assert.deepEqual(split([bytesOf("{"), bytesOf("}")]).records, ["{}@0:1…"]);
  assert.deepEqual(split([bytesOf("{}\n")]).records, ["{}@0:1"]);
});
