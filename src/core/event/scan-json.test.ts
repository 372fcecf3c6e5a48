/**
 * Holds the law that the scanner gives exactly what the plain way gives, hostile input included.
 * In: recorded lines, whole and damaged, and generated records. Out: passes or fails.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordedLines } from "../../testing/recorded-events.ts";
import { createPlainJsonDecoder } from "./decode-json.ts";
import { type Field, type MessageFields, responseFields } from "./protobuf-fields.ts";
import { createJsonDecoder } from "./scan-json.ts";

const plain = createPlainJsonDecoder();
const lines = [...recordedLines("pairs"), ...recordedLines("observed")];
const short = lines.filter((line) => line.length < 6000);
const encoder = new TextEncoder();

/** Decodes in the midst of a larger buffer: what is around a line must not matter. */
function assertSame(scanner: ReturnType<typeof createJsonDecoder>, line: Uint8Array): void {
  const bytes = new Uint8Array(line.length + 7).fill(0x31);
  bytes.set(line, 3);
  const expected = plain.decode(bytes, 3, 3 + line.length, 1, 2);
  const given = scanner.decode(bytes, 3, 3 + line.length, 1, 2);
  assert.deepStrictEqual(given, expected, Buffer.from(line.subarray(0, 2000)).toString());
  assert.deepStrictEqual(scanner.problem, plain.problem);
}

function assertSameText(scanner: ReturnType<typeof createJsonDecoder>, text: string): void {
  assertSame(scanner, encoder.encode(text));
}

test("recorded lines give the same events, none of them the plain way", () => {
  const scanner = createJsonDecoder();
  for (const line of lines) assertSame(scanner, line);
  for (const line of lines) assertSame(scanner, line);
  assert.equal(scanner.plainCount, 0);
  assert.ok(scanner.processes.hitCount > scanner.processes.missCount);
});

/** A value for a field of the wire, with every field below it. */
function sampleOf({ kind, fields, repeated }: Field): unknown {
  const one = ((): unknown => {
    if (kind === "text") return "some text";
    if (kind === "bytes") return "AAEC";
    if (kind === "time") return "2026-01-01T00:00:00Z";
    if (kind === "bool" || kind === "wrapped-bool") return true;
    return kind === "message" || kind === "process" ? sampleObject(fields) : 5;
  })();
  return repeated ? [one] : one;
}

function sampleObject(fields: MessageFields): Record<string, unknown> {
  return Object.fromEntries([...fields.values()].map((field) => [field.name, sampleOf(field)]));
}

test("the scanner knows every field that the wire can have", () => {
  const scanner = createJsonDecoder();
  for (const event of responseFields.values()) {
    const body = sampleOf(event);
    assertSameText(scanner, JSON.stringify({ [event.name]: body, node_name: "n" }));
    const list = [...event.fields.values()].find((field) => field.name === "args");
    for (const kind of list?.fields.values() ?? []) {
      const args = [{ [kind.name]: sampleOf(kind), label: "l" }];
      assertSameText(scanner, JSON.stringify({ [event.name]: { args, return: args[0] } }));
    }
  }
  assert.ok(scanner.plainCount <= 1, "only the event named test is left to the plain way");
});

test("equal blocks give the same object, whatever their thread and counter", () => {
  const scanner = createJsonDecoder();
  const line = (tid: string, refcnt: string) =>
    encoder.encode(
      `{"process_exit":{"process":{"exec_id":"eDox","refcnt":${refcnt},"tid":${tid},"pid":1}}}`,
    );
  const decode = (bytes: Uint8Array) => scanner.decode(bytes, 0, bytes.length, 0, 0);
  const first = decode(line("1", "1"));
  const second = decode(line("70000", "23"));
  assert.ok(first?.type === "exit" && second?.type === "exit");
  assert.equal(second.process, first.process);
  assert.deepEqual([first.tid, second.tid], [1, 70000]);
  assert.equal(scanner.processes.hitCount, 1);
});

const tidHoles =
  "0 00 7 07 -1 -0 1.5 1e2 12345678901 123456789012345678901 null true [] {} x".split(" ");

