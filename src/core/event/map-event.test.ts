/** Holds what keeps the tables of the decoders in step, and the bounds of what they make. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Doubts } from "./event-decoder.ts";
import { argumentKinds } from "./map-argument.ts";
import { eventNames, mapEvent } from "./map-event.ts";
import { mapProcess } from "./map-process.ts";
import { type MessageFields, responseFields } from "./protobuf-fields.ts";
import { bpfCommandNames, capabilityNames, nameOfNumber } from "./wire-names.ts";
import { integerAt, textAt } from "./wire-value.ts";

const place = { input: 0, offset: 0 };

function fieldNames(fields: MessageFields | undefined): readonly string[] {
  return [...(fields?.values() ?? [])].map((field) => field.name);
}

test("both encodings know the same events and the same kinds of argument", () => {
  const frame = ["node_name", "time", "cluster_name", "test"];
  const events = fieldNames(responseFields).filter((name) => !frame.includes(name));
  assert.deepEqual(events.toSorted(), [...eventNames].sort());
  const kprobe = [...responseFields.values()].find((field) => field.name === "process_kprobe");
  const list = [...(kprobe?.fields.values() ?? [])].find((field) => field.name === "args");
  const kinds = fieldNames(list?.fields).filter((name) => name !== "label");
  assert.deepEqual(kinds.toSorted(), [...argumentKinds].sort());
});

test("numbers have the names that the wire gives them", () => {
  assert.equal(nameOfNumber(40, capabilityNames), "CAP_CHECKPOINT_RESTORE");
  assert.equal(nameOfNumber(41, capabilityNames), "CAP_41");
  assert.equal(nameOfNumber(-1, capabilityNames), "CAP_-1");
  assert.equal(nameOfNumber(35, bpfCommandNames), "BPF_PROG_BIND_MAP");
});

test("an empty process has everything absent, and no zero that looks like root", () => {
  const { process, tid, problem } = mapProcess({});
  assert.deepEqual([process.uid, process.pid, process.auid, tid], [-1, -1, -1, -1]);
  assert.deepEqual([process.inInitTree, process.pod, problem], [undefined, undefined, undefined]);
});

test("an event is bounded, however large its record", () => {
  const long = "é".repeat(100_000);
  const labels = Object.fromEntries(["namespace", "name", "uid"].map((name) => [name, long]));
  const process = { exec_id: long, cwd: long, binary: long, arguments: long, pod: labels };
  const many = Array.from({ length: 1000 }, () => long);
  const cap = { permitted: many, effective: many, inheritable: many };
  const args = many.map((path) => ({ file_arg: { path, flags: path }, label: path }));
  const body = { process: { ...process, cap }, parent: process, args, tags: many, message: long };
  const doubts = new Doubts();
  const event = mapEvent({ process_kprobe: body, node_name: long }, place, doubts);
  assert.ok(JSON.stringify(event).length < 400_000);
  assert.equal(doubts.problem?.code, "list-cut");
});

test("null is absent without doubt", () => {
  const doubts = new Doubts();
  assert.equal(textAt({ cwd: null }, "cwd", 9, doubts), "");
  assert.equal(integerAt({ pid: null }, "pid", -1, doubts), -1);
  assert.equal(doubts.problem, undefined);
});
