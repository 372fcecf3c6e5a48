/**
 * Holds the laws of the protobuf decoder: the same event as JSON gives, and no harm from any bytes.
 * In: recorded messages with the lines of the same events, and messages made here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { recordedLines, recordedMessages } from "../../testing/recorded-events.ts";
import { createPlainJsonDecoder } from "./decode-json.ts";
import { createProtobufDecoder } from "./decode-protobuf.ts";
import { encodeEvent } from "./encode-protobuf.ts";
import type { Event } from "./event.ts";

const lines = recordedLines("pairs");
const messages = recordedMessages();
const plain = createPlainJsonDecoder();

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

type Content = string | readonly number[];

/** A field with a text or a message. */
function range(number: number, content: Content): number[] {
  const bytes = typeof content === "string" ? [...new TextEncoder().encode(content)] : content;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

function number(field: number, value: number | bigint): number[] {
  return [...varint(field * 8), ...varint(value)];
}

const decoder = createProtobufDecoder();

function decode(bytes: readonly number[]): Event | undefined {
  return decoder.decode(Uint8Array.from(bytes), 0, bytes.length, 0, 0);
}

function problemCode(): string | undefined {
  return decoder.problem?.code;
}

/** The first argument of a kprobe, as the message `bytes` and as the JSON `value`. */
function assertArgument(bytes: readonly number[], value: unknown): void {
  const text = new TextEncoder().encode(JSON.stringify({ process_kprobe: { args: [value] } }));
  const expected = plain.decode(text, 0, text.length, 0, 0);
  assert.deepStrictEqual(decode(range(9, range(4, bytes))), expected, JSON.stringify(value));
  assert.deepStrictEqual(decoder.problem, plain.problem);
}

test("a message and the line of the same event give deeply equal events", () => {
  const own = createProtobufDecoder();
  assert.equal(messages.length, lines.length);
  for (let round = 0; round < 2; round++) {
    messages.forEach((message, index) => {
      const line = lines[index] ?? new Uint8Array();
      const expected = plain.decode(line, 0, line.length, 1, index);
      const given = own.decode(message, 0, message.length, 1, index);
      assert.deepStrictEqual(given, expected);
      assert.deepStrictEqual(own.problem, plain.problem);
    });
  }
  assert.ok(own.processes.hitCount > own.processes.missCount);
});

test("equal processes are the same object, in whatever order the labels come", () => {
  const label = (key: string, value: string) => range(5, [...range(1, key), ...range(2, value)]);
  const line = (tid: number, refcnt: number, labels: readonly number[]) => {
    const pod = [...range(1, "default"), ...labels, ...range(6, "web")];
    return range(
      5,
      range(1, [
        ...range(1, "bm9kZTox"),
        ...range(10, pod),
        ...number(13, refcnt),
        ...range(16, number(1, tid)),
      ]),
    );
  };
  const own = createProtobufDecoder();
  const run = (bytes: readonly number[]) => {
    const event = own.decode(Uint8Array.from(bytes), 0, bytes.length, 0, 0);
    assert.ok(event?.type === "exit");
    return event;
  };
  const labels = [label("a", "1"), label("tier", "front"), label("team", "x".repeat(200))];
  const first = run(line(5, 1, labels.flat()));
  const second = run(line(9, 3, labels.reverse().flat()));
  assert.equal(second.process, first.process);
  assert.deepEqual([first.tid, second.tid], [5, 9]);
  assert.equal(first.process?.pod?.workload, "web");
  const third = run(line(9, 3, [label("a", "1"), label("b", "2")].flat()));
  assert.notEqual(third.process, first.process);
  assert.deepEqual(third.process, first.process);
});

test("what stands where labels were must still be labels", () => {
  const own = createProtobufDecoder();
  const line = (labels: readonly number[]) =>
    range(1, range(1, [...range(1, "bm9kZTox"), ...range(10, [...labels, ...range(6, "web")])]));
  const run = (bytes: readonly number[]) =>
    own.decode(Uint8Array.from(bytes), 0, bytes.length, 0, 0);
  const entry = range(5, range(1, "abcdef"));
  run(line(entry));
  const other = range(2, "12345678".slice(0, entry.length - 2));
  assert.equal(other.length, entry.length);
  const event = run(line(other));
  assert.ok(event?.type === "exec");
  assert.equal(event.process?.pod?.name, "12345678");
});

test("a remembered process is not taken for one that says more, or says it oddly", () => {
  const warm = createProtobufDecoder();
  const start = range(1, "bm9kZTox");
  const processes = [
    start,
    [...start, ...range(4, "/tmp")],
    [...start, ...range(16, number(1, 5))],
    [...start, ...range(16, number(1, 5)), ...range(16, number(1, 6))],
    [...start, ...range(16, number(1, 5)), ...range(16, number(1, 7))],
    [...start, ...range(16, number(2, 5))],
    [...start, ...range(16, number(2, 9))],
    [...start, ...range(16, [...number(1, 5), ...number(1, 6)])],
    [...start, ...number(13, 1), ...number(13, 2)],
    [...start, ...range(16, [])],
  ];
  const twice = processes.flatMap((process) => [process, process]);
  for (const process of [...twice, ...twice.toReversed()]) {
    const bytes = Uint8Array.from(range(1, range(1, process)));
    const cold = createProtobufDecoder().decode(bytes, 0, bytes.length, 0, 0);
    assert.deepStrictEqual(warm.decode(bytes, 0, bytes.length, 0, 0), cold);
  }
});

test("a call on a file that comes again is one, and what follows it still counts", () => {
  const own = createProtobufDecoder();
  const file = (path: string) => range(4, range(7, [...range(2, path), ...range(4, "-rw-r--r--")]));
  const call = (path: string, rest: readonly number[] = []) => [
    ...range(1, range(1, "bm9kZTox")),
    ...range(3, "security_file_open"),
    ...[...file(path), ...number(6, 1), ...range(8, "opens"), ...rest],
  ];
  const run = (body: readonly number[]) => {
    const bytes = Uint8Array.from(range(9, body));
    const event = own.decode(bytes, 0, bytes.length, 0, 0);
    const cold = createProtobufDecoder();
    assert.deepStrictEqual(event, cold.decode(bytes, 0, bytes.length, 0, 0));
    assert.deepStrictEqual(own.problem, cold.problem);
    assert.ok(event?.type === "kprobe");
    return event;
  };
  const first = run(call("/etc/passwd"));
  assert.equal(run(call("/etc/passwd")).arguments, first.arguments);
  assert.notEqual(run(call("/etc/shadow")).arguments, first.arguments);
  const twice = run(call("/etc/passwd", file("/etc/group")));
  assert.equal(twice.arguments.length, 2);
  for (let round = 0; round < 2; round++) {
    const late = run(call("/etc/passwd", range(1, range(1, "bm9kZToy"))));
    assert.equal(late.process?.execId, "bm9kZToy");
    const before = run([...range(8, "other"), ...call("/etc/passwd")]);
    assert.equal(before.policy, "opens");
    run(call("/etc/passwd", [...number(3, 1), ...range(8, "last")]));
  }
});

test("rights, namespaces and pods that many processes have are one object", () => {
  const own = createProtobufDecoder();
  const run = (id: string, pid: number, image = "web:1") => {
    const container = [...range(1, "docker://abc"), ...range(5, number(1, pid))];
    const pod = [...range(2, "web-0"), ...range(4, [...container, ...range(3, range(2, image))])];
    const rights = [
      ...range(14, range(1, [1, 2, 3])),
      ...range(15, range(1, number(1, 4026531838))),
    ];
    const block = [...range(1, id), ...range(10, pod), ...rights];
    const bytes = Uint8Array.from(range(1, range(1, block)));
    const event = own.decode(bytes, 0, bytes.length, 0, 0);
    assert.ok(event?.type === "exec");
    return event.process;
  };
  const [one, two] = [run("bm9kZTox", 1), run("bm9kZToy", 2)];
  assert.equal(one?.pod?.imageName, "web:1");
  assert.equal(two?.pod, one?.pod);
  assert.equal(two?.capabilities, one?.capabilities);
  assert.equal(two?.namespaces, one?.namespaces);
  assert.equal(two?.containerId, "abc");
  assert.equal(run("bm9kZToz", 3, "web:2")?.pod?.imageName, "web:2");
});

test("64-bit numbers beyond 2^53 come to the same as in JSON", () => {
  const cases = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n];
  for (const value of [...cases, 2n ** 63n - 1n, 2n ** 64n - 1n]) {
    assertArgument(number(4, value), { size_arg: `${value}` });
    assertArgument(range(9, number(10, value)), { sock_arg: { cookie: `${value}` } });
  }
  for (const value of [...cases, 2n ** 63n - 1n].flatMap((one) => [one, -one])) {
    assertArgument(number(11, value), { long_arg: `${value}` });
  }
  for (const value of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    assertArgument(number(2, value), { int_arg: value });
  }
  assertArgument(number(15, 2 ** 32 - 1), { uint_arg: 2 ** 32 - 1 });
});

