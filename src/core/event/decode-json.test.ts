/**
 * Holds what real lines say about decoding, line by line, and what odd records must come to.
 * In: recorded lines, and small records made here. Out: passes or fails.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recordedLines } from "../../testing/recorded-events.ts";
import { createPlainJsonDecoder } from "./decode-json.ts";
import type { Argument, Event, HookEvent, ProcessEvent } from "./event.ts";

const decoder = createPlainJsonDecoder();
const observed = recordedLines("observed");

function decodeText(text: string): Event | undefined {
  const bytes = new TextEncoder().encode(text);
  return decoder.decode(bytes, 0, bytes.length, 3, 70);
}

function decodeRecord(record: unknown): Event {
  const event = decodeText(JSON.stringify(record));
  assert.ok(event !== undefined);
  return event;
}

/** Recorded lines with some text in them, as events. */
function eventsWith(text: string): readonly ProcessEvent[] {
  const events = observed
    .filter((line) => Buffer.from(line).includes(text))
    .map((line) => decoder.decode(line, 0, line.length, 0, 0));
  const found = events.filter((event) => event !== undefined && "process" in event);
  assert.ok(found.length > 0, `no recorded line holds ${text}`);
  return found;
}

function hook(record: unknown): HookEvent {
  const event = decodeRecord(record);
  assert.ok("hook" in event);
  return event;
}

function argument(value: unknown): Argument | undefined {
  return hook({ process_kprobe: { args: [value] } }).arguments[0];
}

test("every recorded line decodes without doubt, but for arguments that are too long", () => {
  for (const line of [...observed, ...recordedLines("pairs")]) {
    const event = decoder.decode(line, 0, line.length, 0, 0);
    assert.ok(event !== undefined && event.type !== "unknown");
    if (decoder.problem !== undefined) {
      assert.equal(decoder.problem.message, "`arguments` is too long and was cut.");
    }
  }
});

