/** Holds which addresses a server can be bound to, and what is said of the others. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { logVerbosity, Server, setLogVerbosity } from "@grpc/grpc-js";
import { type ErrorCode, WaggleError } from "../../ports/waggle-error.ts";
import { bindServer } from "./bind-server.ts";

setLogVerbosity(logVerbosity.NONE);
const folder = mkdtempSync(join(tmpdir(), "waggle-bind-"));
after(() => rmSync(folder, { recursive: true }));

async function bound(address: string, work: (address: string) => unknown = () => {}) {
  const server = new Server();
  try {
    await work(await bindServer(server, address));
  } finally {
    server.forceShutdown();
  }
}

async function isRefused(address: string, code: ErrorCode): Promise<void> {
  const isCode = (error: unknown) => error instanceof WaggleError && error.code === code;
  await assert.rejects(bound(address), isCode, address);
}

test("a socket file is there while the server is; a port may be chosen by the system", async () => {
  const file = join(folder, "s");
  await bound(`unix://${file}`, (address) => {
    assert.equal(address, `unix://${file}`);
    assert.ok(existsSync(file));
  });
  assert.ok(!existsSync(file));
  await bound("127.0.0.1:0", (address) => assert.match(address, /^127\.0\.0\.1:[1-9]\d+$/));
});

test("what is no address, or cannot be one here, is a fault of usage", async () => {
  for (const address of ["nowhere", "localhost:99999", ":5", "unix://", ""]) {
    await isRefused(address, "usage");
  }
  await isRefused(`unix://${folder}/no/such/folder`, "usage");
});

test("an address that is taken is told, and left alone", async () => {
  const file = `unix://${join(folder, "taken")}`;
  await bound(file, () => isRefused(file, "address-in-use"));
  await bound("127.0.0.1:0", (address) => isRefused(address, "address-in-use"));
  const plain = join(folder, "plain");
  writeFileSync(plain, "not a socket");
  await isRefused(`unix://${plain}`, "address-in-use");
  assert.ok(existsSync(plain));
});

test("a socket file that nobody listens on any more is taken over", async () => {
  const gone = createServer().listen(join(folder, "gone"));
  await once(gone, "listening");
  const stale = join(folder, "stale");
  // As a server leaves it that was killed: closing removes only the name it listened on.
  linkSync(join(folder, "gone"), stale);
  gone.close();
  await once(gone, "close");
  await bound(`unix://${stale}`, () => assert.ok(existsSync(stale)));
});