test("each kind of argument comes to the same as in JSON", () => {
  const capabilities = [...range(1, []), ...range(2, [1, 21]), ...number(3, 0)];
  assertArgument(range(1, "text"), { string_arg: "text" });
  assertArgument([...range(5, [0, 1, 2]), ...range(18, "l")], { bytes_arg: "AAEC", label: "l" });
  assertArgument(range(8, [...range(1, [7]), ...number(2, 9000)]), {
    truncated_bytes_arg: { bytes_arg: "Bw==", orig_size: "9000" },
  });
  assertArgument(range(3, [...range(5, "::1"), ...number(8, 53)]), {
    skb_arg: { saddr: "::1", dport: 53 },
  });
  assertArgument(range(10, capabilities), {
    cred_arg: { effective: ["DAC_OVERRIDE", "CAP_SYS_ADMIN"], inheritable: ["CAP_CHOWN"] },
  });
  assertArgument(range(19, [...range(1, []), ...range(10, capabilities)]), {
    process_credentials_arg: { uid: 0, caps: { effective: [1, 21] } },
  });
  assertArgument(range(16, range(2, number(1, 7))), { user_namespace_arg: { owner: 7 } });
  assertArgument(range(17, range(1, number(1, 21))), { capability_arg: { value: 21 } });
  assertArgument(range(20, range(2, number(1, 7))), { user_ns_arg: { uid: 7 } });
  assertArgument(range(21, range(1, "xt")), { module_arg: { name: "xt" } });
  assertArgument(range(25, "00ff"), { cap_effective_arg: "00ff" });
  assertArgument(range(12, [...range(1, "T"), ...range(3, "n")]), {
    bpf_attr_arg: { ProgType: "T", ProgName: "n" },
  });
  assertArgument(range(14, [...range(1, "T"), ...range(5, "n")]), {
    bpf_map_arg: { MapType: "T", MapName: "n" },
  });
  assertArgument(range(13, [...range(1, "f"), ...range(2, "t")]), {
    perf_event_arg: { KprobeFunc: "f", Type: "t" },
  });
  assertArgument(number(28, 36), { bpf_cmd_arg: "BPF_TOKEN_CREATE" });
  assertArgument(range(29, [...number(1, 59), ...range(2, "x64")]), {
    syscall_id: { id: 59, abi: "x64" },
  });
  assertArgument(range(30, [...range(2, "::1"), ...number(3, 80)]), {
    sockaddr_arg: { addr: "::1", port: 80 },
  });
  assertArgument(range(32, range(1, "Bad address")), { error_arg: { Message: "Bad address" } });
  assertArgument(range(33, range(2, "/run/x")), { sockaddrun_arg: { path: "/run/x" } });
  assertArgument([], {});
});

