/**
 * Holds what a client of Tetragon sees of the replay server: over a real socket, with raw bytes.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { Client, type ClientReadableStream, credentials, status } from "@grpc/grpc-js";
import { createProtobufDecoder } from "../../core/event/decode-protobuf.ts";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import type { ReplayNote, ReplayRequest, RunningReplay } from "../../ports/replay-server.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { Fields } from "./read-fields.ts";
import { createReplayServer } from "./replay-server.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-replay-"));
after(() => rmSync(folder, { recursive: true }));
const messages = recordedMessages();
const pass = (bytes: Buffer) => bytes;
const path = (call: string) => `/tetragon.FineGuidanceSensors/${call}`;
const nothing = new Uint8Array(0);

async function* recorded(): AsyncGenerator<Uint8Array> {
  yield* messages;
}

interface Running {
  readonly server: RunningReplay;
  readonly client: Client;
  readonly notes: ReplayNote[];
  readonly socket: string;
}

/** A server with one client; both are closed after the test's work. */
async function withServer(
  request: Partial<ReplayRequest>,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const notes: ReplayNote[] = [];
  const socket = join(folder, `${Math.random()}.sock`);
  const server = await createReplayServer().listen({
    address: `unix://${socket}`,
    endsStream: true,
    policies: [],
    open: recorded,
    onNote: (note) => notes.push(note),
    ...request,
  });
  const client = new Client(server.address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 64 * 1024 * 1024,
  });
  try {
    await work({ server, client, notes, socket });
  } finally {
    client.close();
    await server.close();
  }
}

function getEvents(client: Client): ClientReadableStream<Buffer> {
  return client.makeServerStreamRequest(path("GetEvents"), pass, pass, Buffer.alloc(0));
}

async function receiveAll(client: Client): Promise<readonly Buffer[]> {
  const received: Buffer[] = [];
  for await (const message of getEvents(client)) received.push(message);
  return received;
}

function ask(client: Client, call: string, request: Uint8Array = nothing): Promise<Fields> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path(call), pass, pass, Buffer.from(request), (error, answer) => {
      if (error !== null) reject(error);
      else resolve(new Fields(answer ?? nothing));
    });
  });
}

async function refusal(answer: Promise<unknown>): Promise<{ code: number; details: string }> {
  const error = await answer.then(
    () => assert.fail("not refused"),
    (thrown: { code: number; details: string }) => thrown,
  );
  return { code: error.code, details: error.details };
}

const decoder = createProtobufDecoder();
const eventOf = (bytes: Uint8Array) => decoder.decode(bytes, 0, bytes.length, 0, 0);

test("each client gets the whole recording from its first event, and then the end", async () => {
  await withServer({}, async ({ client, notes }) => {
    for (const number of [1, 2]) {
      const received = await receiveAll(client);
      assert.deepStrictEqual(received.map(eventOf), messages.map(eventOf));
      assert.deepEqual(notes.splice(0), [
        { kind: "client-connected", client: number },
        { kind: "recording-served", client: number, eventCount: messages.length },
        { kind: "client-left", client: number, eventCount: messages.length },
      ]);
    }
  });
});

test("without being told to end, a stream stays open until the client leaves", async () => {
  await withServer({ endsStream: false }, async ({ client, notes }) => {
    const stream = getEvents(client);
    let count = 0;
    for await (const _ of stream) {
      count++;
      if (count === messages.length) break;
    }
    stream.cancel();
    while (notes.at(-1)?.kind !== "client-left") await pause(1);
    assert.deepEqual(
      notes.map(({ kind }) => kind),
      ["client-connected", "recording-served", "client-left"],
    );
  });
});

test("to a client that takes nothing only a few messages are read of the recording", async () => {
  const size = 64 * 1024;
  const total = 1000;
  const pulled = { count: 0 };
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (; pulled.count < total; pulled.count++) yield new Uint8Array(size);
  };
  await withServer({ open }, async ({ client }) => {
    const stream = getEvents(client);
    // Before it read anything, a client of grpc-js takes all that comes.
    await once(stream, "data");
    stream.pause();
    let seen = -1;
    for (let still = 0; still < 20; still++) {
      if (pulled.count !== seen) still = 0;
      seen = pulled.count;
      await pause(5);
    }
    assert.ok(seen > 0 && seen < 100, `${seen} messages were read`);
    let received = 1;
    for await (const _ of stream) received++;
    assert.equal(received, total);
  });
});

test("a recording that cannot be read ends the stream with an error", async () => {
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield messages[0] ?? nothing;
    throw new Error("the disk is gone");
  };
  await withServer({ open }, async ({ client, notes }) => {
    const { code } = await refusal(receiveAll(client));
    assert.equal(code, status.INTERNAL);
    assert.ok(notes.some((note) => note.kind === "recording-failed" && /disk/.test(note.reason)));
  });
});

test("stopping ends open streams and leaves no socket file", async () => {
  const stopped = { signal: false };
  const open = async function* (signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield messages[0] ?? nothing;
    await once(signal, "abort");
    stopped.signal = true;
  };
  await withServer({ open }, async ({ client, server, socket, notes }) => {
    const stream = getEvents(client);
    await once(stream, "data");
    assert.ok(existsSync(socket));
    const ended = once(stream, "error");
    await server.close();
    const [error] = await ended;
    assert.deepEqual([error.code, error.details], [status.CANCELLED, "context canceled"]);
    assert.ok(!existsSync(socket));
    while (!stopped.signal) await turn();
    assert.deepEqual(notes.at(-1), { kind: "client-left", client: 1, eventCount: 1 });
  });
});

