/** Holds what is taken off of lines in container logs, and what is left alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawRecord } from "./raw-record.ts";
import { createLineSplitter } from "./split-lines.ts";
import { LineUnwrapper } from "./unwrap-line.ts";

interface Split {
  /** `text@offset:line`, with `…` after incomplete ones. */
  readonly records: string[];
  readonly oddities: string[];
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function splitLines(text: string, sizeBytesMax = 1000): Split {
  const records: string[] = [];
  const oddities: string[] = [];
  const decoder = new TextDecoder();
  const sink = {
    onRecord({ bytes, start, end, offset, line, complete }: RawRecord) {
      const shown = decoder.decode(bytes.subarray(start, end));
      records.push(`${shown}@${offset}:${line}${complete ? "" : "…"}`);
    },
    onOddity({ code, offset, line }: { code: string; offset: number; line: number }) {
      oddities.push(`${code}@${offset}:${line}`);
    },
  };
  const splitter = createLineSplitter(sink, sizeBytesMax);
  splitter.push(bytesOf(text));
  splitter.end();
  return { records, oddities };
}

const stamp = "2026-03-15T00:06:32.475152409Z";
const wrappings: readonly (readonly [string, string, readonly string[]])[] = [
  ["the CRI log format", `${stamp} stdout F {"a":1}\n`, ['{"a":1}@0:1']],
  [
    "parts of the CRI log format, of both streams at a time",
    ['stdout P {"a"', 'stderr P {"b', "stdout F :1}", 'stderr F ":2}', ""]
      .map((part) => (part === "" ? "" : `${stamp} ${part}`))
      .join("\n"),
    ['{"a":1}@0:1', '{"b":2}@45:2'],
  ],
  [
    "parts whose last one is missing",
    `${stamp} stdout P {"a"\n${stamp} stdout P :1\n`,
    ['{"a":1@0:1…'],
  ],
  ["`kubectl logs --timestamps`", `${stamp} {"a":1}\n`, ['{"a":1}@0:1']],
  ["`kubectl logs --prefix`", '[pod/tetragon-x/export-stdout] {"a":1}\n', ['{"a":1}@0:1']],
  [
    "Docker's json-file driver",
    '{"log":"{\\"a\\":\\"ä\\"}\\n","stream":"stdout","time":"…"}\n',
    ['{"a":"ä"}@0:1'],
  ],
  [
    "parts of Docker's json-file driver",
    '{"log":"{\\"a\\"","stream":"stdout"}\n{"log":":1}\\n","stream":"stdout"}\n',
    ['{"a":1}@0:1'],
  ],
  ["a stamp with nothing behind it", `${stamp} stdout F \n{}\n`, [`{}@${stamp.length + 11}:2`]],
];

for (const [what, text, expected] of wrappings) {
  test(`${what} is taken off`, () => {
    assert.deepEqual(splitLines(text), { records: expected, oddities: [] });
  });
}

test("what only looks wrapped is left as it is", () => {
  for (const line of ['{"log":"cut', '{"log":"{}","', "[1]", "2026 apples", '{"log":7}']) {
    assert.deepEqual(splitLines(`${line}\n`).records, [`${line}@0:1`]);
  }
});

test("parts that grow too long together are skipped as one", () => {
  const part = `${stamp} stdout P ${"x".repeat(15)}\n`;
  const { records, oddities } = splitLines(`${part.repeat(9)}${stamp} stdout F }\n{}\n`, 60);
  assert.equal(records.length, 1);
  assert.deepEqual(oddities, ["line-too-long@0:1"]);
});

test("an ordinary event costs no look inside", () => {
  const unwrapper = new LineUnwrapper({ onRecord: () => {}, onOddity: () => {} }, 100);
  const isWrapped = (text: string): boolean => {
    const bytes = bytesOf(text);
    const place = { start: 0, end: bytes.length, offset: 0, line: 1, complete: true };
    return unwrapper.isWrapped({ bytes, ...place });
  };
  for (const text of ['{"process_exec":{}}', '{"node_name":"l"}', "{}", '{"lo', '{"logs":1}']) {
    assert.equal(isWrapped(text), false, text);
  }
  assert.equal(isWrapped('{"log":"x"}'), true);
  assert.equal(isWrapped("2026"), true);
});