test("throttle, rate limit, test and unknown events come under the same names", () => {
  const throttle = decode(range(27, [...number(1, 1), ...range(2, "/x")]));
  assert.ok(throttle?.type === "throttle" && throttle.started && throttle.cgroup === "/x");
  const rate = decode(range(40001, number(1, 12)));
  assert.ok(rate?.type === "rate-limit" && rate.droppedCount === 12);
  const later = decode([...range(77, [1, 2]), ...range(1000, "n"), ...range(1004, [])]);
  assert.ok(later?.type === "unknown" && later.name === "77" && later.node === "n");
  const none = decode([]);
  assert.ok(none?.type === "unknown" && none.name === "");
  const tried = decode(range(40000, []));
  assert.ok(tried?.type === "unknown");
  assert.ok(decode(range(40000, number(1, 3)))?.type === "unknown");
});

test("a time outside of its range is no time", () => {
  const time = (seconds: number | bigint, nanos: number) =>
    decode([...range(1, []), ...range(1001, [...number(1, seconds), ...number(2, nanos)])]);
  assert.equal(time(1_767_225_600, 123_456_789)?.timeUs, 1_767_225_600_123_456);
  assert.equal(decoder.problem, undefined);
  assert.equal(time(1_767_225_600, 1_000_000_000)?.timeUs, 0);
  assert.equal(problemCode(), "time-invalid");
  assert.equal(time(2n ** 62n, 0)?.timeUs, 0);
  assert.equal(problemCode(), "time-invalid");
  assert.equal(time(-62135596800, 0)?.timeUs, 0);
  assert.equal(decoder.problem, undefined);
});

test("a wrong wire type counts as absent and is told, each time", () => {
  const bytes = range(1, range(1, [...range(1, "bm9kZTox"), ...number(5, 7), ...range(4, "/")]));
  for (let i = 0; i < 2; i++) {
    const event = decode(bytes);
    assert.ok(event?.type === "exec");
    assert.deepEqual([event.process?.binary, event.process?.cwd], ["", "/"]);
    assert.equal(decoder.problem?.message, "`binary` has an unexpected type, taken as absent.");
  }
});

test("unknown fields of every wire type are passed over, groups are refused", () => {
  const fixed = [
    ...varint(900 * 8 + 1),
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    ...varint(901 * 8 + 5),
    1,
    2,
    3,
    4,
  ];
  const event = decode(range(1, [...fixed, ...number(99, 2n ** 64n - 1n), ...range(98, "x")]));
  assert.ok(event?.type === "exec" && decoder.problem === undefined);
  for (const wireType of [3, 4, 6, 7]) {
    assert.equal(decode([...varint(900 * 8 + wireType), 1, 2, 3, 4]), undefined);
    assert.equal(problemCode(), "message-broken");
  }
});

