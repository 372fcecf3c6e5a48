/** Holds the reading of recorded and of broken inputs, over files in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import type { Event } from "../core/event/event.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { recordedLines, recordedMessages } from "../testing/recorded-events.ts";
import { type EventInput, type Progress, readEvents } from "./read-events.ts";

interface Outcome {
  readonly events: readonly Event[];
  readonly inputs: readonly EventInput[];
  /** `code×count@offset:line` */
  readonly problems: readonly string[];
}

async function read(
  inputs: readonly (string | Uint8Array)[],
  range: { readonly sinceUs?: number; readonly untilUs?: number } = {},
): Promise<Outcome> {
  const stored = new Map(inputs.map((one, index) => [`in${index}`, Buffer.from(one)]));
  const problems = new ProblemLog();
  const events: Event[] = [];
  const read = await readEvents({
    files: createMemoryFiles(new Map(stored)),
    names: [...stored.keys()],
    problems,
    onEvent: (event) => events.push(event),
    ...range,
  });
  const told = problems
    .list()
    .map(({ code, count, first }) => `${code}×${count}@${first.offset}:${first.line}`);
  return { events, inputs: read, problems: told };
}

async function readOne(input: string | Uint8Array): Promise<Outcome & { input: EventInput }> {
  const outcome = await read([input]);
  const [only] = outcome.inputs;
  assert.ok(only !== undefined);
  return { ...outcome, input: only };
}

/** **Unit**: seconds after some midnight. */
function line(seconds: number, more: Readonly<Record<string, unknown>> = {}): string {
  const time = new Date(1_790_000_000_000 + seconds * 1000).toISOString();
  const { node = "n1", pid = 7, path = "/bin/a", ...rest } = more;
  const process = { exec_id: `id-${pid}`, pid, tid: pid, binary: "/bin/sh", flags: "execve" };
  const kprobe = {
    process: { ...process, ...rest },
    function_name: "security_file_open",
    policy_name: "open",
    args: [{ file_arg: { path } }],
  };
  return `${JSON.stringify({ process_kprobe: kprobe, node_name: node, time })}\n`;
}

const startUs = 1_790_000_000_000_000;

const recorded = Buffer.concat(recordedLines("pairs").flatMap((one) => [one, Buffer.from("\n")]));

test("a recording gives its events with their places, and nothing to complain about", async () => {
  const { events, input, problems } = await readOne(recorded);
  assert.equal(events.length, recordedLines("pairs").length);
  assert.deepEqual(problems, []);
  assert.equal(input.format, "jsonl");
  assert.equal(input.sizeBytes, recorded.length);
  const counted = [...input.typeCounts.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(counted, events.length);
  assert.equal(input.eventCount, events.length);
  assert.ok(input.firstUs > 0 && input.lastUs >= input.firstUs);
  for (const event of events) assert.equal(recorded[event.offset], 0x7b);
});

test("the same events as protobuf are duplicates of those as JSON", async () => {
  const messages = recordedMessages().flatMap((one) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(one.length);
    return [size, one];
  });
  const { inputs, events } = await read([recorded, Buffer.concat(messages)]);
  assert.equal(inputs[1]?.format, "protobuf");
  assert.equal(inputs[1]?.duplicateCount, inputs[0]?.eventCount);
  assert.equal(events.length, inputs[0]?.eventCount);
});

test("ten copies change no count but that of duplicates", async () => {
  const once = await readOne(recorded);
  const tenfold = await readOne(Buffer.concat(Array.from({ length: 10 }, () => recorded)));
  const { sizeBytes: _, duplicateCount, ...rest } = tenfold.input;
  const { sizeBytes: __, duplicateCount: none, ...expected } = once.input;
  assert.equal(none, 0);
  assert.equal(duplicateCount, 9 * once.input.eventCount);
  const nodes = rest.nodes.map((node) => ({ ...node }));
  assert.deepEqual({ ...rest, nodes }, { ...expected, nodes: expected.nodes });
  assert.deepEqual(tenfold.events, once.events);
  assert.deepEqual(tenfold.problems, [`duplicate-events×${duplicateCount}@-1:0`]);
});

test("what differs in anything that counts is no duplicate", async () => {
  const kinds = [
    line(1),
    line(1.001),
    line(1, { pid: 8 }),
    line(1, { path: "/bin/b" }),
    line(1, { node: "n2" }),
    line(1, { path: `/${"x".repeat(3000)}1${"x".repeat(300)}` }),
    line(1, { path: `/${"x".repeat(3000)}1${"x".repeat(299)}` }),
  ];
  assert.equal((await readOne(kinds.join(""))).events.length, kinds.length);
});

test("a copy does not tell the doubts about its original again", async () => {
  const doubtful = line(1, { arguments: "x".repeat(10_000) });
  const { problems } = await readOne(doubtful.repeat(3));
  assert.deepEqual(problems, ["duplicate-events×2@-1:0", "text-cut×1@0:1"]);
});

