/**
 * Holds the tests of the source of a Tetragon server, against servers of gRPC that really listen.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { createProtobufDecoder } from "../../core/event/decode-protobuf.ts";
import { hasFlag } from "../../core/event/process-flags.ts";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import type { EventSource, SourceSignal } from "../../ports/event-source.ts";
import type { TetragonAddress } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  dumpAnswer,
  encodeProcess,
  execEvent,
  execIdOf,
  numbered,
  numberOf,
  type RawCall,
  type RawServerOptions,
  RawTetragonServer,
  socketFolder,
  versionAnswer,
} from "../../testing/raw-tetragon-server.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { createTetragonSource, type TetragonSourceOptions } from "./tetragon-source.ts";

const quick: TetragonSourceOptions = {
  firstDelayMs: 5,
  lastDelayMs: 20,
  idleMs: 20,
  gatherMs: 1,
};

async function startServer(t: TestContext, options?: RawServerOptions): Promise<RawTetragonServer> {
  const server = await RawTetragonServer.start(options);
  t.after(() => server.stop());
  return server;
}

function consume(
  t: TestContext,
  address: TetragonAddress,
  options: TetragonSourceOptions,
): Consumer {
  const consumer = new Consumer(createTetragonSource(address, options));
  t.after(() => consumer.end());
  return consumer;
}

/** Takes signals as they come; `until` waits for something to be true of them. */
class Consumer {
  readonly signals: SourceSignal[] = [];
  messageCount = 0;
  readonly source: EventSource;
  readonly done: Promise<void>;
  private check: () => void = () => undefined;

  constructor(source: EventSource) {
    this.source = source;
    this.done = this.run();
  }

  private async run(): Promise<void> {
    for await (const signal of this.source.signals(undefined)) {
      this.signals.push(signal);
      if (signal.kind === "messages") this.messageCount += signal.messages.length;
      this.check();
    }
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.check = () => {
        if (holds()) resolve();
      };
      this.check();
    });
  }

  get messages(): readonly Uint8Array[] {
    return this.signals.flatMap((one) => (one.kind === "messages" ? one.messages : []));
  }

  /** Without what may come at any time. */
  get kinds(): readonly string[] {
    const told = this.signals.filter(({ kind }) => kind !== "idle");
    return told.map((one) => (one.kind === "gap" ? `gap ${one.reason}` : one.kind));
  }

  async end(): Promise<void> {
    this.source.stop();
    await this.done;
  }
}

const shell = encodeProcess({
  execId: execIdOf("lab", 5_000_000_000, 42),
  binary: "/bin/sh",
  flags: "execve clone",
});
const agent = (bootNs: number): Uint8Array =>
  encodeProcess({
    execId: execIdOf("lab", bootNs, 7),
    binary: "/usr/bin/tetragon",
    flags: "procFS",
  });

function tetragon(version: string, processes: readonly Uint8Array[] = [shell]) {
  return {
    GetVersion: () => versionAnswer(version),
    GetInfo: () => new ProtobufWriter().text(1, version).finish(),
    GetDebug: () => dumpAnswer(processes),
  } satisfies Record<string, RawCall>;
}

for (const kind of ["unix socket", "TCP"]) {
  test(`recorded events come byte for byte over a ${kind}, behind what runs`, async (t) => {
    const folder = socketFolder();
    t.after(folder.remove);
    const socketPath = kind === "TCP" ? "" : folder.path;
    const server = await startServer(t, { calls: tetragon("v1.7.0"), socketPath });
    const consumer = consume(t, { address: server.address }, quick);
    await consumer.until(() => consumer.kinds.includes("known-processes"));
    const recorded = recordedMessages();
    await server.send(recorded);
    await consumer.until(() => consumer.messages.length === recorded.length);
    for (const [at, message] of consumer.messages.entries()) {
      assert.ok(Buffer.from(recorded[at] ?? []).equals(message), `message ${at}`);
    }
    assert.equal(consumer.kinds[0], "known-processes");
    assert.equal(consumer.source.name, `tetragon:${server.address}`);
    assert.deepEqual(consumer.source.status(), {
      state: "connected",
      detail: "Tetragon v1.7.0",
      node: "lab",
      reconnectCount: 0,
      waitingCount: 0,
      lostCount: 0,
    });
    assert.equal(server.eventsRequest?.length, 0);
    await consumer.end();
    assert.equal(consumer.source.status().state, "stopped");
    server.stop();
  });
}

