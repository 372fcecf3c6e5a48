/**
 * Holds how the reading of lines goes on in another splitter: from any byte on, everything is
 * handed out and told once.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RecordSink, SplitPlace } from "./raw-record.ts";
import { createLineSplitter } from "./split-lines.ts";

const latin = new TextDecoder("latin1");
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Everything that is handed out, with its place in the stream. */
class Told {
  readonly said: string[] = [];

  sink(startOffset: number): RecordSink {
    return {
      onRecord: ({ bytes, start, end, offset, complete }) => {
        const text = latin.decode(bytes.subarray(start, end));
        this.said.push(`${text}@${offset + startOffset}${complete ? "" : "…"}`);
      },
      onOddity: ({ code, offset }) => this.said.push(`${code}@${offset + startOffset}`),
    };
  }
}

/** One splitter up to each cut, then another one from where the first was left. */
function splitInParts(bytes: Uint8Array, cuts: readonly number[], sizeBytesMax: number) {
  const told = new Told();
  let place: SplitPlace = { pendingOffset: 0, doneOffset: 0, longOffset: -1 };
  const ends = [...cuts].sort((a, b) => a - b);
  for (const to of [...ends, bytes.length]) {
    const start = place.pendingOffset;
    const done = { doneOffset: place.doneOffset - start, longOffset: place.longOffset - start };
    const splitter = createLineSplitter(told.sink(start), sizeBytesMax, done);
    // Two pieces, so that lines are carried from one to the other, too.
    const middle = start + Math.max(0, Math.floor((to - start) / 2));
    splitter.push(bytes.slice(start, middle));
    splitter.push(bytes.slice(middle, Math.max(to, middle)));
    if (to === bytes.length) {
      splitter.end();
      return told.said;
    }
    const { pendingOffset, doneOffset, longOffset } = splitter.place();
    assert.ok(pendingOffset <= doneOffset);
    place = {
      pendingOffset: start + pendingOffset,
      doneOffset: start + doneOffset,
      longOffset: longOffset < 0 ? -1 : start + longOffset,
    };
  }
  return told.said;
}

const piece = fc.constantFrom(
  ...["{}", '{"a":1}', "\n", "\n\n", "\r\n", "\0", "\0\0\0", " ", "x".repeat(30), "{", "garbage\n"],
  ...["2026-03-15T00:06:32.4Z stdout F {1}\n", "2026-03-15T00:06:32.4Z stdout P {2"],
  ...["2026-03-15T00:06:32Z stderr P {3\n", "2026-03-15T00:06:32Z stderr F 4}\n"],
  ...["[pod/a/b] ", '{"log":"{\\"b\\":2}\\n"}\n', '{"log":"half","stream":"stderr"}\n'],
);
const streams = fc.array(piece, { maxLength: 24 }).map((pieces) => bytesOf(pieces.join("")));

test("law: lines that are read on from anywhere, and however often, are each told once", () => {
  fc.assert(
    fc.property(
      streams,
      fc.array(fc.nat(600), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(8, 20, 50, 1000),
      (bytes, places, sizeBytesMax) => {
        const cuts = places.map((place) => place % (bytes.length + 1));
        const before = cuts.filter((cut) => cut < bytes.length);
        const whole = splitInParts(bytes, [], sizeBytesMax);
        assert.deepEqual(splitInParts(bytes, before, sizeBytesMax), whole);
      },
    ),
    { numRuns: 2000 },
  );
});

test("a part whose end never comes keeps its place, and what came after is not told again", () => {
  const text = '2026-03-15T00:06:32Z stderr P {"lost":\n{"a":1}\n{"b":2}\n{"c":3}\n';
  const told = new Told();
  const splitter = createLineSplitter(told.sink(0));
  const bytes = bytesOf(text);
  splitter.push(bytes.slice(0, bytes.length - 8));
  const { pendingOffset, doneOffset } = splitter.place();
  assert.equal(pendingOffset, 0);
  const second = createLineSplitter(told.sink(0), undefined, { doneOffset, longOffset: -1 });
  second.push(bytes);
  assert.deepEqual(
    told.said.map((one) => one.slice(0, 7)),
    ['{"a":1}', '{"b":2}', '{"c":3}'],
  );
});

test("a line that is too long is told once, though it is read again from its start", () => {
  const told = new Told();
  const bytes = bytesOf(`\0\0${"x".repeat(100)}\n{}\n`);
  const first = createLineSplitter(told.sink(0), 20);
  first.push(bytes.slice(0, 60));
  const { pendingOffset, ...done } = first.place();
  assert.equal(pendingOffset, 0);
  const second = createLineSplitter(told.sink(0), 20, done);
  second.push(bytes);
  assert.deepEqual(told.said, ["line-too-long@2", "nul-bytes@0", "{}@103"]);
});