test("what stands in place of a remembered number is read as strictly as anywhere", () => {
  const scanner = createJsonDecoder();
  const line = (value: string) =>
    `{"process_exit":{"process":{"exec_id":"eDox","tid":${value},"refcnt":${value}}}}`;
  for (const value of ["5", ...tidHoles, '"5"', "", "5,", "5 ", " 5", "5}", '5,"tid":6']) {
    assertSameText(scanner, line("5"));
    assertSameText(scanner, line(value));
    const other = createJsonDecoder();
    assertSameText(other, line(value));
    assertSameText(other, line("5"));
  }
});

test("a key that comes twice counts the last time, also in blocks that are remembered", () => {
  const scanner = createJsonDecoder();
  for (const keys of ['"tid":1,"tid":2', '"tid":1,"refcnt":3,"tid":"x"', '"pid":1,"pid":2']) {
    for (let i = 0; i < 2; i++) {
      assertSameText(scanner, `{"process_exit":{"process":{"exec_id":"eDox",${keys}}}}`);
      assertSameText(
        scanner,
        `{"process_exit":{"process":{"exec_id":"eDox",${keys}},"process":7}}`,
      );
    }
  }
});

/** Values that a sender or an attacker might put where another one belongs. */
const oddJson = [
  ..."0 -0 1 -1 1.5 1e3 1E+400 -1e-400 9007199254740993 18446744073709551615 01 1. .5 - +1".split(
    " ",
  ),
  ..."true false null tru nul nulx trux falsx NaN Infinity".split(" "),
  ...'{} [] [1,] [,] {,} {"a":1,} [[[]]] {"a":{}}'.split(" "),
  ...['""', '"x"', '"\\u00e9"', '"\\ud800"', '"\\x"', '"\\u12g4"', '"a\\n"', '"\t"', '"', "'x'"],
  ...['"18446744073709551615"', '"-5"', '"1.5"', '"007"', '"KPROBE_ACTION_POST"', '"é\u2028😀"'],
  ...['"2026-01-01T00:00:00Z"', '"2026-02-30T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"AAEC"'],
  ...['"2026-01-01T00:00:00.123456789+02:00"', '"\\u0032026-01-01T00:00:00Z"', "\ufeff1", "\u00a0"],
];
const oddKeys = (
  "process parent ancestors args return time exec_id tid refcnt pid pod container id image cap " +
  "ns effective file_arg sock_arg int_arg label path type name node_name node_labels " +
  "cluster_name process_exec process_kprobe process_loader process_throttle rate_limit_info " +
  "aggregation_info __proto__ constructor x \\u0070id policy_name action tags buildid " +
  "start_time function_name"
).split(" ");

const space = fc.constantFrom("", "", "", " ", "\t", "\r", "\n ", "\f", "\u00a0");

function jsonText(depth: number): fc.Arbitrary<string> {
  if (depth === 0) return fc.constantFrom(...oddJson);
  const inner = jsonText(depth - 1);
  const member = fc
    .tuple(space, fc.constantFrom(...oddKeys), space, inner)
    .map(([before, key, between, value]) => `${before}"${key}"${between}:${before}${value}`);
  return fc.oneof(
    { weight: 3, arbitrary: fc.array(member, { maxLength: 5 }).map((all) => `{${all.join(",")}}`) },
    { weight: 1, arbitrary: fc.array(inner, { maxLength: 3 }).map((all) => `[${all.join(",")}]`) },
    { weight: 2, arbitrary: fc.constantFrom(...oddJson) },
  );
}

test("generated records give the same", () => {
  const scanner = createJsonDecoder();
  const eventKey = fc.constantFrom("process_exec", "process_exit", "process_kprobe", "process_lsm");
  const record = fc.tuple(eventKey, jsonText(4), space).map(([key, body, gap]) => {
    return `{"${key}":${gap}${body},"time":"2026-01-01T00:00:00Z"${gap}}`;
  });
  const texts = fc.oneof(record, jsonText(5));
  fc.assert(
    fc.property(texts, (text) => assertSameText(scanner, text)),
    { numRuns: 4000 },
  );
});

test("every wanted field gives the same for every odd value", () => {
  const scanner = createJsonDecoder();
  const wrap: readonly ((value: string) => string)[] = [
    ...oddKeys.map((key) => (value: string) => `{"${key}":${value}}`),
    ...oddKeys.map((key) => (value: string) => `{"process_kprobe":{"${key}":${value}}}`),
    ...oddKeys.map((key) => (value: string) => `{"process_exec":{"process":{"${key}":${value}}}}`),
    ...oddKeys.map((key) => (value: string) => `{"process_lsm":{"args":[{"${key}":${value}}]}}`),
  ];
  for (const make of wrap) for (const value of oddJson) assertSameText(scanner, make(value));
});

