/** Holds how recordings become messages again, and the pace at which they come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import { createPlainJsonDecoder } from "../core/event/decode-json.ts";
import { createProtobufDecoder } from "../core/event/decode-protobuf.ts";
import type { OpenFile } from "../ports/files.ts";
import { recordedLines, recordedMessages } from "../testing/recorded-events.ts";
import { type MessageLosses, type ReplayedMessage, readMessages } from "./read-messages.ts";

const fixture = (name: string) =>
  new URL(`../../fixtures/events/${name}`, import.meta.url).pathname;
const files = createNodeFiles();
const decoder = createProtobufDecoder();
const eventOf = (bytes: Uint8Array) => decoder.decode(bytes, 0, bytes.length, 0, 0);

interface Read {
  readonly messages: readonly ReplayedMessage[];
  readonly losses: MessageLosses;
}

async function read(names: readonly string[], from = files, wantsTimes = true): Promise<Read> {
  const losses = { unreadableCount: 0, droppedValueCount: 0 };
  const messages: ReplayedMessage[] = [];
  for await (const message of readMessages({ files: from, names, wantsTimes, losses })) {
    messages.push(message);
  }
  return { messages, losses };
}

/** One file of these chunks, whose memory is used again as the port allows. */
function filesOf(chunks: readonly string[], truncated?: string): typeof files {
  const open = async (name: string): Promise<OpenFile> => ({
    name,
    sizeBytes: 0,
    compression: "plain",
    chunks: (async function* () {
      const memory = new Uint8Array(4096);
      for (const chunk of chunks) {
        const { written } = new TextEncoder().encodeInto(chunk, memory);
        yield memory.subarray(0, written);
        memory.fill(0x20);
      }
    })(),
    consumedBytes: () => 0,
    truncated: () => truncated,
  });
  return { ...files, open };
}

test("a recorded stream is handed on byte for byte", async () => {
  const { messages, losses } = await read([fixture("pairs.pb.gz")]);
  assert.deepEqual(losses, { unreadableCount: 0, droppedValueCount: 0 });
  const recorded = recordedMessages();
  assert.equal(messages.length, recorded.length);
  for (const [index, { bytes }] of messages.entries()) {
    assert.ok(Buffer.from(recorded[index] ?? []).equals(bytes), `message ${index}`);
  }
});

test("JSON lines become messages of the same events, and what is left out is counted", async () => {
  const plain = createPlainJsonDecoder();
  for (const name of ["pairs", "observed"] as const) {
    const { messages, losses } = await read([fixture(`${name}.jsonl.gz`)]);
    const expected = recordedLines(name).map((line) => plain.decode(line, 0, line.length, 0, 0));
    assert.deepStrictEqual(
      messages.map(({ bytes }) => eventOf(bytes)),
      expected,
    );
    assert.equal(losses.unreadableCount, 0);
    assert.ok(losses.droppedValueCount > 0);
  }
});

test("files come one after the other, and times only when they are asked for", async () => {
  const names = [fixture("pairs.pb.gz"), fixture("pairs.jsonl.gz")];
  const { messages } = await read(names, files, false);
  assert.equal(messages.length, 520);
  assert.ok(messages.every(({ timeUs }) => timeUs === 0));
});

test("the births of processes from before the recording are no moments of it", async () => {
  const time = "2026-01-01T00:00:00Z";
  const exec = (flags: string) => JSON.stringify({ process_exec: { process: { flags } }, time });
  const { messages } = await read(["x"], filesOf([`${exec("procFS")}\n${exec("execve")}\n`]));
  assert.deepEqual(
    messages.map(({ timeUs }) => timeUs),
    [0, Date.parse(time) * 1000],
  );
});

test("what is no event is counted, and chunks may be cut anywhere", async () => {
  const chunks = ['{"process_ex', 'ec":{}}\nno JSON\n[1]\n', '{"process_exit":{"status":7', "}}"];
  const { messages, losses } = await read(["x"], filesOf(chunks, "the gzip stream was cut"));
  assert.deepEqual(
    messages.map(({ bytes }) => eventOf(bytes)?.type),
    ["exec", "exit"],
  );
  assert.deepEqual(losses, { unreadableCount: 3, droppedValueCount: 0 });
});
