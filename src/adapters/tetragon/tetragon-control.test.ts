/**
 * Holds the tests of the calls to a Tetragon server, against servers of gRPC that really listen.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import { checkTetragonControl } from "../../ports/tetragon-control.contract.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  type RawCall,
  RawTetragonServer,
  socketFolder,
  versionAnswer,
} from "../../testing/raw-tetragon-server.ts";
import { rangeField, readFields, readMessage, takeText } from "./read-fields.ts";
import { createTetragonControl } from "./tetragon-control.ts";

const empty = new Uint8Array(0);
const refusal = (details: string) => ({ code: status.UNKNOWN, details });

/** The first two texts of a message. */
function readTexts(bytes: Uint8Array): readonly [string, string] {
  return readMessage(bytes, (cursor, end) => {
    const texts: [string, string] = ["", ""];
    readFields(cursor, end, (tag) => {
      if (tag !== rangeField(1) && tag !== rangeField(2)) return false;
      texts[tag === rangeField(1) ? 0 : 1] = takeText(cursor, 100_000);
      return true;
    });
    return texts;
  });
}

/** Keeps policies as Tetragon does; the words of its refusals are Tetragon's. */
function policyKeeper(): Record<string, RawCall> {
  const policies = new Map<string, Uint8Array>();
  const keyOf = (name: string, namespace: string) => `${namespace}/${name}`;
  return {
    GetInfo: () => new ProtobufWriter().text(1, "v1.7.0").finish(),
    AddTracingPolicy: (request) => {
      const [yaml] = readTexts(request);
      const field = (name: string) => RegExp(`^ *${name}: "(.*)"`, "m").exec(yaml)?.[1] ?? "";
      const [name, namespace] = [field("name"), field("namespace")];
      if (name === "") return refusal(`cannot parse ${yaml}`);
      if (policies.has(keyOf(name, namespace))) {
        return refusal("failed to add tracing policy, a sensor collection already exists");
      }
      const policy = new ProtobufWriter().text(2, name).text(3, namespace).varint(9, 1);
      policies.set(keyOf(name, namespace), policy.finish());
      return empty;
    },
    DeleteTracingPolicy: (request) => {
      const [name, namespace] = readTexts(request);
      const isThere = policies.delete(keyOf(name, namespace));
      return isThere ? empty : refusal(`tracing policy ${name} does not exist`);
    },
    ListTracingPolicies: () => {
      const list = new ProtobufWriter();
      for (const policy of policies.values()) list.part(1, policy);
      return list.finish();
    },
  };
}

for (const kind of ["unix socket", "TCP"]) {
  checkTetragonControl(`calls over a ${kind}`, async () => {
    const folder = socketFolder();
    const socketPath = kind === "TCP" ? "" : folder.path;
    const server = await RawTetragonServer.start({ calls: policyKeeper(), socketPath });
    const stop = async () => {
      server.stop();
      folder.remove();
    };
    const control = createTetragonControl({ address: server.address });
    assert.equal(control.address, server.address);
    return { control, version: "v1.7.0", stopServer: stop, close: stop };
  });
}

interface Case {
  readonly what: string;
  readonly calls: Readonly<Record<string, RawCall>>;
  readonly code: string;
  readonly message: RegExp;
}

const never = () => new Promise<never>(() => undefined);
const cases: readonly Case[] = [
  {
    what: "bytes that are no message",
    calls: { GetInfo: () => new Uint8Array([0xff, 0xff]) },
    code: "tetragon-refused",
    message: /answers to GetInfo is no answer of Tetragon$/,
  },
  {
    what: "no answer",
    calls: { GetInfo: never },
    code: "connection-failed",
    message: /did not answer in time$/,
  },
  {
    what: "a refusal with control characters",
    calls: { GetInfo: () => ({ code: status.UNAUTHENTICATED, details: "who\u0007\nare you" }) },
    code: "tetragon-refused",
    message: /refused GetInfo: who\\x07\\nare you$/,
  },
];

for (const { what, calls, code, message } of cases) {
  test(`${what} is an error that says so`, async (t) => {
    const server = await RawTetragonServer.start({ calls });
    t.after(() => server.stop());
    const control = createTetragonControl({ address: server.address }, { answerMs: 500 });
    await assert.rejects(control.info(), (error) => {
      assert.ok(error instanceof WaggleError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

test("a server without GetInfo tells its version all the same", async (t) => {
  const calls = { GetVersion: () => versionAnswer("v1.4.0") };
  const server = await RawTetragonServer.start({ calls });
  t.after(() => server.stop());
  const info = await createTetragonControl({ address: server.address }).info();
  assert.deepEqual(info, { version: "v1.4.0", node: "", features: new Map() });
});

test("closing ends a call that waits for its answer", async (t) => {
  const server = await RawTetragonServer.start({ calls: { AddTracingPolicy: never } });
  t.after(() => server.stop());
  const control = createTetragonControl({ address: server.address });
  const adding = control.addPolicy("a: b");
  while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  control.close();
  await assert.rejects(adding, /cannot be reached/);
});