test("a server with a client that takes nothing stops all the same", async () => {
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 1000; i++) yield new Uint8Array(64 * 1024);
  };
  await withServer({ open }, async ({ client, server, socket }) => {
    const stream = getEvents(client);
    stream.on("error", () => {});
    await once(stream, "data");
    stream.pause();
    await ask(client, "GetVersion");
    await server.close();
    assert.ok(!existsSync(socket));
  });
});

function isCode(error: unknown, code: string): boolean {
  return error instanceof WaggleError && error.code === code;
}

test("version, info and health are those of a Tetragon", async () => {
  await withServer({}, async ({ client }) => {
    assert.equal((await ask(client, "GetVersion")).text(1), "v1.7.0");
    const info = await ask(client, "GetInfo");
    assert.deepEqual([info.text(1), info.text(2)], ["v1.7.0", "Tetragon"]);
    const health = new Fields((await ask(client, "GetHealth")).part(1) ?? nothing);
    assert.deepEqual([health.number(1), health.number(2), health.text(3)], [1, 1, "running"]);
  });
});

test("the dump of the process cache knows what was served", async () => {
  const dumpFlag = new ProtobufWriter().varint(1, 1).finish();
  await withServer({}, async ({ client }) => {
    const before = await ask(client, "GetDebug", dumpFlag);
    assert.deepEqual([before.number(1), before.part(3)?.length], [1, 0]);
    await receiveAll(client);
    const dump = (await ask(client, "GetDebug", dumpFlag)).part(3) ?? nothing;
    const last = new Fields(new Fields(dump).part(1) ?? nothing);
    assert.equal(last.text(2), "inUse");
    assert.match(new Fields(last.part(1) ?? nothing).text(1), /^[\w+/=]{8,}$/);
    assert.equal((await ask(client, "GetDebug")).number(2), 4);
    const unknown = await refusal(
      ask(client, "GetDebug", new ProtobufWriter().varint(1, 7).finish()),
    );
    assert.equal(unknown.details, "client requested unknown config flag 7");
  });
});

test("whom the events begin with again is told of no process that is still to come", async () => {
  const dumpFlag = new ProtobufWriter().varint(1, 1).finish();
  const opened = Promise.withResolvers<void>();
  let count = 0;
  const open = async function* (): AsyncGenerator<Uint8Array> {
    count += 1;
    if (count === 2) await opened.promise;
    yield* messages;
  };
  await withServer({ open }, async ({ client, notes }) => {
    const dump = async () => (await ask(client, "GetDebug", dumpFlag)).part(3)?.length ?? 0;
    await receiveAll(client);
    assert.ok((await dump()) > 0);
    const again = receiveAll(client);
    while (notes.at(-1)?.kind !== "client-connected") await pause(1);
    assert.equal(await dump(), 0);
    opened.resolve();
    await again;
    assert.ok((await dump()) > 0);
  });
});

const policy = (name: string) =>
  new ProtobufWriter()
    .text(1, `kind: TracingPolicy\nmetadata: {name: ${name}}\nspec: {loader: true}\n`)
    .finish();
const named = (name: string) => new ProtobufWriter().text(1, name);

async function listNames(client: Client): Promise<readonly string[]> {
  const list = await ask(client, "ListTracingPolicies");
  const last = list.part(1);
  return last === undefined ? [] : [new Fields(last).text(2)];
}

test("policies are added, listed, disabled and deleted over the wire", async () => {
  await withServer({}, async ({ client, notes }) => {
    assert.deepEqual(await listNames(client), []);
    await ask(client, "AddTracingPolicy", policy("p"));
    assert.deepEqual(await listNames(client), ["p"]);
    await ask(client, "ConfigureTracingPolicy", named("p").varint(3, 0).finish());
    const status = new Fields((await ask(client, "ListTracingPolicies")).part(1) ?? nothing);
    assert.deepEqual(
      [status.number(9), status.number(6), status.number(11)],
      [2, undefined, undefined],
    );
    await ask(client, "DeleteTracingPolicy", named("p").finish());
    assert.deepEqual(await listNames(client), []);
    assert.deepEqual(notes, [
      { kind: "policy-added", policy: "p" },
      { kind: "policy-deleted", policy: "p" },
    ]);
  });
});

test("a refusal has the code UNKNOWN and Tetragon's words", async () => {
  await withServer(
    { policies: ["kind: TracingPolicy\nmetadata: {name: p}\nspec: {}"] },
    async (one) => {
      const { client, notes } = one;
      const again = await refusal(ask(client, "AddTracingPolicy", policy("p")));
      assert.deepEqual(again, {
        code: status.UNKNOWN,
        details: "failed to add tracing policy p, a sensor collection with the key already exists",
      });
      const absent = await refusal(ask(client, "DeleteTracingPolicy", named("q").finish()));
      assert.equal(absent.details, "tracing policy q does not exist");
      const old = await refusal(ask(client, "DisableTracingPolicy", named("p").finish()));
      assert.match(old.details, /^DisableTracingPolicy is deprecated .*--enable-deprecated/);
      const gone = await refusal(ask(client, "ListSensors"));
      assert.equal(gone.details, "ListSensors is deprecated");
      const broken = await refusal(ask(client, "AddTracingPolicy", Uint8Array.of(0x0a, 0x7f)));
      assert.equal(broken.code, status.INTERNAL);
      const unheard = await refusal(ask(client, "NoSuchCall"));
      assert.equal(unheard.code, status.UNIMPLEMENTED);
      const calls = notes.flatMap((note) => (note.kind === "call-refused" ? [note.call] : []));
      assert.equal(calls.length, 5);
    },
  );
});

test("a policy to begin with that Tetragon would refuse is refused at the start", async () => {
  const policies = ["kind: Pod\n"];
  const started = withServer({ policies }, async () => {});
  await assert.rejects(started, (error) => isCode(error, "input-unsupported"));
});
