/** Tests of the status server with real requests, over TCP and unix sockets. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunningServer, StatusPage, TakeRequest } from "../../ports/status-server.ts";
import type { WaggleError } from "../../ports/waggle-error.ts";
import { clearSocket } from "./clear-socket.ts";
import { createStatusServer, type StatusLimits } from "./http-status-server.ts";
import { parseAddress } from "./parse-address.ts";

const never = Promise.withResolvers<StatusPage>().promise;
const pages = new Map<string, () => Promise<StatusPage>>([
  ["/healthz", async () => ({ status: 200, contentType: "text/plain", body: "ok ä\n" })],
  ["/readyz", async () => ({ status: 503, contentType: "application/json", body: "{}" })],
  ["/broken", () => Promise.reject(new Error("geheim"))],
  [
    "/thrown",
    () => {
      throw new Error("geheim");
    },
  ],
  ["/never", () => never],
]);

async function start(
  t: TestContext,
  address = "127.0.0.1:0",
  limits: Partial<StatusLimits> = {},
  take?: TakeRequest,
): Promise<RunningServer> {
  const running = await createStatusServer(limits).listen(address, pages, take);
  t.after(() => running.close());
  return running;
}

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "waggle-status-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** What comes back to raw bytes, to the end of the connection. */
async function talk(address: string, bytes: string, readsLate = false): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  const sent = new Promise((resolve) => socket.write(bytes, resolve));
  if (readsLate) await sent;
  let told = "";
  socket.on("data", (part) => {
    told += part.toString("latin1");
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.on("close", resolve));
  return told;
}

test("given paths answer GET and HEAD with their page", async (t) => {
  const { address } = await start(t);
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
  const health = await fetch(`${address}/healthz?verbose`);
  assert.equal(health.status, 200);
  assert.equal(await health.text(), "ok ä\n");
  assert.equal(health.headers.get("content-type"), "text/plain");
  assert.equal(health.headers.get("cache-control"), "no-store");
  assert.equal(health.headers.get("x-content-type-options"), "nosniff");
  const ready = await fetch(`${address}/readyz`);
  assert.deepEqual([ready.status, await ready.json()], [503, {}]);
  const head = await fetch(`${address}/healthz`, { method: "HEAD" });
  assert.deepEqual([head.headers.get("content-length"), await head.text()], ["6", ""]);
});

test("nothing else answers", async (t) => {
  const { address } = await start(t);
  for (const path of ["/", "/healthz/", "/healthz/..", "/HEALTHZ", "/%68ealthz", "/__proto__"]) {
    assert.equal((await fetch(`${address}${path}`)).status, 404, path);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const refused = await fetch(`${address}/healthz`, { method });
    assert.equal(refused.status, 405, method);
    assert.equal(refused.headers.get("allow"), "GET, HEAD");
  }
  const sent = await fetch(`${address}/healthz`, { method: "POST", body: "x".repeat(1e6) });
  assert.equal(sent.status, 405);
  assert.match(await talk(address, "GET http://other/healthz HTTP/1.0\r\n\r\n"), / 404 /);
});

test("who sends too much is told so, however it is sent", async (t) => {
  const taken: number[] = [];
  const { address } = await start(t, "127.0.0.1:0", { requestMs: 5000 }, async ({ body }) => {
    taken.push(body.length);
    return { status: 202, contentType: "text/plain", body: "taken\n" };
  });
  const sizeMax = 64 * 1024;
  const send = (
    body: string | Uint8Array<ArrayBuffer> | ReadableStream,
    method = "POST",
    path = "/hook",
  ) => fetch(`${address}${path}`, { method, body, duplex: "half" } as RequestInit);
  assert.equal((await send("x".repeat(sizeMax))).status, 202);
  for (const size of [sizeMax + 1, 1e6, 2e7]) {
    const bytes = new Uint8Array(size);
    assert.equal((await send(bytes)).status, 413, `${size} bytes`);
    assert.equal((await send(new Blob([bytes]).stream())).status, 413, `${size} bytes in chunks`);
    assert.equal((await send(bytes, "PUT")).status, 404, `${size} bytes for nobody`);
    assert.equal((await send(bytes, "PUT", "/healthz")).status, 405, `${size} bytes for a page`);
    // One who reads nothing before all is sent.
    const head = `POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`;
    const told = await talk(address, `${head}${"x".repeat(size)}`, true);
    assert.match(told, /^HTTP\/1\.1 413 /, `${size} bytes at once`);
  }
  assert.deepEqual(taken, [sizeMax]);
  const stalled = await start(t, "127.0.0.1:0", { requestMs: 100 }, () => never);
  const half = `POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: ${1e6}\r\n\r\nxyz`;
  assert.match(await talk(stalled.address, half), /^HTTP\/1\.1 413 /, "the rest never comes");
});

