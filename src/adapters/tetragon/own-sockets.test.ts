/**
 * Holds the tests that no socket outlives the work that opened it.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { closingSockets } from "./own-sockets.ts";

test("sockets are closed with the work that opened them, and no others", async (t) => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // As one whose other end is gone: it never ends by itself.
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const open = (): Socket => connect(address.port, "127.0.0.1");
  const other = open();
  t.after(() => other.destroy());
  await once(other, "connect");
  const sockets: Socket[] = [];
  const work = async () => {
    await wait(1);
    sockets.push(open(), open());
    const [first] = sockets;
    assert.ok(first !== undefined);
    await once(first, "connect");
    first.end();
    throw new Error("the work failed");
  };
  await assert.rejects(closingSockets(work), /the work failed/);
  assert.deepEqual(
    sockets.map(({ destroyed }) => destroyed),
    [true, true],
  );
  assert.equal(other.destroyed, false);
});