test("loader events carry no time, and are still told apart from their copies", async () => {
  const loader = (path: string, id: string) =>
    `${JSON.stringify({
      process_loader: { process: { exec_id: id, pid: 1 }, path, buildid: "AAAA" },
      node_name: "n1",
    })}\n`;
  const one = loader("/lib/a.so", "a");
  const { input, events } = await readOne(
    [line(5), one, loader("/lib/b.so", "a"), loader("/lib/a.so", "b"), one].join(""),
  );
  assert.equal(events.length, 4);
  assert.equal(input.duplicateCount, 1);
  assert.equal(input.firstUs, startUs + 5e6);
});

test("a cut last line is lost and said, a whole one without an end is an event", async () => {
  const whole = await readOne(line(1) + line(2).trimEnd());
  assert.equal(whole.events.length, 2);
  assert.deepEqual(whole.problems, []);
  const cut = await readOne(line(1) + line(2).slice(0, 40));
  assert.equal(cut.events.length, 1);
  assert.deepEqual(cut.problems, [`cut-last-line×1@${line(1).length}:2`]);
  assert.match(cut.input.cut ?? "", /last line/);
  assert.equal(cut.input.damage, undefined);
});

test("an input that begins in the midst of a line loses only that line", async () => {
  const { events, problems } = await readOne(line(1).slice(30) + line(2));
  assert.equal(events.length, 1);
  assert.deepEqual(problems, ["cut-first-line×1@0:1"]);
});

test("a cut compressed stream gives what lies before the cut", async () => {
  const stored = gzipSync(recorded);
  const cut = await readOne(stored.subarray(0, Math.floor(stored.length / 2)));
  assert.ok(cut.events.length > 50);
  assert.ok(cut.problems.includes("input-cut×1@-1:0"));
  assert.match(cut.input.cut ?? "", /gzip stream was cut/);
});

test("unreadable lines are counted by reason, with the first place and a time", async () => {
  const bad = ["not json\n", "[]\n", "null\n", "\u0000\n", '{"a":\n'];
  const { input, events, problems } = await readOne(
    [line(1), ...bad, line(2), "nope\n", line(3)].join(""),
  );
  assert.equal(events.length, 3);
  assert.equal(input.unreadableCount, 5);
  const start = line(1).length;
  assert.deepEqual(problems, [
    `line-not-json×3@${start}:2`,
    `line-not-object×2@${start + 9}:3`,
    `nul-bytes×1@${start + 17}:5`,
  ]);
  const damage = { count: 6, sinceUs: startUs + 1e6, untilUs: startUs + 3e6 };
  assert.deepEqual(input.damage, damage);
});

test("a line of ten megabytes and bad UTF-8 are events, deep nesting is none", async () => {
  const long = line(1, { arguments: "x".repeat(10_000_000) });
  const bad = Buffer.from(line(2));
  bad[bad.indexOf("/bin/a") + 1] = 0xff;
  const deep = `{"process_exec":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`;
  const { events } = await readOne(Buffer.concat([Buffer.from(long), bad, Buffer.from(deep)]));
  assert.ok(events.length >= 2);
  assert.equal(events[0]?.type, "kprobe");
  assert.equal(events[1]?.type, "kprobe");
});

test("unknown types and records without an event are counted, not dropped", async () => {
  const { input, events, problems } = await readOne(
    `{"process_quark":{},"time":"2026-03-15T00:06:32Z"}\n{"node_name":"n1"}\n`,
  );
  assert.equal(events.length, 2);
  const names = [...input.typeCounts.keys()];
  assert.deepEqual(names, ["unknown:", "unknown:process_quark"]);
  assert.ok(problems.includes("event-type-unknown×1@0:1"));
  assert.ok(problems.some((one) => one.startsWith("record-without-event×1@")));
});

test("an empty input and one without events are told apart", async () => {
  assert.deepEqual((await readOne("")).problems, ["no-events×1@-1:0"]);
  const text = await readOne("# Hello\n\nworld\n");
  assert.equal(text.input.eventCount, 0);
  assert.ok(text.problems.includes("no-events×1@-1:0"));
  assert.ok(text.problems.some((one) => one.startsWith("line-not-json")));
});

test("a clock that goes back is noticed, ordinary disorder is not", async () => {
  const ordinary = Array.from({ length: 300 }, (_, n) => line(n % 50 === 0 ? n - 2.5 : n));
  assert.deepEqual((await readOne(ordinary.join(""))).problems, []);
  const back = Array.from({ length: 300 }, (_, n) => line(n < 150 ? n : n - 600));
  const { input, problems } = await readOne(back.join(""));
  assert.deepEqual(problems, ["events-out-of-order×150@-1:0"]);
  assert.equal(input.disorderMaxUs, 599e6);
});

