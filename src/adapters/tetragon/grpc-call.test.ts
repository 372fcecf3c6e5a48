/**
 * Holds the tests of how calls end, against a server of HTTP/2 that says what it is told.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { type TestContext, test } from "node:test";
import { type CallEnd, type GrpcCall, runCall, status } from "./grpc-call.ts";

async function call(
  t: TestContext,
  answer: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  options: Partial<GrpcCall> = {},
): Promise<CallEnd & { readonly messages: readonly string[] }> {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    answer(stream, headers);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const session = connect(`http://127.0.0.1:${address.port}`);
  let failure: Error | undefined;
  session.on("error", (error) => {
    failure = error;
  });
  t.after(() => {
    session.destroy();
    server.close();
  });
  const messages: string[] = [];
  const end = await runCall(
    { session, failure: () => failure },
    {
      path: "/one",
      request: new Uint8Array(0),
      signal: new AbortController().signal,
      onMessage: (bytes) => messages.push(Buffer.from(bytes).toString()),
      ...options,
    },
  );
  return { ...end, messages };
}

const type = { "content-type": "application/grpc" };
const framed = (text: string, flag = 0): Buffer =>
  Buffer.concat([Uint8Array.from([flag, 0, 0, 0, text.length]), Buffer.from(text)]);

function respond(trailers: Record<string, string>, ...parts: readonly Buffer[]) {
  return (stream: ServerHttp2Stream): void => {
    stream.respond(type, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    for (const part of parts) stream.write(part);
    stream.end();
  };
}

test("messages come before the end, and the status is that of the trailers", async (t) => {
  const answer = respond({ "grpc-status": "0" }, framed("a"), framed("bc"));
  assert.deepEqual(await call(t, answer), { code: 0, details: "", messages: ["a", "bc"] });
});

test("what a server says is decoded, or kept where it is no encoding", async (t) => {
  for (const [said, details] of [
    ["no%20%E2%82%AC", "no €"],
    ["100%", "100%"],
  ] as const) {
    const end = await call(t, respond({ "grpc-status": "7", "grpc-message": said }));
    assert.deepEqual([end.code, end.details], [status.permissionDenied, details]);
  }
});

test("a status may come with the headers alone", async (t) => {
  const end = await call(t, (stream) => {
    stream.respond(
      { ...type, "grpc-status": "12", "grpc-message": "no such" },
      { endStream: true },
    );
  });
  assert.deepEqual([end.code, end.details], [status.unimplemented, "no such"]);
});

test("what speaks HTTP but not gRPC is told by its HTTP status", async (t) => {
  for (const [http, code] of [
    [401, status.unauthenticated],
    [404, status.unimplemented],
    [503, status.unavailable],
    [418, status.unknown],
  ] as const) {
    const end = await call(t, (stream) => {
      stream.respond({ ":status": http });
      stream.end("<html>");
    });
    assert.deepEqual([end.code, end.details], [code, `HTTP status ${http}`]);
  }
});

test("an end without a status is none of success", async (t) => {
  const silent = await call(t, (stream) => {
    stream.respond(type);
    stream.end(framed("a"));
  });
  assert.equal(silent.code, status.internal);
  const reset = await call(t, (stream) => stream.close(11));
  assert.match(reset.details, /without a status \(11\)/);
  const gone = await call(t, (stream) => stream.session?.destroy());
  assert.equal(gone.code, status.unavailable);
});

test("a compressed message ends the call", async (t) => {
  const end = await call(t, respond({ "grpc-status": "0" }, framed("a"), framed("b", 1)));
  assert.equal(end.code, status.resourceExhausted);
  assert.deepEqual(end.messages, ["a"]);
});

test("a call ends at its deadline, which the server is told, and when it is stopped", async (t) => {
  const timeouts: unknown[] = [];
  const never = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    timeouts.push(headers["grpc-timeout"]);
    stream.respond(type);
  };
  const late = await call(t, never, { deadlineMs: 20 });
  assert.equal(late.code, status.deadlineExceeded);
  const stopping = new AbortController();
  const stopped = await call(
    t,
    (stream, headers) => {
      never(stream, headers);
      stopping.abort();
    },
    { signal: stopping.signal },
  );
  assert.equal(stopped.code, status.cancelled);
  const early = await call(t, never, { signal: AbortSignal.abort() });
  assert.equal(early.code, status.cancelled);
  assert.deepEqual(timeouts, ["20m", undefined]);
});
