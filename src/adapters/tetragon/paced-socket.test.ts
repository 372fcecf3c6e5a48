/**
 * Holds the tests of a connection that is read in sips, over real sockets.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { openPacedSocket } from "./paced-socket.ts";

async function listen(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

test("all bytes come in order, in both directions, until the other side ends", async (t) => {
  const sent = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, n) => (n * 7919) >>> 3));
  const port = await listen(t, (socket) => {
    socket.once("data", (asked) => {
      socket.write(asked);
      // Parts of every size: some fill the memory of one read, most do not.
      for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 3) % 90_001) {
        socket.write(sent.subarray(at, at + size));
      }
      socket.end();
    });
  });
  const socket = openPacedSocket({ host: "127.0.0.1", port });
  socket.write("hello");
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  assert.ok(Buffer.concat(parts).equals(Buffer.concat([Buffer.from("hello"), sent])));
});

test("what fails tells the reason of the system", async () => {
  const socket = openPacedSocket({ path: "/nonexistent/waggle.sock" });
  const [error] = await once(socket, "error");
  assert.match(String(error), /connect ENOENT \/nonexistent\/waggle\.sock/);
});

test("what is destroyed closes the connection, also while it rests", async (t) => {
  const arrived = Promise.withResolvers<Socket>();
  const port = await listen(t, arrived.resolve);
  const socket = openPacedSocket({ host: "127.0.0.1", port });
  const there = await arrived.promise;
  const closed = once(there.resume(), "close");
  there.write("x");
  await once(socket, "data");
  socket.destroy();
  await closed;
});
