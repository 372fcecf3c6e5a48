/**
 * Holds the tests of scraping, against servers of HTTP that really listen.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type TestContext, test } from "node:test";
import { readTetragonMetrics } from "../../core/observe/tetragon-metrics.ts";
import { type ErrorCode, WaggleError } from "../../ports/waggle-error.ts";
import { scrape } from "./fetch-text.ts";

/** An address at which nobody listens any more. */
async function goneAddress(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${address.port}/metrics`;
}

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return `http://127.0.0.1:${address.port}/metrics`;
}

function failsWith(code: ErrorCode, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof WaggleError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

test("metrics come with the time of the server, as their reader takes them", async (t) => {
  const lines = [
    "# TYPE process_start_time_seconds gauge",
    "process_start_time_seconds 1.7e+09",
    'tetragon_missed_events_total{msg_op="5",error="ENOSPC"} 12',
    "",
  ].join("\n");
  const url = await serve(t, (request, answer) => {
    assert.equal(request.method, "GET");
    answer.setHeader("date", "Sat, 21 Nov 2026 10:00:00 GMT").end(lines);
  });
  const text = await scrape(url);
  assert.equal(text, `Date: Sat, 21 Nov 2026 10:00:00 GMT\n${lines}`);
  const snapshot = readTetragonMetrics(text, "scrape");
  assert.equal(snapshot.timeUs, Date.UTC(2026, 10, 21, 10) * 1000);
  assert.equal(snapshot.agentStartUs, 1.7e15);
});

test("a server that says no time, or nonsense, gives the text alone", async (t) => {
  const bare = await serve(t, (_, answer) => {
    answer.sendDate = false;
    answer.end("up 1\n");
  });
  assert.equal(await scrape(bare), "up 1\n");
  const odd = await serve(t, (_, answer) => answer.setHeader("date", "soon").end("up 1\n"));
  assert.equal(await scrape(odd), "up 1\n");
});

test("what is no answer is an error, without what the address keeps secret", async (t) => {
  const missing = await serve(t, (_, answer) => answer.writeHead(404).end("no"));
  await assert.rejects(
    scrape(`${missing}?token=secret`),
    failsWith("connection-failed", /^No metrics from http:\S+\/metrics: the server answered 404$/),
  );
  const moved = await serve(t, (_, answer) => answer.writeHead(302, { location: missing }).end());
  await assert.rejects(scrape(moved), failsWith("connection-failed", /redirect/));
  const cut = await serve(t, (_, answer) => {
    answer.writeHead(200, { "content-length": "100" }).write("up");
    answer.socket?.end();
  });
  await assert.rejects(scrape(cut), failsWith("connection-failed", /aborted/));
  const refused = failsWith("connection-failed", /ECONNREFUSED/);
  await assert.rejects(scrape(await goneAddress()), refused);
});

test("a slow or endless answer is given up", async (t) => {
  const silent = await serve(t, () => undefined);
  const halting = await serve(t, (_, answer) => answer.write("up 1\n"));
  for (const url of [silent, halting]) {
    await assert.rejects(
      scrape(url, { timeoutMs: 50 }),
      failsWith("connection-failed", /no whole answer within 50 ms/),
    );
  }
  const endless = await serve(t, (_, answer) => {
    const write = () => {
      while (answer.write("x".repeat(10_000)));
    };
    answer.on("drain", write);
    write();
  });
  const tooMuch = failsWith("connection-failed", /more than 100000 bytes/);
  await assert.rejects(scrape(endless, { sizeBytesMax: 100_000 }), tooMuch);
});

test("addresses of other kinds, and with passwords, are refused", async () => {
  for (const url of ["", "metrics", "file:///etc/passwd", "ftp://a/b"]) {
    await assert.rejects(scrape(url), failsWith("usage", /http:/));
  }
  const secret = failsWith("usage", /^(?!.*hidden).*name or password/);
  await assert.rejects(scrape("http://me:hidden@localhost/metrics"), secret);
});
