/**
 * Holds the law of the encoder: a line that was encoded and decoded again is the event of the line.
 * In: recorded lines, with the messages of the same events, and values made here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordedLines, recordedMessages } from "../../testing/recorded-events.ts";
import { createPlainJsonDecoder } from "./decode-json.ts";
import { createProtobufDecoder } from "./decode-protobuf.ts";
import { encodeEvent } from "./encode-protobuf.ts";
import type { Event } from "./event.ts";
import { ProtobufCursor } from "./protobuf-cursor.ts";
import type { WireObject } from "./wire-value.ts";

const plain = createPlainJsonDecoder();
const protobuf = createProtobufDecoder();

function eventOf(bytes: Uint8Array): Event | undefined {
  return protobuf.decode(bytes, 0, bytes.length, 1, 7);
}

function parse(line: Uint8Array): WireObject {
  return JSON.parse(new TextDecoder().decode(line));
}

/** Both ways give the same event, doubts included. */
function assertSame(record: WireObject, droppedCount = 0): void {
  const line = new TextEncoder().encode(JSON.stringify(record));
  const expected = plain.decode(line, 0, line.length, 1, 7);
  const encoded = encodeEvent(record);
  assert.deepStrictEqual(eventOf(encoded.bytes), expected);
  assert.deepStrictEqual(protobuf.problem, plain.problem);
  assert.equal(encoded.droppedCount, droppedCount, JSON.stringify(record));
}

const kprobe = (argument: unknown) => ({ process_kprobe: { args: [argument] } });

for (const name of ["pairs", "observed"] as const) {
  test(`every line of ${name} comes back as the event that it is`, () => {
    for (const line of recordedLines(name)) {
      const expected = plain.decode(line, 0, line.length, 1, 7);
      const { problem } = plain;
      assert.deepStrictEqual(eventOf(encodeEvent(parse(line)).bytes), expected);
      assert.deepStrictEqual(protobuf.problem, problem);
    }
  });
}

test("a line and the message of the same event encode to one event, nanoseconds included", () => {
  const messages = recordedMessages();
  recordedLines("pairs").forEach((line, index) => {
    const message = messages[index] ?? new Uint8Array();
    const { bytes } = encodeEvent(parse(line));
    assert.deepStrictEqual(eventOf(bytes), eventOf(message));
    assert.deepStrictEqual(timesOf(bytes), timesOf(message));
  });
});

/** The record's own time as bytes: seconds and nanoseconds. */
function timesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const cursor = new ProtobufCursor();
  cursor.open(bytes, 0, bytes.length);
  const times: Uint8Array[] = [];
  while (cursor.at < cursor.end) {
    const tag = cursor.readTag();
    const end = cursor.readRangeEnd();
    if (tag >>> 3 === 1001) times.push(Uint8Array.from(bytes.subarray(cursor.at, end)));
    cursor.at = end;
  }
  return times;
}

test("any number of 64 bits, any text and any time of nanoseconds comes back", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
      assertSame(kprobe({ sock_arg: { cookie: `${value}` } }));
      assertSame(kprobe({ size_arg: `${value}` }));
      assertSame(kprobe({ long_arg: `${BigInt.asIntN(64, value)}` }));
      assertSame(kprobe({ int_arg: Number(BigInt.asIntN(32, value)) }));
    }),
  );
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  fc.assert(fc.property(text, (binary) => assertSame({ process_exec: { process: { binary } } })));
  const date = fc.date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(date, fc.nat(999_999_999), (day, nanos) => {
      const fraction = `${nanos}`.padStart(9, "0");
      assertSame({ process_exec: {}, time: day.toISOString().replace(/\.\d+Z/, `.${fraction}Z`) });
    }),
  );
});

test("zero in an argument, in a wrapper and as a time stays what it is", () => {
  assertSame(kprobe({ int_arg: 0 }));
  assertSame(kprobe({ size_arg: "0" }));
  assertSame({ process_exec: { process: { uid: 0, in_init_tree: false, pid: 1 } } });
  for (const time of ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z"]) {
    assertSame({ process_exec: {}, time });
  }
});

test("enums come by name or by number, and as Tetragon spells them", () => {
  const effective = ["DAC_OVERRIDE", "CAP_SYS_ADMIN", 41];
  assertSame(kprobe({ cred_arg: { effective } }));
  assertSame({ process_kprobe: { action: "KPROBE_ACTION_SET" } });
  assertSame({ process_kprobe: { action: 3 } });
  assertSame({ process_throttle: { type: "THROTTLE_STOP", cgroup: "/x" } });
  assertSame(kprobe({ bpf_cmd_arg: "BPF_TOKEN_CREATE" }));
});

test("bytes are base64 with and without padding", () => {
  for (const bytes_arg of ["", "AA==", "AAE=", "AAEC", "AAECAw"]) assertSame(kprobe({ bytes_arg }));
  assertSame(kprobe({ truncated_bytes_arg: { bytes_arg: "AAEC", orig_size: "5000" } }));
});

test("what the tables do not know, or what does not fit, is left out and counted", () => {
  const cases: readonly (readonly [WireObject, number])[] = [
    [{ process_exec: { process: { refcnt: 3, user: { name: "root" } } } }, 2],
    [{ process_future: {}, node_labels: { a: "b" } }, 2],
    [{ process_exec: { process: { pid: -1, uid: 2 ** 32, auid: 1.5, tid: "x" } } }, 4],
    [{ process_exec: { process: { binary: 5, cap: [], in_init_tree: "yes" } } }, 3],
    [{ process_exec: { ancestors: {}, process: "x" }, time: "yesterday" }, 3],
    [kprobe({ int_arg: 2 ** 31 }), 1],
    [kprobe({ size_arg: "18446744073709551616" }), 1],
    [kprobe({ bytes_arg: "!!" }), 1],
    [kprobe({ bpf_cmd_arg: "BPF_NEW" }), 1],
    [{ process_kprobe: { action: 2 ** 40, args: [7, null] } }, 3],
  ];
  for (const [record, count] of cases) {
    assert.equal(encodeEvent(record).droppedCount, count, JSON.stringify(record));
  }
  assert.equal(encodeEvent({ process_exec: null }).bytes.length, 0);
});

test("no JSON object whatever makes it throw", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
      assert.ok(eventOf(encodeEvent({ process_kprobe: record }).bytes) !== undefined);
    }),
  );
});