test("a server that is not there yet is waited for, with the reason shown", async (t) => {
  const folder = socketFolder();
  t.after(folder.remove);
  const address = `unix://${folder.path}`;
  const consumer = consume(t, { address }, quick);
  assert.equal(consumer.source.status().state, "starting");
  await consumer.until(() => consumer.source.status().state === "waiting");
  assert.match(consumer.source.status().detail, /cannot be reached: connect ENOENT .*\.sock$/);
  const server = await startServer(t, {
    calls: tetragon("v1.7.0"),
    socketPath: folder.path,
  });
  await server.send([numbered(1)]);
  await consumer.until(() => consumer.messages.length === 1);
  // Nothing was missed that had been begun: there is no gap.
  assert.deepEqual(consumer.kinds, ["known-processes", "messages"]);
  await consumer.end();
  server.stop();
});

test("a server started anew is told by its socket, before its first messages", async (t) => {
  const folder = socketFolder();
  t.after(folder.remove);
  const options = { calls: tetragon("v1.7.0"), socketPath: folder.path };
  const first = await startServer(t, options);
  const consumer = consume(t, { address: first.address }, quick);
  await first.send([numbered(1)]);
  await consumer.until(() => consumer.messages.length === 1);
  first.stop();
  await consumer.until(() => consumer.source.status().state === "waiting");
  // Attempts that fail in the meantime are not why events are missing.
  await consumer.until(() => consumer.source.status().detail.includes("ENOENT"));
  const second = await startServer(t, options);
  await second.send([numbered(2)]);
  await consumer.until(() => consumer.messages.length === 2);
  const before = ["known-processes", "messages"];
  assert.deepEqual(consumer.kinds, [...before, "gap restart", ...before]);
  assert.equal(consumer.source.status().reconnectCount, 1);
  const gap = consumer.signals.find(({ kind }) => kind === "gap");
  assert.ok(gap?.kind === "gap" && gap.count === 0);
  assert.match(gap.detail, /^Tetragon was started anew;/);
  assert.doesNotMatch(gap.detail, /ENOENT/);
  await consumer.end();
  second.stop();
});

/** Of the first process. */
function flagsOf({ messages: [message] }: { readonly messages: readonly Uint8Array[] }): string {
  assert.ok(message !== undefined);
  const event = createProtobufDecoder().decode(message, 0, message.length, 0, 0);
  assert.ok(event?.type === "exec" && event.process?.binary === "/bin/sh");
  return event.process.flags;
}

interface Return {
  readonly what: string;
  readonly now: ReturnType<typeof tetragon>;
  readonly reason: string;
}

const returns: readonly Return[] = [
  { what: "the same server", now: tetragon("v1.7.0", [shell, agent(1)]), reason: "reconnect" },
  { what: "another version", now: tetragon("v1.8.0", [shell, agent(1)]), reason: "restart" },
  { what: "another process", now: tetragon("v1.7.0", [shell, agent(2)]), reason: "restart" },
  { what: "a server without its process", now: tetragon("v1.7.0"), reason: "reconnect" },
];

for (const { what, now, reason } of returns) {
  test(`over TCP, ${what} after a broken connection is a gap of reason ${reason}`, async (t) => {
    const first = await startServer(t, { calls: tetragon("v1.7.0", [shell, agent(1)]) });
    const consumer = consume(t, { address: first.address }, quick);
    await consumer.until(() => consumer.kinds.includes("known-processes"));
    first.stop();
    await consumer.until(() => consumer.source.status().state === "waiting");
    const second = await startServer(t, { calls: now, port: first.port });
    await second.send([numbered(2)]);
    await consumer.until(() => consumer.messages.length === 1);
    const { kinds } = consumer;
    assert.deepEqual(kinds, ["known-processes", `gap ${reason}`, "known-processes", "messages"]);
    const again = reason === "restart" ? "procFS" : "procFS dumped sameServer";
    assert.deepEqual(
      consumer.signals.flatMap((one) => (one.kind === "known-processes" ? flagsOf(one) : [])),
      ["execve clone procFS dumped", `execve clone ${again}`],
    );
    await consumer.end();
  });
}

