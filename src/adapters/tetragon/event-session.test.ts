/**
 * Holds the tests of one connection: what it tells, and that it ends for every reason.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  numbered,
  type RawCall,
  RawTetragonServer,
  versionAnswer,
} from "../../testing/raw-tetragon-server.ts";
import { type Greeting, runSession } from "./event-session.ts";

async function start(t: TestContext, calls: Readonly<Record<string, RawCall>>) {
  const server = await RawTetragonServer.start({ calls });
  t.after(() => server.stop());
  const greetings: Greeting[] = [];
  const messages: Uint8Array[] = [];
  const stopping = new AbortController();
  const address = { address: server.address };
  const ended = runSession(
    { address, signal: stopping.signal, answerMs: 5000, quietMs: 10, before: undefined },
    {
      message: (bytes) => void messages.push(bytes),
      greeted: (greeting) => void greetings.push(greeting),
    },
  );
  return { server, greetings, messages, ended, stopping };
}

const calls = { GetVersion: () => versionAnswer("v1.7.0") };

test("the stream is opened before anything is asked, and the end is told in words", async (t) => {
  const { server, greetings, messages, ended } = await start(t, calls);
  await server.send([numbered(1), numbered(2)]);
  while (server.asked.length < 3) await new Promise((resolve) => setImmediate(resolve));
  (await server.streamed()).end();
  assert.equal(await ended, `Tetragon at ${server.address} ended the stream`);
  assert.equal(server.asked[0], "GetEvents");
  assert.equal(greetings.length, 1);
  assert.equal(greetings[0]?.identity.version, "v1.7.0");
  assert.equal(messages.length, 2);
});

test("a signal ends it, also while the server has not answered yet", async (t) => {
  const never = () => new Promise<never>(() => undefined);
  for (const one of [calls, { GetVersion: never }]) {
    const { server, ended, stopping } = await start(t, one);
    await server.streamed();
    stopping.abort();
    assert.equal(await ended, "it was stopped");
  }
});

test("a server that says no when asked for a sign of life is there", async (t) => {
  let count = 0;
  const refusal = { code: 13, details: "busy" };
  const GetVersion = () => (count++ === 0 ? versionAnswer("v1.7.0") : refusal);
  const { server, ended, stopping } = await start(t, { GetVersion });
  while (count < 4) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.streams.size, 1);
  stopping.abort();
  assert.equal(await ended, "it was stopped");
});