test("lying lengths, endless varints and field 0 are refused", () => {
  const cases: readonly (readonly number[])[] = [
    [0x0a, 0x05, 1],
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    new Array(11).fill(0xff),
    [0x80],
    [0x00, 0x01],
    [0x8a, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00],
    [...varint(900 * 8), ...new Array(10).fill(0x80), 0x01],
    [0x02, 0x00],
    range(1, [0x0a, 0x7f]),
    range(1, range(1, [...range(1, "x"), 0x52, 0x20, 0x0a])),
    range(1, range(1, range(2, [0x08]))),
    range(1001, [0x08]),
    [...varint(900 * 8 + 1), 1, 2, 3],
  ];
  for (const bytes of cases) {
    assert.equal(decode(bytes), undefined, `${bytes}`);
    assert.equal(problemCode(), "message-broken");
  }
});

test("a list of a million elements is cut without being built", () => {
  const bytes = new Uint8Array(2_000_000);
  for (let i = 0; i < bytes.length; i += 2) bytes[i] = 4 * 8 + 2;
  const message = Uint8Array.from([...varint(9 * 8 + 2), ...varint(bytes.length)]);
  const whole = new Uint8Array(message.length + bytes.length);
  whole.set(message);
  whole.set(bytes, message.length);
  const event = decoder.decode(whole, 0, whole.length, 0, 0);
  assert.ok(event?.type === "kprobe");
  assert.equal(event.arguments.length, 16);
  assert.equal(problemCode(), "list-cut");
});

test("every cut of a message is refused or read, never thrown", () => {
  for (const message of messages.slice(0, 20)) {
    for (let end = 0; end < message.length; end += 3) {
      const event = decoder.decode(message, 0, end, 0, 0);
      assert.ok(event !== undefined || decoder.problem !== undefined);
    }
  }
});

test("random and damaged bytes give an event or a problem", () => {
  const own = createProtobufDecoder({ memoSizeBytesMax: 256 * 1024 });
  const decodes = (bytes: Uint8Array) => {
    const event = own.decode(bytes, 0, bytes.length, 0, 0);
    assert.ok(event !== undefined || own.problem?.code === "message-broken");
    assert.ok(own.processes.sizeBytes <= 256 * 1024);
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), decodes), { numRuns: 3000 });
  const change = fc.record({ at: fc.nat(3000), byte: fc.nat(255) });
  const damaged = fc
    .tuple(fc.constantFrom(...messages), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([message, changes]) => {
      const bytes = Uint8Array.from(message);
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      return bytes;
    });
  fc.assert(fc.property(damaged, decodes), { numRuns: 2000 });
});

test("what was remembered never changes what a damaged message means", () => {
  const warm = createProtobufDecoder();
  for (const message of messages) warm.decode(message, 0, message.length, 0, 0);
  const place = fc.tuple(fc.constantFrom(...messages), fc.nat(3000), fc.nat(255));
  fc.assert(
    fc.property(place, ([message, at, byte]) => {
      const bytes = Uint8Array.from(message);
      bytes[at % bytes.length] = byte;
      const cold = createProtobufDecoder();
      const expected = cold.decode(bytes, 0, bytes.length, 0, 0);
      assert.deepStrictEqual(warm.decode(bytes, 0, bytes.length, 0, 0), expected);
      assert.deepStrictEqual(warm.problem, cold.problem);
    }),
    { numRuns: 1500 },
  );
});

/** That of a library like no other. */
function loadOf(at: number): Uint8Array {
  const buildid = Buffer.from(`build id ${at}`.padEnd(20)).toString("base64");
  return encodeEvent({ process_loader: { path: `/lib/${at}.so`, buildid } }).bytes;
}

test("nothing that is remembered of messages keeps the memory they were read into", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const own = createProtobufDecoder();
  const loads = Array.from({ length: 50 }, (_, at) => loadOf(at));
  const memories = [...messages, ...loads].map((bytes) => {
    // As a socket gives them: views of larger pieces, whose `slice` is no copy.
    const read = Buffer.alloc(bytes.length + 64);
    read.set(bytes, 32);
    const message = read.subarray(32, 32 + bytes.length);
    assert.notEqual(own.decode(message, 0, message.length, 0, 0), undefined);
    return new WeakRef(read.buffer);
  });
  await setImmediate();
  collect();
  const kept = memories.filter((memory) => memory.deref() !== undefined);
  assert.ok(kept.length < 5, `${kept.length} of ${memories.length}; those at hand may be`);
});