test("what a slow consumer cannot take is dropped, counted and told in its place", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  const options = { ...quick, messageCountMax: 1000, batchCountMax: 100 };
  const source = createTetragonSource({ address: server.address }, options);
  const signals = source.signals(undefined)[Symbol.asyncIterator]();
  const take = async (): Promise<SourceSignal> => {
    for (;;) {
      const { value, done } = await signals.next();
      assert.ok(done !== true);
      if (value.kind !== "idle") return value;
    }
  };
  let sent = 0;
  let takenCount = 0;
  /** The number that the next message must have. */
  let next = 0;
  let gapCount = 0;
  const follow = (signal: SourceSignal): void => {
    if (signal.kind === "gap") {
      assert.equal(signal.reason, "overflow");
      next += signal.count;
      gapCount += signal.count;
    }
    if (signal.kind !== "messages") return;
    assert.ok(signal.messages.length <= 100);
    takenCount += signal.messages.length;
    for (const message of signal.messages) assert.equal(numberOf(message), next++);
  };
  const send = async (count: number): Promise<void> => {
    await server.send(Array.from({ length: count }, () => numbered(sent++)));
    for (;;) {
      const { lostCount, waitingCount } = source.status();
      if (takenCount + lostCount + waitingCount === sent) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  // The connection is made when the first signal is asked for.
  const first = take();
  await server.send([numbered(sent++)]);
  follow(await first);
  await send(5000);
  assert.deepEqual([source.status().waitingCount, source.status().lostCount], [1000, 4000]);
  for (let n = 0; n < 3; n++) follow(await take());
  // There is room for 300: they come behind the gap, and then is another one.
  await send(500);
  assert.deepEqual([source.status().waitingCount, source.status().lostCount], [1000, 4200]);
  while (next < sent) follow(await take());
  assert.equal(gapCount, 4200);
  await send(10);
  while (next < sent) follow(await take());
  assert.equal(gapCount, 4200);
  assert.deepEqual([source.status().waitingCount, source.status().lostCount], [0, 4200]);
  source.stop();
  assert.equal((await signals.next()).done, true);
  server.stop();
});

test("a consumer that never waits does not keep the socket from being read", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  const options = { ...quick, batchCountMax: 1 };
  const source = createTetragonSource({ address: server.address }, options);
  t.after(() => source.stop());
  let isCounting = false;
  let turnCount = 0;
  const countTurn = () => {
    turnCount += 1;
    if (isCounting) setImmediate(countTurn);
  };
  const messages = Array.from({ length: 200 }, (_, n) => numbered(n));
  const sending = server.send(messages);
  let next = 0;
  for await (const signal of source.signals(undefined)) {
    if (signal.kind !== "messages") continue;
    for (const message of signal.messages) assert.equal(numberOf(message), next++);
    if (next === 1) {
      await sending;
      while (source.status().waitingCount < 199) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      isCounting = true;
      countTurn();
    }
    if (next === 200) break;
  }
  isCounting = false;
  assert.ok(turnCount >= 199, `${turnCount} turns`);
});

test("many messages come whole and in order", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  const consumer = consume(t, { address: server.address }, quick);
  const messages = Array.from({ length: 10_000 }, (_, n) => numbered(n, 1600));
  await server.send(messages);
  await consumer.until(() => consumer.messageCount === messages.length);
  assert.ok(consumer.messages.every((message, at) => numberOf(message) === at));
  assert.equal(consumer.source.status().lostCount, 0);
});