test("a silent stretch is noticed where events usually come", async () => {
  const busy = Array.from({ length: 4000 }, (_, n) => line(n / 10 + (n < 2000 ? 0 : 300)));
  const { input, problems } = await readOne(busy.join(""));
  assert.deepEqual(problems, ["silent-stretch×1@-1:0"]);
  const gaps = input.nodes[0]?.gaps;
  assert.deepEqual(gaps, [{ sinceUs: startUs + 199.9e6, untilUs: startUs + 500e6 }]);
  const rare = Array.from({ length: 200 }, (_, n) => line(n * 120));
  assert.deepEqual((await readOne(rare.join(""))).problems, []);
});

test("processes from before the sensor do not stretch the recording", async () => {
  const old = `${JSON.stringify({
    process_exec: { process: { exec_id: "o", pid: 1, binary: "/sbin/init", flags: "procFS" } },
    node_name: "n1",
    time: "2020-01-01T00:00:00Z",
  })}\n`;
  const { input, problems } = await readOne(old + line(1) + old.replace('"o"', '"p"') + line(2));
  assert.equal(input.eventCount, 4);
  assert.equal(input.firstUs, startUs + 1e6);
  assert.deepEqual(problems, []);
});

test("a hook that returns late says nothing about the clock", async () => {
  const late = line(0).replace('"policy_name"', '"return":{"int_arg":0},"policy_name"');
  const events = [
    line(500),
    ...Array.from({ length: 20 }, (_, n) => late.replace("000Z", `00${n}Z`)),
  ];
  const { input } = await readOne(events.join(""));
  assert.equal(input.disorderCount, 0);
  assert.equal(input.nodes[0]?.eventCount, input.eventCount);
});

test("only the asked time is handed on, timeless events by the time of their node", async () => {
  const loader = (path: string) =>
    `${JSON.stringify({
      process_loader: { process: { exec_id: "a", pid: 1 }, path, buildid: "AA" },
      node_name: "n1",
    })}\n`;
  const text = [line(1), loader("/1"), line(2), loader("/2"), line(3), loader("/3")].join("");
  const range = { sinceUs: startUs + 2e6, untilUs: startUs + 3e6 };
  const { events, inputs } = await read([text], range);
  assert.deepEqual(
    events.map((event) => (event.type === "loader" ? event.path : event.timeUs - startUs)),
    [2e6, "/2"],
  );
  assert.equal(inputs[0]?.outsideCount, 4);
  assert.equal(inputs[0]?.firstUs, startUs + 2e6);
});

test("several nodes in one input are kept apart", async () => {
  const text = Array.from({ length: 40 }, (_, n) =>
    line(n % 2 === 0 ? n : n - 900, { node: n % 2 === 0 ? "a" : "b" }),
  );
  const { input, problems } = await readOne(text.join(""));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    input.nodes.map(({ node, eventCount }) => [node, eventCount]),
    [
      ["a", 20],
      ["b", 20],
    ],
  );
});

test("containers are told by the first digits of their id, and get their pod late", async () => {
  const id = "0123456789abcdef".repeat(4);
  const early = line(1, { docker: id.slice(0, 31) });
  const pod = { namespace: "shop", name: "p", container: { id: `containerd://${id}`, name: "c" } };
  const { input } = await readOne(early + line(2, { pid: 9, pod }) + line(3, { pid: 10 }));
  const containers = [...input.containers.values()];
  assert.equal(containers.length, 1);
  assert.equal(containers[0]?.containerId, id);
  assert.equal(containers[0]?.eventCount, 2);
  assert.equal(containers[0]?.pod, "p");
  assert.equal(input.hostEventCount, 1);
});

test("names beyond the bounds are only counted", async () => {
  const many = Array.from({ length: 10_100 }, (_, n) =>
    line(n, { pid: n, docker: n.toString(16).padStart(31, "0") }),
  );
  const { input } = await readOne(many.join(""));
  assert.equal(input.containers.size, 10_000);
  assert.equal(input.leftOutCount, 100);
  assert.equal(input.eventCount, 10_100);
});

test("progress is told with each piece", async () => {
  const told: Progress[] = [];
  const files = createMemoryFiles(new Map([["in", gzipSync(recorded)]]));
  const problems = new ProblemLog();
  const onProgress = (progress: Progress) => told.push(progress);
  await readEvents({ files, names: ["in"], problems, onEvent: () => {}, onProgress });
  assert.ok(told.length > 5);
  const counts = told.map(({ eventCount }) => eventCount);
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => a - b),
  );
  assert.equal(told.at(-1)?.eventCount, recordedLines("pairs").length);
  assert.ok(told.every(({ consumedBytes, sizeBytes }) => consumedBytes <= sizeBytes));
});

test("any bytes are read to their end", async () => {
  const hostile = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(line(1), line(2), "\n", "{", "\0\0\0\x05").map((text) => Buffer.from(text)),
      fc.nat(recorded.length - 400).map((at) => recorded.subarray(at, at + 400)),
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (pieces) => {
      const bytes = Buffer.concat(pieces);
      const { input, events } = await readOne(bytes);
      assert.equal(input.eventCount, events.length);
    }),
    { numRuns: 200 },
  );
});
