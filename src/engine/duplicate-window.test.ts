/** Holds how events that come again are told from those that only look alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Argument, HookEvent } from "../core/event/event.ts";
import { DuplicateWindow } from "./duplicate-window.ts";

function hook(timeUs: number, argument: Argument, more: Partial<HookEvent> = {}): HookEvent {
  return {
    type: "kprobe",
    timeUs,
    node: "n",
    cluster: "",
    input: 0,
    offset: 0,
    process: undefined,
    parent: undefined,
    tid: 5,
    hook: "f",
    object: "",
    policy: "p",
    arguments: [argument],
    returned: undefined,
    action: "",
    message: "",
    tags: [],
    ...more,
  };
}

const number = (value: number): Argument => ({ kind: "integer", label: "", value });

test("an event is known again within the last sixty-four thousand, even of one busy call", () => {
  for (const argument of [number, () => number(1)]) {
    const window = new DuplicateWindow();
    for (let time = 1; time <= 65_536; time++) {
      assert.equal(window.seenBefore(hook(time, argument(time))), false);
    }
    let forgotten = 0;
    for (let time = 1; time <= 65_536; time++) {
      if (!window.seenBefore(hook(time, argument(time)))) forgotten++;
    }
    assert.ok(forgotten <= 34, `${forgotten} forgotten`);
  }
});

test("events of the same moments and threads are distinct by one number", () => {
  const window = new DuplicateWindow();
  for (let value = 0; value < 20_000; value++) {
    const event = hook(1 + (value & 7), number(value), { tid: value >> 10 });
    assert.equal(window.seenBefore(event), false, `value ${value}`);
  }
});

test("each kind of argument and each field that tells events apart does", () => {
  const socket = {
    kind: "socket",
    label: "",
    family: "AF_INET",
    protocol: "",
    state: "",
    sourceAddress: "10.0.0.1",
    sourcePort: 1,
    destinationAddress: "10.0.0.2",
    destinationPort: 2,
    cookie: "",
  } as const;
  const file = { kind: "file", label: "", path: "/a", flags: "", permission: "" } as const;
  const address = {
    kind: "socket-address",
    label: "",
    family: "",
    address: "/s",
    port: 0,
  } as const;
  const events: readonly HookEvent[] = [
    hook(1, file),
    hook(1, { ...file, path: "/b" }),
    hook(1, socket),
    hook(1, { ...socket, sourcePort: 2, destinationPort: 1 }),
    hook(1, { ...socket, destinationAddress: "10.0.0.3" }),
    hook(1, address),
    hook(1, { ...address, port: 1 }),
    hook(1, { kind: "text", label: "", value: "a" }),
    hook(1, { kind: "bytes", label: "", sizeBytes: 3 }),
    hook(1, { kind: "capabilities", label: "", names: ["CAP_KILL"], uid: 0 }),
    hook(1, { kind: "error", label: "", message: "Bad address" }),
    hook(1, { kind: "other", label: "", name: "new_arg" }),
    hook(1, number(0)),
    hook(1, number(2 ** 40)),
    hook(1, number(-1)),
    hook(1, number(0), { returned: number(0) }),
    hook(1, number(0), { hook: "g" }),
    hook(1, number(0), { policy: "q" }),
    hook(1, number(0), { node: "m" }),
    hook(1, number(0), { tid: 6 }),
    hook(2, number(0)),
    hook(1, number(0), { type: "lsm" }),
  ];
  const window = new DuplicateWindow();
  const seen = [...events, ...events].map((event) => window.seenBefore(event));
  assert.deepEqual(seen, [...events.map(() => false), ...events.map(() => true)]);
});

test("what has neither time nor a path to tell it by is never taken for a copy", () => {
  const window = new DuplicateWindow();
  assert.equal(window.seenBefore(hook(0, number(0))), false);
  assert.equal(window.seenBefore(hook(0, number(0))), false);
});

test("a window that goes on from a copy remembers the same, and no more", () => {
  const events = Array.from({ length: 3000 }, (_, time) => hook(1 + time, number(time % 7)));
  const whole = new DuplicateWindow();
  const first = new DuplicateWindow();
  for (const event of events.slice(0, 2000)) {
    whole.seenBefore(event);
    first.seenBefore(event);
  }
  const second = new DuplicateWindow(structuredClone(first.dump()));
  for (const event of [...events.slice(1500), ...events]) {
    assert.equal(second.seenBefore(event), whole.seenBefore(event));
  }
  assert.deepEqual(second.dump(), whole.dump());
  assert.equal(first.seenBefore(hook(2500, number(0))), false, "the original learned nothing");
});

test("what an earlier version kept, the entries in use alone, is remembered too", () => {
  const events = Array.from({ length: 300 }, (_, time) => hook(1 + time, number(time)));
  const window = new DuplicateWindow();
  for (const event of events) window.seenBefore(event);
  const { times, threads, hashes, nextWay } = structuredClone(window.dump());
  const places = Uint32Array.from([...times.keys()].filter((place) => times[place] !== 0));
  const old = new DuplicateWindow({
    places,
    times: Float64Array.from(places, (place) => times[place] ?? 0),
    threads: Int32Array.from(places, (place) => threads[place] ?? 0),
    hashes: Int32Array.from(places, (place) => hashes[place] ?? 0),
    nextWay,
  });
  assert.equal(places.length, 300);
  assert.deepEqual(old.dump(), window.dump());
});

test("what a larger window of an earlier state remembered is known again", () => {
  const before = new DuplicateWindow();
  const events = Array.from({ length: 5000 }, (_, at) => hook(1 + at, number(at)));
  for (const event of events) before.seenBefore(event);
  const { times, threads, hashes } = before.dump();
  const larger = {
    times: new Float64Array(2 * times.length),
    threads: new Int32Array(2 * times.length),
    hashes: new Int32Array(2 * times.length),
    nextWay: new Uint8Array(1 << 14),
  };
  larger.times.set(times, times.length);
  larger.threads.set(threads, times.length);
  larger.hashes.set(hashes, times.length);
  const used = [...times.keys()].filter((place) => times[place] !== 0);
  const packed = {
    places: Uint32Array.from(used),
    times: Float64Array.from(used, (place) => times[place] ?? 0),
    threads: Int32Array.from(used, (place) => threads[place] ?? 0),
    hashes: Int32Array.from(used, (place) => hashes[place] ?? 0),
    nextWay: larger.nextWay,
  };
  for (const dumped of [larger, packed, before.dump()]) {
    const window = new DuplicateWindow(dumped);
    for (const event of events) assert.equal(window.seenBefore(event), true);
    assert.equal(window.seenBefore(hook(6000, number(1))), false);
  }
});