/** A recorded line with a few bytes of it changed, left out, repeated or put in. */
const damaged = fc
  .record({
    line: fc.constantFrom(...short),
    changes: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        kind: fc.constantFrom("flip", "cut", "put", "repeat", "end"),
        length: fc.nat(40),
        byte: fc.oneof(
          fc.constantFrom(...'"\\{}[],:0-.eE \t\u0000\u00ff'.split("").map((c) => c.charCodeAt(0))),
          fc.nat(255),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ line, changes }) => {
    let bytes: readonly number[] = [...line];
    for (const { at, kind, length, byte } of changes) {
      const place = Math.floor(at * bytes.length);
      const before = bytes.slice(0, place);
      if (kind === "flip") bytes = [...before, byte, ...bytes.slice(place + 1)];
      else if (kind === "cut") bytes = [...before, ...bytes.slice(place + length)];
      else if (kind === "put") bytes = [...before, byte, ...bytes.slice(place)];
      else if (kind === "end") bytes = before;
      else bytes = [...before, ...bytes.slice(place, place + length), ...bytes.slice(place)];
    }
    return Uint8Array.from(bytes);
  });

test("damaged lines give the same, between whole ones", () => {
  const scanner = createJsonDecoder({ memoSizeBytesMax: 4 * 1024 * 1024 });
  for (const line of short) assertSame(scanner, line);
  fc.assert(
    fc.property(damaged, (line) => assertSame(scanner, line)),
    { numRuns: 1500 },
  );
});

test("a line that ends early is not completed by what follows it", () => {
  const scanner = createJsonDecoder();
  const words = '{"process_exec":{"process":{"in_init_tree":true,"x":"\\u00e9\\n","tid":123}}}   ';
  for (const line of [encoder.encode(words), ...short.slice(0, 12)]) {
    const step = line.length < 200 ? 1 : 13;
    for (let end = 0; end < line.length; end += step) {
      const expected = plain.decode(line, 0, end, 1, 2);
      assert.deepStrictEqual(scanner.decode(line, 0, end, 1, 2), expected);
      assert.deepStrictEqual(scanner.problem, plain.problem);
    }
  }
});

test("each byte of a line may be lost, doubled or another", () => {
  const scanner = createJsonDecoder();
  const line =
    '{"process_kprobe":{"process":{"exec_id":"eDox","pid":12,"tid":7,"in_init_tree":true},' +
    '"args":[{"file_arg":{"path":"/a\\n","x":[1,-2.5e3,null,{}]}},{"int_arg":0}],"tags":["a"]},' +
    '"node_name":"n","time":"2026-01-01T00:00:00.5Z","node_labels":{"a":"b","c":""}}';
  for (let i = 0; i < line.length; i++) {
    assertSameText(scanner, line);
    for (const put of ["", line.slice(i, i + 1).repeat(2), ...'"\\{}[],:0-.e x\u0001é']) {
      assertSameText(scanner, line.slice(0, i) + put + line.slice(i + 1));
    }
  }
});

test("several events in one record come to the same event", () => {
  const scanner = createJsonDecoder();
  const values = ["{}", "null", "7", '{"process":{"pid":5}}'];
  const names = ["process_exec", "process_kprobe", "process_new", "time", "1"];
  for (const [a, b] of names.flatMap((one) => names.map((other) => [one, other]))) {
    for (const first of values) {
      for (const second of values) assertSameText(scanner, `{"${a}":${first},"${b}":${second}}`);
    }
  }
});

test("white space anywhere between tokens changes nothing", () => {
  const scanner = createJsonDecoder();
  for (const line of short.slice(0, 60)) {
    const record: unknown = JSON.parse(Buffer.from(line).toString());
    const whole = plain.decode(line, 0, line.length, 1, 2);
    for (const gap of [1, "\t", "\r\n"]) {
      const spaced = encoder.encode(JSON.stringify(record, undefined, gap));
      const event = scanner.decode(spaced, 0, spaced.length, 1, 2);
      assert.deepStrictEqual(event, whole);
    }
  }
  assert.equal(scanner.plainCount, 0);
});

