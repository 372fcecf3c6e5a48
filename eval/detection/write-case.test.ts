/** Tests of cases from recordings: what is written says the same again when it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import type { Event } from "../../src/core/event/event.ts";
import { decodeCases } from "../../src/core/observe/detect/decode-cases.ts";
import { ProcessTable } from "./process-table.ts";
import { writeCase } from "./write-case.ts";

const containers = { web: { image: "nginx:1.25", workload: "front", namespace: "shop" } };
const told = [
  { at: 0, pid: 12, exec: "/bin/sh", args: '-c "id | sh"', container: "web", entered: true },
  { at: 0.1, pid: 13, fork: 12 },
  { at: 0.2, pid: 13, exec: "/usr/bin/id", uid: 33, cwd: "/srv" },
  { at: 0.3, pid: 13, read: "/etc/passwd" },
  { at: 0.4, pid: 13, connect: "203.0.113.5:80" },
  { at: 0.5, pid: 13, send: "203.0.113.5:80", bytes: 10 },
  { at: 0.6, pid: 13, send: "203.0.113.5:80", bytes: 20 },
  { at: 0.7, pid: 13, chmod: "/tmp/x 0755" },
  { at: 0.8, pid: 13, rename: ["/tmp/x", "/tmp/y"] },
  { at: 0.9, pid: 13, symlink: ["/tmp/y", "/tmp/z"] },
  { at: 1, pid: 13, mount: ["/dev/sda", "/mnt", "ext4"] },
  { at: 1.1, pid: 13, unix: "/var/run/docker.sock" },
  { at: 1.2, pid: 13, exit: 1 },
  { at: 1.3, pid: 12, exit: "SIGKILL" },
];

/** What of events a rule can see, without ids that differ. */
function essence(events: readonly Event[]): readonly string[] {
  return events.flatMap((event) => {
    if (!("process" in event) || event.process === undefined) return [];
    const { pid, binary, arguments: args, uid, cwd, inInitTree, containerId } = event.process;
    if (binary.endsWith("systemd") || binary.endsWith("shim-runc-v2")) return [];
    const hook = "hook" in event ? `${event.hook} ${JSON.stringify(event.arguments)}` : "";
    const about = `${pid} < ${event.parent?.pid} ${binary} ${args} ${uid} ${cwd} ${inInitTree}`;
    return [`${event.type} ${about} ${containerId.length} ${hook}`];
  });
}

function play(events: readonly unknown[], more: object): readonly Event[] {
  const decoded = decodeCases({ matching: [{ name: "n", events, ...more }] });
  assert.deepEqual(decoded.problems, []);
  return decoded.matching[0]?.events ?? [];
}

function write(events: readonly Event[], pids: readonly number[]): string {
  const table = new ProcessTable();
  for (const event of events) table.take(event);
  const wanted = new Set(pids.flatMap((pid) => table.ofPid(pid).map(({ execId }) => execId)));
  return writeCase(events, { name: "n: o", from: "r/s", wanted, table });
}

test("a written case reads as the events it was written of", () => {
  const events = play(told, { containers });
  const text = write(events, [12, 13]);
  const [read] = parse(text) as [Record<string, unknown>];
  assert.equal(read["name"], "n: o");
  const { events: lines, ...more } = read;
  const again = play(lines as unknown[], more);
  const twice = essence(events).filter((line) => line.includes("tcp_sendmsg"));
  const sum = twice[0]?.replace('"value":10', '"value":30');
  const expected = essence(events).filter((line) => !twice.includes(line));
  expected.splice(expected.findIndex((line) => line.includes("tcp_connect")) + 1, 0, sum ?? "");
  assert.deepEqual(essence(again), expected);
});

test("a process that was there before is listed as running", () => {
  const events = play([{ at: 1, pid: 30, accept: "203.0.113.9:5000", on: 80 }], {
    running: [{ pid: 30, exec: "/usr/sbin/nginx", container: "web" }],
  });
  const hooksOnly = events.filter(({ type }) => type !== "exec");
  const [read] = parse(write([...events.slice(0, 0), ...hooksOnly], [30])) as [
    Record<string, readonly Record<string, unknown>[]>,
  ];
  const [, worker] = read["running"] ?? [];
  assert.equal(worker?.["exec"], "/usr/sbin/nginx");
  assert.equal(worker?.["parent"], 20_000);
  assert.deepEqual(read["events"], [{ at: 0, pid: 30, accept: "203.0.113.9:5000", on: 80 }]);
});
