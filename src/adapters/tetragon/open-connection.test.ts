/**
 * Holds the tests of addresses, and that a connection lives as long as its work.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WaggleError } from "../../ports/waggle-error.ts";
import { checkAddress, socketPathOf, withConnection } from "./open-connection.ts";

const isUsage = (error: unknown): boolean => error instanceof WaggleError && error.code === "usage";

test("addresses are a socket's path, or a host and a port", () => {
  const good = ["localhost:54321", "10.0.0.1:1", "[::1]:65535", "[fe80::1%eth0]:1"];
  for (const address of [...good, "a-b.example:54321", "unix:///run/t.sock", "unix:/run/t"]) {
    checkAddress({ address });
  }
  const bad = ["", "localhost", "http://localhost:1", "unix://", "unix:///", "a b:1", ":54321"];
  const more = ["localhost:0", "localhost:65536", "unix:relative", "[::1]", "::1:5", "a:1\n"];
  for (const address of [...bad, ...more, "unix:///a\0b", "dns:a:1", "a:1/b"]) {
    assert.throws(() => checkAddress({ address }), isUsage, JSON.stringify(address));
  }
});

test("a certificate without its key is refused, and the other way round", () => {
  const address = "localhost:1";
  assert.throws(() => checkAddress({ address, tls: { certificateFile: "/a.pem" } }), isUsage);
  assert.throws(() => checkAddress({ address, tls: { keyFile: "/a.key" } }), isUsage);
  checkAddress({ address, tls: { caFile: "/a.pem" } });
});

test("the path of a socket is read from its address", () => {
  assert.equal(socketPathOf("unix:///run/t.sock"), "/run/t.sock");
  assert.equal(socketPathOf("unix:/run/t.sock"), "/run/t.sock");
  assert.equal(socketPathOf("localhost:1"), "");
});

test("a connection is closed when its work has ended, however it ended", async () => {
  const address = { address: "127.0.0.1:1" };
  const { session } = await withConnection(address, async (connection) => connection);
  assert.equal(session.destroyed, true);
  const failing = withConnection(address, () => Promise.reject(new Error("work")));
  await assert.rejects(failing, /work/);
});