test("a loader event has no time, and its build id becomes hex", () => {
  const line = recordedLines("pairs").find((one) => Buffer.from(one).includes("process_loader"));
  assert.ok(line !== undefined);
  const event = decoder.decode(line, 0, line.length, 0, 0);
  assert.ok(event?.type === "loader");
  assert.equal(event.timeUs, 0);
  assert.match(event.buildId, /^[0-9a-f]{40}$/);
  assert.match(event.path, /^\//);
});

test("a thread id may differ from the process id, which is how the dying and threads show", () => {
  const differing = observed
    .map((line) => decoder.decode(line, 0, line.length, 0, 0))
    .filter((event) => event !== undefined && "tid" in event)
    .filter((event) => event.tid !== event.process?.pid);
  assert.ok(differing.length > 0);
  assert.ok(differing.every((event) => event.tid > 0));
});

test("an exit takes the record's time, not the slightly different one inside", () => {
  const event = decodeRecord({
    process_exit: { process: { pid: 4 }, time: "2026-01-01T00:00:01Z" },
    time: "2026-01-01T00:00:02.5Z",
  });
  assert.equal(event.timeUs, 1_767_225_602_500_000);
  const without = decodeRecord({ process_exit: { time: "2026-01-01T00:00:01Z" } });
  assert.equal(without.timeUs, 1_767_225_601_000_000);
});

test("an exit of a process that Tetragon forgot has a pid and no exec_id", () => {
  const event = decodeRecord({
    process_exit: { process: { pid: 77, start_time: "2026-01-01T00:00:01Z" }, status: 1 },
  });
  assert.ok(event.type === "exit");
  assert.deepEqual([event.process?.pid, event.process?.execId], [77, ""]);
  assert.deepEqual([event.tid, event.parent, event.status, event.signal], [-1, undefined, 1, ""]);
});

test("64-bit numbers come as text, and a zero in an argument is kept", () => {
  const sizes = eventsWith('"size_arg"').flatMap((event) =>
    "hook" in event ? event.arguments : [],
  );
  assert.ok(sizes.some((one) => one.kind === "integer" && one.value > 0));
  assert.deepEqual(argument({ int_arg: 0 }), { kind: "integer", label: "", value: 0 });
  assert.deepEqual(argument({ long_arg: "-5" }), { kind: "integer", label: "", value: -5 });
});

test("all capabilities have the prefix, the one that Tetragon prints without it too", () => {
  const names = eventsWith('"DAC_OVERRIDE"').flatMap(
    (event) => event.process?.capabilities?.effective ?? [],
  );
  assert.ok(names.includes("CAP_DAC_OVERRIDE"));
  assert.ok(names.every((name) => name.startsWith("CAP_")));
});

test("capabilities and actions may come as numbers, known or not", () => {
  const event = hook({
    process_kprobe: { process: { cap: { effective: [1, 21, 60] } }, action: 3 },
  });
  const expected = ["CAP_DAC_OVERRIDE", "CAP_SYS_ADMIN", "CAP_60"];
  assert.deepEqual(event.process?.capabilities?.effective, expected);
  assert.equal(event.action, "KPROBE_ACTION_SIGKILL");
  assert.equal(hook({ process_lsm: { action: 99 } }).action, "KPROBE_ACTION_99");
});

test("a socket keeps mapped addresses, and a port that is left out is 0", () => {
  const sockets = eventsWith("::ffff:").flatMap((event) =>
    "hook" in event ? event.arguments.filter((one) => one.kind === "socket") : [],
  );
  assert.ok(sockets.some((one) => one.destinationAddress.startsWith("::ffff:")));
  const bare = argument({ sock_arg: { family: "AF_INET", cookie: "18446744073709551615" } });
  assert.ok(bare?.kind === "socket");
  const zero = argument({ sock_arg: { cookie: "0" } });
  assert.ok(zero?.kind === "socket" && zero.cookie === "");
  assert.deepEqual([bare.sourcePort, bare.cookie], [0, "18446744073709551615"]);
});

test("an accept that would block returns a socket with an invalid address", () => {
  const [event] = eventsWith('"return":{"sock_arg"');
  assert.ok(event !== undefined && "hook" in event && event.returned?.kind === "socket");
  const invalid = eventsWith("invalid IP").find((one) => "hook" in one);
  assert.ok(invalid !== undefined && "hook" in invalid && invalid.returned?.kind === "socket");
  assert.equal(invalid.returned.sourceAddress, "invalid IP");
  assert.equal(invalid.returned.sourcePort, 0);
});

test("an argument that the kernel could not read is an error with its message", () => {
  const failed = eventsWith('"error_arg"').flatMap((event) =>
    "hook" in event ? event.arguments.filter((one) => one.kind === "error") : [],
  );
  assert.ok(failed.length > 0 && failed.every((one) => one.message !== ""));
});

test("a program in memory has no links, and one without that statement has -1", () => {
  const links = eventsWith('"links":0').map((event) => event.process?.binaryProperties?.links);
  assert.ok(links.includes(0));
  const setuid = eventsWith("RAISED_EXEC_FILE_SETUID").map((event) => event.process);
  const gained = setuid.find((process) => process?.binaryProperties !== undefined);
  assert.deepEqual(gained?.binaryProperties, {
    setuid: 0,
    setgid: -1,
    privilegesChanged: ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"],
    links: -1,
  });
});

test("what ran before Tetragon is told by its flags", () => {
  assert.ok(eventsWith("procFS").some((event) => event.process?.flags.startsWith("procFS")));
});

test("a pod gives the whole container id without its scheme, and says what is privileged", () => {
  const pods = eventsWith("containerd://").filter((event) => event.process?.pod !== undefined);
  assert.ok(pods.every((event) => /^[0-9a-f]{64}$/.test(event.process?.containerId ?? "")));
  const privileged = eventsWith('"security_context":{"privileged":true}');
  assert.ok(privileged.some((event) => event.process?.pod?.privileged === true));
  assert.ok(eventsWith("maybe_exec_probe").some((one) => one.process?.pod?.maybeExecProbe));
});

test("without a pod the container id is the 31 digits of the docker field", () => {
  const event = decodeRecord({ process_exec: { process: { docker: "a".repeat(31) } } });
  assert.ok(event.type === "exec");
  assert.equal(event.process?.containerId, "a".repeat(31));
  assert.equal(event.process?.pod, undefined);
});

test("arguments of 131,007 bytes are cut, which is told and no fault of the line", () => {
  const line = JSON.stringify({
    process_exec: { process: { exec_id: "eA==", arguments: "/etc/x ".repeat(18_716) } },
  });
  const event = decodeText(line);
  assert.ok(event?.type === "exec");
  assert.equal(event.process?.arguments.length, 4096);
  assert.deepEqual(decoder.problem?.code, "text-cut");
  assert.equal(decoder.problem?.weight, "notice");
});

test("bytes that are no UTF-8 become replacement characters", () => {
  const bytes = Buffer.from('{"process_exec":{"process":{"binary":"/a\xff\xfeb"}}}', "latin1");
  const event = decoder.decode(bytes, 0, bytes.length, 0, 0);
  assert.ok(event?.type === "exec");
  assert.equal(event.process?.binary, "/a\ufffd\ufffdb");
});

test("every other type of event is read too", () => {
  const tracepoint = hook({
    process_tracepoint: {
      subsys: "raw_syscalls",
      event: "sys_exit",
      args: [{ syscall_id: { id: 59, abi: "x64" } }],
    },
  });
  assert.deepEqual([tracepoint.type, tracepoint.hook], ["tracepoint", "raw_syscalls/sys_exit"]);
  assert.deepEqual(tracepoint.arguments, [{ kind: "text", label: "", value: "x64/59" }]);
  const uprobe = hook({ process_uprobe: { path: "/usr/lib/libssl.so.3", symbol: "SSL_read" } });
  const expected = ["uprobe", "SSL_read", "/usr/lib/libssl.so.3"];
  assert.deepEqual([uprobe.type, uprobe.hook, uprobe.object], expected);
  const usdt = hook({ process_usdt: { path: "/app", provider: "python", name: "gc__start" } });
  assert.deepEqual([usdt.type, usdt.hook, usdt.object], ["usdt", "python/gc__start", "/app"]);
  const lsm = hook({ process_lsm: { function_name: "file_open", tags: ["a", "b"] } });
  assert.deepEqual([lsm.type, lsm.hook, lsm.tags], ["lsm", "file_open", ["a", "b"]]);
  const throttle = decodeRecord({ process_throttle: { type: "THROTTLE_START", cgroup: "/x" } });
  assert.ok(throttle.type === "throttle" && throttle.started && throttle.cgroup === "/x");
  const stop = decodeRecord({ process_throttle: { type: 2 } });
  assert.ok(stop.type === "throttle" && !stop.started);
  const rate = decodeRecord({ rate_limit_info: { number_of_dropped_process_events: "12" } });
  assert.ok(rate.type === "rate-limit" && rate.droppedCount === 12);
});

test("each kind of argument is read by what it means", () => {
  const cases: readonly [unknown, Partial<Argument> & Record<string, unknown>][] = [
    [{ path_arg: { path: "/a", permission: "-rw-" } }, { kind: "file", path: "/a" }],
    [{ linux_binprm_arg: { path: "/b" } }, { kind: "file", path: "/b", flags: "" }],
    [{ skb_arg: { saddr: "1.2.3.4", dport: 53 } }, { kind: "socket", destinationPort: 53 }],
    [{ sockaddr_arg: { addr: "::1", port: 80 } }, { kind: "socket-address", address: "::1" }],
    [{ sockaddrun_arg: { path: "/run/x" } }, { kind: "socket-address", address: "/run/x" }],
    [
      { uint_arg: 7, label: "n" },
      { kind: "integer", value: 7, label: "n" },
    ],
    [{ string_arg: "s" }, { kind: "text", value: "s" }],
    [{ bpf_cmd_arg: "BPF_PROG_LOAD" }, { kind: "text", value: "BPF_PROG_LOAD" }],
    [{ bpf_cmd_arg: 36 }, { kind: "text", value: "BPF_TOKEN_CREATE" }],
    [{ module_arg: { name: "xt" } }, { kind: "text", value: "xt" }],
    [{ bpf_attr_arg: { ProgType: "T", ProgName: "n" } }, { kind: "text", value: "T n" }],
    [{ bytes_arg: "AAECAw==" }, { kind: "bytes", sizeBytes: 4 }],
    [
      { truncated_bytes_arg: { bytes_arg: "AA==", orig_size: "9000" } },
      { kind: "bytes", sizeBytes: 9000 },
    ],
    [
      { process_credentials_arg: { uid: 5, caps: { effective: ["DAC_OVERRIDE"] } } },
      { kind: "capabilities", names: ["CAP_DAC_OVERRIDE"], uid: 5 },
    ],
    [{ user_ns_arg: { level: 1, uid: 9 } }, { kind: "capabilities", names: [], uid: 9 }],
    [{ capability_arg: { value: 21 } }, { kind: "capabilities", names: ["CAP_SYS_ADMIN"] }],
    [
      { cap_effective_arg: "0000020000000003" },
      { kind: "capabilities", names: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_41"] },
    ],
    [
      { next_arg: { x: 1 }, label: "l" },
      { kind: "other", name: "next_arg", label: "l" },
    ],
    [{}, { kind: "other", name: "" }],
  ];
  for (const [given, expected] of cases) {
    const read = argument(given);
    assert.equal(decoder.problem, undefined, JSON.stringify(given));
    assert.deepEqual({ ...read, ...expected }, read, JSON.stringify(given));
  }
});

test("an event of a later version is kept under its name", () => {
  const event = decodeRecord({ process_future: { process: {} }, node_name: "n" });
  assert.ok(event.type === "unknown");
  assert.deepEqual(
    [event.name, event.node, event.input, event.offset],
    ["process_future", "n", 3, 70],
  );
  const empty = decodeRecord({ node_name: "n", process_exec: null });
  assert.ok(empty.type === "unknown" && empty.name === "");
});

test("of several events in one record the first of the table counts, and that is told", () => {
  const event = decodeRecord({ process_new: {}, process_kprobe: {}, process_exec: {} });
  assert.equal(event.type, "exec");
  assert.equal(decoder.problem?.code, "record-ambiguous");
});

test("a value of a wrong type counts as absent, and that is told", () => {
  const cases: readonly [unknown, string][] = [
    [{ process_exec: { process: { pid: "x" } } }, "`pid`"],
    [{ process_exec: { process: { pid: 1.5 } } }, "`pid`"],
    [{ process_exec: { process: { binary: 5 } } }, "`binary`"],
    [{ process_exec: { process: { cap: [] } } }, "`cap`"],
    [{ process_exec: { process: 5 } }, "`process`"],
    [{ process_exec: { ancestors: {} } }, "`ancestors`"],
    [{ process_kprobe: { args: [7] } }, "`args`"],
    [{ process_kprobe: { args: [{ file_arg: "x" }] } }, "`file_arg`"],
    [{ process_exec: { process: { in_init_tree: "yes" } } }, "`in_init_tree`"],
    [{ process_loader: { buildid: "!!" } }, "`buildid`"],
    [{ process_exec: 5 }, "`process_exec`"],
    [{ process_exec: {}, node_name: [] }, "`node_name`"],
  ];
  for (const [record, field] of cases) {
    decodeRecord(record);
    const expected = `${field} has an unexpected type, taken as absent.`;
    assert.equal(decoder.problem?.message, expected, JSON.stringify(record));
  }
});

test("numbers beyond 2^53 are rounded and told, identities are kept whole", () => {
  const event = hook({ process_kprobe: { args: [{ size_arg: "18446744073709551615" }] } });
  assert.deepEqual(event.arguments[0], { kind: "integer", label: "", value: 2 ** 64 });
  assert.equal(decoder.problem?.code, "number-inexact");
});

test("a time that is none counts as absent and is told", () => {
  const event = decodeRecord({ process_exec: {}, time: "yesterday" });
  assert.equal(event.timeUs, 0);
  assert.equal(decoder.problem?.code, "time-invalid");
});

test("lists beyond their bound are cut and told", () => {
  const many = Array.from({ length: 40 }, () => ({ int_arg: 1 }));
  assert.equal(hook({ process_kprobe: { args: many } }).arguments.length, 16);
  assert.equal(decoder.problem?.code, "list-cut");
});

test("keys that mean something to JavaScript do no harm", () => {
  const event = decodeText('{"__proto__":{"process_exec":{}},"node_name":"n"}');
  assert.ok(event?.type === "unknown" && event.name === "__proto__");
  const nested = decodeText('{"process_exec":{"process":{"__proto__":{"pid":5}}}}');
  assert.ok(nested?.type === "exec" && nested.process?.pid === -1);
  const named = decodeText('{"constructor":{"process":{}}}');
  assert.ok(named?.type === "unknown" && named.name === "constructor");
  assert.equal(argument(JSON.parse('{"__proto__":{}}'))?.kind, "other");
});

test("what is no JSON object gives no event and says why", () => {
  for (const text of ["", " ", "{", "{]", '{"a":1}}', "\ufeff{}", "{'a':1}", "undefined"]) {
    assert.equal(decodeText(text), undefined, text);
    assert.equal(decoder.problem?.code, "line-not-json", text);
  }
  for (const text of ["null", "[]", "7", '"x"', "true"]) {
    assert.equal(decodeText(text), undefined, text);
    assert.equal(decoder.problem?.code, "line-not-object", text);
  }
});

test("a file that was written over several lines is told how to be written again", () => {
  for (const text of ["{", "  [ "]) {
    assert.equal(decodeText(text), undefined);
    assert.match(decoder.problem?.message ?? "", /on one line: `jq -c \. FILE`/);
  }
  assert.equal(decodeText('"process_exec": {'), undefined);
  assert.doesNotMatch(decoder.problem?.message ?? "", /jq/);
});