test("messages that come one by one are handed on together, a full signal at once", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  const options = { ...quick, gatherMs: 60_000, batchCountMax: 20 };
  const consumer = consume(t, { address: server.address }, options);
  for (let n = 0; n < 20; n++) {
    await server.send([numbered(n)]);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await consumer.until(() => consumer.messageCount === 20);
  assert.equal(consumer.signals.filter(({ kind }) => kind === "messages").length, 1);
  // What waits does not keep it from ending.
  await server.send([numbered(20)]);
  while (consumer.source.status().waitingCount === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await consumer.end();
});

test("what came while others were handled is handed on at once", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  // Whoever gathered here would wait for a minute.
  const options = { ...quick, gatherMs: 60_000, batchCountMax: 100, busyCount: 5 };
  const source = createTetragonSource({ address: server.address }, options);
  t.after(() => source.stop());
  const signals = source.signals(undefined)[Symbol.asyncIterator]();
  const first = signals.next();
  await server.send(Array.from({ length: 100 }, (_, n) => numbered(n)));
  let signal = (await first).value;
  while (signal?.kind !== "messages") signal = (await signals.next()).value;
  const takenCount = signal.messages.length;
  await server.send(Array.from({ length: 6 }, (_, n) => numbered(100 + n)));
  while (takenCount + source.status().waitingCount < 106) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const next = (await signals.next()).value;
  assert.ok(next?.kind === "messages" && next.messages.length === 106 - takenCount);
});

/** A way to a server on which bytes can stop to come without the connection ending. */
async function startWire(t: TestContext, port: number) {
  const all = new Set<Socket>();
  const sockets = new Set<Socket>();
  const wire = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      all.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  t.after(() => {
    wire.close();
    for (const socket of all) socket.destroy();
  });
  wire.listen(0, "127.0.0.1");
  await once(wire, "listening");
  const address = wire.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    address: `127.0.0.1:${address.port}`,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
      sockets.clear();
    },
  };
}

test("a connection that went silent is noticed and made again", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  const wire = await startWire(t, server.port);
  const options = { ...quick, quietMs: 30, answerMs: 2000 };
  const consumer = consume(t, { address: wire.address }, options);
  await server.send([numbered(1)]);
  await consumer.until(() => consumer.messages.length === 1);
  // As long as it answers, a quiet server is left alone.
  await consumer.until(() => server.asked.filter((name) => name === "GetVersion").length > 3);
  assert.equal(consumer.source.status().reconnectCount, 0);
  wire.freeze();
  server.streams.clear();
  await consumer.until(() => consumer.source.status().state === "waiting");
  assert.match(consumer.source.status().detail, /did not answer in time/);
  await server.send([numbered(2)]);
  await consumer.until(() => consumer.messages.length === 2);
  assert.deepEqual(consumer.kinds, ["messages", "gap reconnect", "messages"]);
  await consumer.end();
  server.stop();
});

test("a server that knows fewer calls is listened to all the same", async (t) => {
  const calls = { GetVersion: () => versionAnswer("v1.4.0") };
  const server = await startServer(t, { calls });
  const consumer = consume(t, { address: server.address }, quick);
  await server.send(recordedMessages());
  await consumer.until(() => consumer.messages.length === recordedMessages().length);
  assert.deepEqual(new Set(consumer.kinds), new Set(["messages"]));
  assert.equal(
    consumer.source.status().detail,
    "Tetragon v1.4.0; running processes are not known: this version cannot tell",
  );
  // Without a listing, events tell on which node they are.
  assert.equal(consumer.source.status().node, "lab");
  await consumer.end();
  server.stop();
});

test("a server that answers nonsense is listened to all the same", async (t) => {
  const nonsense = () => new Uint8Array([0xff, 0xff, 0xff]);
  const calls = { GetVersion: nonsense, GetInfo: nonsense, GetDebug: nonsense };
  const server = await startServer(t, { calls });
  const consumer = consume(t, { address: server.address }, quick);
  await server.send([nonsense(), new Uint8Array(0)]);
  await consumer.until(() => consumer.messages.length === 2);
  assert.deepEqual(
    consumer.messages.map((message) => [...message]),
    [[255, 255, 255], []],
  );
  await consumer.end();
  server.stop();
});

test("a large listing comes whole; one beyond 64 MB is left out", async (t) => {
  const text = `/${"x".repeat(900)}`;
  const process = (n: number): Uint8Array =>
    encodeProcess({ execId: execIdOf("lab", n + 1, n), binary: text, flags: "execve" });
  let dump = dumpAnswer(Array.from({ length: 10_000 }, (_, n) => process(n)));
  assert.ok(dump.length > 8 * 1024 * 1024);
  const calls = { ...tetragon("v1.7.0"), GetDebug: () => dump };
  const server = await startServer(t, { calls });
  const consumer = consume(t, { address: server.address }, quick);
  await consumer.until(() => consumer.signals.some(({ kind }) => kind === "known-processes"));
  const known = consumer.signals.find(({ kind }) => kind === "known-processes");
  assert.ok(known?.kind === "known-processes");
  assert.equal(known.messages.length, 10_000);
  dump = new ProtobufWriter().part(3, new Uint8Array(65 * 1024 * 1024)).finish();
  (await server.streamed()).end();
  server.streams.clear();
  await server.send([numbered(1)]);
  await consumer.until(() => consumer.messages.length === 1);
  assert.deepEqual(consumer.kinds, ["known-processes", "gap reconnect", "messages"]);
  assert.match(consumer.source.status().detail, /not known: .*larger than max/);
  await consumer.end();
  server.stop();
});

