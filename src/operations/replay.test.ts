/**
 * Holds the operation `replay`: files in, a real server that a real client asks, and what was
 * served in the end.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client, credentials } from "@grpc/grpc-js";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import { createReplayServer } from "../adapters/replay-server/replay-server.ts";
import { createProtobufDecoder } from "../core/event/decode-protobuf.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log, LogFields } from "../ports/log.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { renderReplayed, replayPresentation } from "../surfaces/cli/present-replay.ts";
import { recordedMessages } from "../testing/recorded-events.ts";
import { noOutside, stillContext } from "../testing/still-context.ts";
import { type OperationContext, readInput } from "./operation.ts";
import { type Replayed, replay } from "./replay.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-replay-"));
after(() => rmSync(folder, { recursive: true }));
const fixture = (name: string) =>
  new URL(`../../fixtures/events/${name}`, import.meta.url).pathname;
const decoder = createProtobufDecoder();
const eventOf = (bytes: Uint8Array) => decoder.decode(bytes, 0, bytes.length, 0, 0);
const pass = (bytes: Buffer) => bytes;

interface Started {
  readonly address: string;
  readonly waitedMs: () => number;
  stop(): Promise<Replayed>;
}

/** Runs the operation until `stop`; waiting takes no time. */
async function start(raw: Readonly<Record<string, unknown>>): Promise<Started> {
  const controller = new AbortController();
  let waited = 0;
  const clock: Clock = {
    nowUs: () => assert.fail("nobody asks for the time of day"),
    elapsedMs: () => waited,
    wait: async (ms) => {
      waited += ms;
    },
  };
  const address = Promise.withResolvers<string>();
  const info = (sentence: string, fields?: LogFields): void => {
    if (sentence === "A recording is served.") address.resolve(String(fields?.["address"]));
  };
  const log: Log = { info, error: () => {}, warn: () => {}, debug: () => {} };
  const services = {
    ...noOutside.services,
    clock,
    log: async () => log,
    replayServer: async () => createReplayServer(),
  };
  const context: OperationContext = {
    ...stillContext,
    files: createNodeFiles(),
    scanner: { name: "", find: () => assert.fail("nothing is scanned") } as never,
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    outside: { ...noOutside, services },
    signal: controller.signal,
  };
  const running = replay.run(readInput(replay, { listen: `unix://${folder}/s`, ...raw }), context);
  running.catch((error) => address.reject(error));
  return {
    address: await address.promise,
    waitedMs: () => waited,
    stop: () => {
      controller.abort();
      return running;
    },
  };
}

async function receive(address: string, countMax = Number.POSITIVE_INFINITY): Promise<Buffer[]> {
  const client = new Client(address, credentials.createInsecure());
  const path = "/tetragon.FineGuidanceSensors/GetEvents";
  const received: Buffer[] = [];
  for await (const message of client.makeServerStreamRequest(path, pass, pass, Buffer.alloc(0))) {
    if (received.push(message) >= countMax) break;
  }
  client.close();
  return received;
}

for (const name of ["pairs.pb.gz", "pairs.jsonl.gz"]) {
  test(`${name} arrives whole and equal, and is added up in the end`, async () => {
    const started = await start({ events: [fixture(name)], speed: "max", end: true });
    for (let client = 0; client < 2; client++) {
      const received = await receive(started.address);
      assert.deepStrictEqual(received.map(eventOf), recordedMessages().map(eventOf));
    }
    assert.equal(started.waitedMs(), 0);
    const { clientCount, servedCount, eventCount, unreadableCount } = await started.stop();
    assert.deepEqual([clientCount, servedCount, eventCount, unreadableCount], [2, 2, 520, 0]);
  });
}

test("events come at the speed that was asked for", async () => {
  const lines = [0, 1, 61].map((second) =>
    JSON.stringify({ process_exec: {}, time: new Date(second * 1000 + 1e12).toISOString() }),
  );
  const name = join(folder, "minute.jsonl");
  writeFileSync(name, `${lines.join("\n")}\n`);
  for (const [speed, expectedMs] of [
    ["1x", 61_000],
    ["10x", 6100],
    ["0.5x", 122_000],
  ] as const) {
    const started = await start({ events: [name], speed, end: true });
    assert.equal((await receive(started.address)).length, 3);
    assert.equal(Math.round(started.waitedMs()), expectedMs);
    await started.stop();
  }
});

test("a client that left is told, and policies to begin with are there", async () => {
  const list = join(folder, "policy.yaml");
  writeFileSync(list, "kind: TracingPolicy\nmetadata: {name: p}\nspec: {loader: true}\n");
  const started = await start({ events: [fixture("pairs.pb.gz")], speed: "max", policies: [list] });
  await receive(started.address, 5);
  const client = new Client(started.address, credentials.createInsecure());
  const path = "/tetragon.FineGuidanceSensors/ListTracingPolicies";
  const answer = await new Promise<Buffer | undefined>((resolve) => {
    client.makeUnaryRequest(path, pass, pass, Buffer.alloc(0), (_, bytes) => resolve(bytes));
  });
  client.close();
  assert.ok(answer?.includes("__loader__"));
  const { clientCount, eventCount } = await started.stop();
  assert.equal(clientCount, 1);
  assert.ok(eventCount >= 5 && eventCount <= 260);
});

test("what cannot be served is refused before anybody listens", async () => {
  const events = [fixture("pairs.pb.gz")];
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ events: [join(folder, "absent")] }, "file-not-found"],
    [{ events, speed: "fast" }, "usage"],
    [{ events, speed: "0x" }, "usage"],
    [{ events: [] }, "usage"],
    [{ events, listen: "nowhere" }, "usage"],
    [{ events, policies: [fixture("README.md")] }, "input-unsupported"],
  ];
  for (const [raw, code] of cases) {
    const isCode = (error: unknown) => error instanceof WaggleError && error.code === code;
    await assert.rejects(start(raw), isCode, JSON.stringify(raw));
  }
});

test("people read what was served, and what was left out", () => {
  const replayed: Replayed = {
    ...{ address: "unix:///run/\u001b[31mx", clientCount: 1, servedCount: 2, eventCount: 3 },
    ...{ unreadableCount: 4, droppedValueCount: 5, addedCount: 1, deletedCount: 0 },
    refusedCount: 6,
  };
  const text = renderReplayed(replayed).toString();
  assert.match(text, /^3 events to 1 client on unix:\/\/\/run\/\\x1b\[31mx\n/);
  for (const part of [
    "2 recordings",
    "1 policy added",
    "6 calls refused",
    "4 records",
    "5 values",
  ]) {
    assert.ok(text.includes(part), part);
  }
  const view = { format: "json", width: 80, color: false, top: 0 } as const;
  const { document } = replayPresentation.show(replayed, view);
  assert.deepEqual(JSON.parse([...(document as Iterable<string>)].join("")), replayed);
  const quiet = {
    ...replayed,
    unreadableCount: 0,
    droppedValueCount: 0,
    addedCount: 0,
    refusedCount: 0,
  };
  assert.equal(renderReplayed(quiet).toString().split("\n").length, 2);
  assert.equal(replayPresentation.isService, true);
});