test("a page that fails or hangs does not tell why", async (t) => {
  const { address } = await start(t, "127.0.0.1:0", { pageMs: 50 });
  for (const path of ["/broken", "/thrown"]) {
    const broken = await fetch(`${address}${path}`);
    assert.equal(broken.status, 500);
    assert.equal(await broken.text(), "this page failed\n");
  }
  const hung = await fetch(`${address}/never`);
  assert.equal(hung.status, 503);
  assert.equal((await fetch(`${address}/healthz`)).status, 200, "the server goes on");
});

test("odd, large and slow requests are ended", async (t) => {
  const { address } = await start(t, "127.0.0.1:0", { requestMs: 100 });
  assert.match(await talk(address, "no request\r\n\r\n"), /^HTTP\/1\.1 400 /);
  const large = `GET /healthz HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(9000)}\r\n\r\n`;
  assert.match(await talk(address, large), /^HTTP\/1\.1 400 /);
  assert.match(await talk(address, "GET /healthz HTTP/1.1\r\nHost:"), /^HTTP\/1\.1 400 |^$/);
  const twice = "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 3\r\n\r\nxyz";
  assert.match(await talk(address, twice), /^HTTP\/1\.1 /);
  const { address: narrow } = await start(t, "127.0.0.1:0", { connections: 2 });
  const open = [0, 1].map(() => connect(Number(new URL(narrow).port), "127.0.0.1"));
  await Promise.all(open.map((socket) => once(socket, "connect")));
  assert.equal(await talk(narrow, "GET /healthz HTTP/1.0\r\n\r\n"), "", "one too many");
  for (const socket of open) socket.destroy();
});

test("a close ends what is under way, and the address is free again", async (t) => {
  const running = await start(t);
  const { port } = new URL(running.address);
  const hanging = request(`${running.address}/never`);
  hanging.end();
  const ended = once(hanging, "error");
  await new Promise((resolve) => hanging.once("socket", (s) => s.once("connect", resolve)));
  await running.close();
  await ended;
  await running.close();
  await start(t, `127.0.0.1:${port}`);
});

test("an address that is taken, or none, is told", async (t) => {
  const { address } = await start(t);
  const taken = start(t, address.replace("http://", ""));
  await assert.rejects(taken, (error: WaggleError) => error.code === "address-in-use");
  const wrong = ["", "9464", "host", "host:x", "host:70000", "a b:1", "unix:", "unix:a", "[::1]"];
  for (const text of [...wrong, "http://h:1", `unix:/${"x".repeat(107)}`, "unix:/a\0b"]) {
    await assert.rejects(start(t, text), (error: WaggleError) => error.code === "usage", text);
  }
  await assert.rejects(start(t, "192.0.2.1:0"), /no such address/);
  await assert.rejects(start(t, "unix:/no/such/folder/s"), /folder does not exist/);
});

test("addresses are read in each of their forms", () => {
  const read = (text: string) => {
    const { text: _, ...address } = parseAddress(text);
    return address;
  };
  assert.deepEqual(read(":9464"), { kind: "tcp", port: 9464 });
  assert.deepEqual(read("0.0.0.0:1"), { kind: "tcp", host: "0.0.0.0", port: 1 });
  assert.deepEqual(read("[::1]:1"), { kind: "tcp", host: "::1", port: 1 });
  assert.deepEqual(read("unix:/run/w.sock"), { kind: "unix", path: "/run/w.sock" });
  assert.deepEqual(read("unix:///run/w.sock"), { kind: "unix", path: "/run/w.sock" });
});

test("a unix socket is for its owner and group, and goes with the server", async (t) => {
  const path = join(await makeFolder(t), "status.sock");
  const running = await start(t, `unix:${path}`);
  assert.equal(running.address, `unix:${path}`);
  assert.equal((await stat(path)).mode & 0o777, 0o660);
  const asked = request({ socketPath: path, path: "/healthz" });
  asked.end();
  const [answer] = await once(asked, "response");
  assert.equal(answer.statusCode, 200);
  answer.resume();
  await running.close();
  assert.equal(existsSync(path), false);
});

test("a socket left behind is replaced; one that answers, or a file, is not", async (t) => {
  const folder = await makeFolder(t);
  const path = join(folder, "s");
  const program = `require("net").createServer().listen(${JSON.stringify(path)},()=>console.log())`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await assert.rejects(start(t, `unix:${path}`), (error: WaggleError) => {
    return error.code === "address-in-use";
  });
  assert.equal(existsSync(path), true);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(existsSync(path), true);
  const running = await start(t, `unix:${path}`);
  await running.close();
  await writeFile(path, "precious");
  await assert.rejects(start(t, `unix:${path}`), /is no socket; it is left alone/);
  assert.equal((await stat(path)).size, 8);
  await clearSocket(join(folder, "absent"));
});