test("each string of a line may be written with escapes", () => {
  const scanner = createJsonDecoder();
  for (const line of short.slice(0, 60)) {
    const text = Buffer.from(line).toString();
    assertSameText(scanner, text.replaceAll("e", "\\u0065"));
    assertSameText(
      scanner,
      text.replace(/":"(.)/g, (_, letter) => `":"${escapeLetter(letter)}`),
    );
  }
});

function escapeLetter(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

test("bad UTF-8 gives the same in values, keys and what is skipped", () => {
  const scanner = createJsonDecoder();
  const bad = [
    "\xff",
    "\xc3",
    "\xe2\x82",
    "\xf0\x9f\x98",
    "\xed\xa0\x80",
    "\xc0\xaf",
    "\xef\xbb\xbf",
  ];
  for (const bytes of bad) {
    for (const text of [
      `{"process_exec":{"process":{"exec_id":"e","binary":"${bytes}"}},"node_name":"a${bytes}b"}`,
      `{"process_exec":{"process":{"exec_id":"e${bytes}","${bytes}":1}}}`,
      `{"process_exec":{},"node_labels":{"${bytes}":"${bytes}"}}`,
      `{"process_exec":{},"${bytes}":1}`,
      `{"process_exec":{"process":{"exec_id":"${bytes}\\n"}}}`,
      `${bytes}{"process_exec":{}}`,
      `{"process_exec":{}}${bytes}`,
    ]) {
      const line = Buffer.from(text, "latin1");
      assertSame(scanner, line);
      assertSame(scanner, line);
    }
  }
});

test("deep nesting is no danger, wanted or skipped", () => {
  const scanner = createJsonDecoder();
  for (const depth of [15, 16, 17, 63, 64, 65, 100_000]) {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['{"pod":', "}"],
    ] as const) {
      const middle = open === "[" ? "" : "1";
      const nested = open.repeat(depth) + middle + close.repeat(depth);
      assertSameText(scanner, `{"process_exec":{"skipped":${nested}}}`);
      assertSameText(scanner, `{"process_exec":{"process":{"pid":${nested}}}}`);
      assertSameText(scanner, `{"process_exec":{"skipped":${open.repeat(depth)}}}`);
    }
  }
});

test("a line of 10 MB gives the same, and is not kept", () => {
  const scanner = createJsonDecoder();
  const long = "/usr/bin/something ".repeat(550_000);
  const line = `{"process_exec":{"process":{"exec_id":"eDox","arguments":"${long}","tid":1}}}`;
  assertSameText(scanner, line);
  assert.equal(scanner.processes.sizeBytes, 0);
  assertSameText(scanner, `{"process_exec":{"process":{"exec_id":"${"x".repeat(1_000_000)}"}}}`);
});

test("lines with 131,007 bytes of arguments are recognised again", () => {
  const scanner = createJsonDecoder();
  const long = "/etc/some/file ".repeat(8734).slice(0, 131_007);
  const line = (tid: number) =>
    `{"process_exec":{"process":{"exec_id":"eDox","arguments":"${long}","tid":${tid}}}}`;
  for (let tid = 1; tid < 6; tid++) assertSameText(scanner, line(tid));
  assert.deepEqual([scanner.processes.missCount, scanner.processes.hitCount], [1, 4]);
});

test("small odd lines give the same", () => {
  const scanner = createJsonDecoder();
  for (const text of [
    "",
    " ",
    "\u0000",
    "null",
    "[]",
    "7",
    '"',
    "{",
    "{}",
    " {} ",
    "{}{}",
    "{}x",
  ]) {
    assertSameText(scanner, text);
  }
});

test("what is remembered stays within its budget, whatever comes", () => {
  const budget = 256 * 1024;
  const scanner = createJsonDecoder({ memoSizeBytesMax: budget });
  for (let i = 0; i < 3000; i++) {
    const filler = "y".repeat((i * 37) % 3000);
    const block = `{"exec_id":"${i}","arguments":"${filler}","tid":1}`;
    assertSameText(scanner, `{"process_exec":{"process":${block},"parent":${block}}}`);
    assert.ok(scanner.processes.sizeBytes <= budget);
  }
  assert.ok(scanner.processes.hitCount >= 3000);
});
