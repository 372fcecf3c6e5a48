/**
 * Holds the tests of how a dump of running processes becomes messages.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createProtobufDecoder } from "../../core/event/decode-protobuf.ts";
import type { Event } from "../../core/event/event.ts";
import { isFromProc } from "../../core/event/process-flags.ts";
import {
  dumpAnswer,
  encodeProcess,
  execEvent,
  execIdOf,
} from "../../testing/raw-tetragon-server.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { nodeNameOf, readKnownProcesses, startedId } from "./known-processes.ts";
import { rangeField, readFields, readMessage } from "./read-fields.ts";

function decode(message: Uint8Array): Event {
  const event = createProtobufDecoder().decode(message, 0, message.length, 0, 0);
  assert.ok(event !== undefined);
  return event;
}

/** Tells whose dump it is. */
const flagsOf = ({ node, serverIds }: { node: string; serverIds: readonly string[] }) =>
  `of-${node}-${serverIds.length}`;

const shell = { execId: execIdOf("lab", 5_000_000_000, 42), binary: "/bin/sh" };
const server = { execId: execIdOf("lab", 90_000_000, 7), binary: "/usr/bin/tetragon" };

test("a process that runs becomes an exec event flagged procFS, else as it is", async () => {
  const processes = [
    encodeProcess({ ...shell, flags: "execve clone" }),
    encodeProcess({ ...server, flags: "procFS auid" }),
    encodeProcess({ execId: "", binary: "", flags: "unknown" }),
  ];
  const known = await readKnownProcesses(dumpAnswer(processes), flagsOf);
  assert.ok(known !== undefined);
  assert.equal(known.node, "lab");
  assert.deepEqual(known.serverIds, [server.execId]);
  assert.deepEqual(
    known.processes.map(({ execId }) => execId),
    [shell.execId, server.execId],
  );
  const events = known.processes.map(({ message }) => decode(message));
  assert.ok(events.every(isFromProc));
  const [first, second] = events;
  assert.equal(first?.node, "lab");
  assert.equal(first.timeUs, 1_700_000_000_000_005);
  assert.equal(first.process?.startTimeUs, first.timeUs);
  assert.equal(first.process?.binary, "/bin/sh");
  assert.equal(first.process?.pid, 42);
  assert.equal(first.process?.flags, "execve clone procFS of-lab-1");
  assert.equal(second?.process?.flags, "procFS auid of-lab-1");
});

test("the process of a recorded exec survives the way through a dump", async () => {
  let count = 0;
  for (const message of recordedMessages()) {
    const id = startedId(message);
    const event = decode(message);
    assert.equal(id, event.type === "exec" ? event.process?.execId : "");
    assert.equal(nodeNameOf(message), event.node);
    if (event.type !== "exec" || event.process === undefined) continue;
    count += 1;
    const known = await readKnownProcesses(dumpAnswer([processOf(message)]), flagsOf);
    const [again] = known?.processes ?? [];
    assert.ok(again !== undefined);
    const told = decode(again.message);
    assert.ok(told.type === "exec" && told.process !== undefined);
    assert.equal(told.node, event.node);
    const { flags, ...rest } = told.process;
    const { flags: before, ...same } = event.process;
    assert.deepEqual(rest, same);
    const listed = before.split(" ").includes("procFS") ? before : `${before} procFS`;
    assert.ok(flags.startsWith(`${listed} of-`));
  }
  assert.ok(count >= 3);
});

/** Bytes of `process_exec.process`: field 1 of field 1. */
function processOf(message: Uint8Array): Uint8Array {
  const first = (bytes: Uint8Array): Uint8Array =>
    readMessage(bytes, (cursor, end) => {
      let found = bytes;
      readFields(cursor, end, (tag) => {
        if (tag !== rangeField(1)) return false;
        const rangeEnd = cursor.readRangeEnd();
        found = bytes.subarray(cursor.at, rangeEnd);
        cursor.at = rangeEnd;
        return true;
      });
      return found;
    });
  return first(first(message));
}

test("what is no dump is undefined, and an empty dump lists none", async () => {
  assert.equal(await readKnownProcesses(new Uint8Array([0x1a, 9, 1]), flagsOf), undefined);
  const known = await readKnownProcesses(new Uint8Array(0), flagsOf);
  assert.deepEqual(known?.processes, []);
});

test("processes beyond the bound are counted", async () => {
  const process = encodeProcess({ ...shell, flags: "" });
  const known = await readKnownProcesses(dumpAnswer(new Array(108).fill(process)), flagsOf, 100);
  assert.equal(known?.processes.length, 100);
  assert.equal(known?.droppedCount, 8);
});

test("an event that starts no process has no started id", () => {
  assert.equal(startedId(execEvent(encodeProcess({ ...shell, flags: "" }))), shell.execId);
  assert.equal(startedId(new Uint8Array([0x2a, 0])), "");
});