test("what starts while processes are listed is not taken back to a time before", async (t) => {
  const listing = Promise.withResolvers<Uint8Array>();
  const other = { binary: "/bin/ls", flags: "execve clone" };
  const started = encodeProcess({ ...other, execId: execIdOf("lab", 6_000_000_000, 43) });
  const calls = { ...tetragon("v1.7.0"), GetDebug: () => listing.promise };
  const server = await startServer(t, { calls });
  const consumer = consume(t, { address: server.address }, quick);
  await server.send([execEvent(started)]);
  const waits = () => consumer.source.status().waitingCount === 1;
  while (!waits()) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(consumer.kinds, []);
  listing.resolve(dumpAnswer([shell, started]));
  await consumer.until(() => consumer.messages.length === 1);
  assert.deepEqual(consumer.kinds, ["known-processes", "messages"]);
  const [known] = consumer.signals.filter(({ kind }) => kind !== "idle");
  assert.ok(known?.kind === "known-processes" && known.messages.length === 1);
  assert.ok(hasFlag(flagsOf(known), "procFS"));
  await consumer.end();
  server.stop();
});

test("a server that refuses the stream is asked again, and what it says is shown", async (t) => {
  const refuse = () => ({ code: status.PERMISSION_DENIED, details: "not \u001b[31m you" });
  const calls = { GetVersion: refuse };
  const server = await startServer(t, { calls });
  const consumer = consume(t, { address: server.address }, quick);
  for (let n = 0; n < 3; n++) {
    const stream = await server.streamed();
    server.streams.clear();
    stream.emit("error", refuse());
  }
  await consumer.until(() => consumer.source.status().state === "waiting");
  assert.match(consumer.source.status().detail, /refused GetEvents: not \\x1b\[31m you$/);
  await consumer.end();
  server.stop();
});

test("while nothing comes, a source says so", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0", []) });
  const consumer = consume(t, { address: server.address }, quick);
  await consumer.until(() => consumer.signals.length > 3);
  assert.deepEqual(new Set(consumer.signals.map(({ kind }) => kind)), new Set(["idle"]));
  await consumer.end();
  server.stop();
});

test("stopping ends the signals in every state", async (t) => {
  const never = () => new Promise<never>(() => undefined);
  const server = await startServer(t, { calls: tetragon("v1.7.0") });
  const silent = await startServer(t, { calls: { GetVersion: never } });
  const slow: TetragonSourceOptions = { firstDelayMs: 60_000, answerMs: 60_000, idleMs: 60_000 };
  const connected = consume(t, { address: server.address }, slow);
  await connected.until(() => connected.source.status().state === "connected");
  const greeting = consume(t, { address: silent.address }, slow);
  await silent.streamed();
  const waiting = consume(t, { address: "127.0.0.1:1" }, slow);
  while (waiting.source.status().state !== "waiting") {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const early = createTetragonSource({ address: server.address }, slow);
  early.stop();
  const none = new Consumer(early);
  for (const one of [connected, greeting, waiting, none]) await one.end();
  server.stop();
  silent.stop();
});

test("leaving the loop closes the connection", async (t) => {
  const server = await startServer(t, { calls: tetragon("v1.7.0") });
  const source = createTetragonSource({ address: server.address }, quick);
  for await (const { kind } of source.signals(undefined)) if (kind === "known-processes") break;
  assert.equal(source.status().state, "stopped");
  server.stop();
});

test("what is no address is refused before anything is tried", () => {
  assert.throws(
    () => createTetragonSource({ address: "localhost" }),
    (error) => error instanceof WaggleError && error.code === "usage",
  );
});
