/** Tests of where reports go: files, directories, standard output, web servers that misbehave. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { type TestContext, test } from "node:test";
import type { Delivery } from "../../ports/sink.ts";
import { type ErrorCode, WaggleError } from "../../ports/waggle-error.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import { type Answer, serveAnswers } from "../../testing/web-server.ts";
import { makeDirectory } from "../store/make-directory.ts";
import { fileFormats } from "./file-sink.ts";
import { openSink as open } from "./open-sink.ts";
import { createOutputSink } from "./output-sink.ts";
import { createWebhookSink, type WebhookOptions } from "./webhook-sink.ts";

const report = sampleContextReport();
const delivery: Delivery = {
  report,
  id: "20260101T120000000000Z-0123abcd",
  trigger: "new image",
  changes: [
    {
      finding: "f1",
      timeUs: 1,
      from: "",
      to: "new",
      cause: "first-report",
      because: "b",
      evidence: [],
      before: {},
      after: {},
    },
  ],
};

const openSink = (target: string, options: WebhookOptions = {}) =>
  open(target, { makeDirectory, ...options });

async function temporary(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "waggle-sink-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function serve(context: TestContext, ...answers: readonly Answer[]) {
  const server = await serveAnswers(answers);
  context.after(() => server.close());
  return server;
}

async function refuses(code: ErrorCode, work: () => unknown): Promise<WaggleError> {
  let thrown: unknown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof WaggleError, String(thrown));
  assert.equal(thrown.code, code);
  return thrown;
}

test("a file holds the latest report in the format of its name", async (context) => {
  const folder = await temporary(context);
  const starts = [
    ["json", /^\{\n {2}"schemaVersion"/],
    ["md", /^# Vuln/],
    ["html", /^<!doctype html>/],
    ["txt", /\S/],
  ] as const;
  for (const [format, start] of starts) {
    const name = join(folder, `report.${format}`);
    await writeFile(name, "an old one, and longer than nothing");
    await openSink(name).deliver(delivery);
    assert.match(await readFile(name, "utf8"), start);
  }
  const read = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
  assert.deepEqual(read, report);
  assert.equal((await readdir(folder)).length, starts.length);
  assert.deepEqual(
    fileFormats,
    starts.map(([format]) => format),
  );
});

test("a directory holds each report and the latest, and keeps a hundred", async (context) => {
  const folder = await temporary(context);
  const name = `${folder}/reports/`;
  const sink = openSink(name);
  await sink.deliver(delivery);
  const day = (n: number) => `20250101T${String(n).padStart(12, "0")}Z-0123abcd.json`;
  for (let n = 0; n < 105; n += 1) await writeFile(join(name, day(n)), "{}");
  await writeFile(join(name, "mine.json"), "{}");
  await openSink(join(folder, "reports")).deliver({ ...delivery, id: "../../evil" });
  const files = await readdir(name);
  assert.deepEqual(files.filter((one) => !one.startsWith("2")).sort(), [
    ".._.._evil.json",
    "latest.html",
    "latest.json",
    "latest.md",
    "mine.json",
  ]);
  const dated = files.filter((one) => one.startsWith("2")).sort();
  assert.equal(dated.length, 100);
  assert.equal(dated.at(-1), `${delivery.id}.json`);
  assert.equal(dated[0], day(6));
});

test("what cannot be written is told, and leaves nothing behind", async (context) => {
  const folder = await temporary(context);
  const { message, retryable } = await refuses("delivery-failed", () =>
    openSink(join(folder, "missing", "report.json")).deliver(delivery),
  );
  assert.match(message, /missing\/report\.json" \(ENOENT\)/);
  assert.equal(retryable, true);
  assert.deepEqual(await readdir(folder), []);
});

test("a directory where none can be made is told at once", (context) => {
  if (process.platform !== "linux") return context.skip("there is no /proc");
  // In a process of its own, for what spins cannot be stopped from within.
  const program = import.meta.resolve("../../presets/open-outside.ts");
  const script = `
    import { createOutside } from ${JSON.stringify(program)};
    const outside = createOutside(new URL(".", import.meta.url), "0.0.0");
    const sink = await outside.services.sink(process.argv[1]);
    try { await sink.deliver({}); } catch ({ code, message }) { console.log(code, message); }
  `;
  for (const place of ["/proc/x/", "/proc/x/y/z/"]) {
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script, place], {
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    assert.equal(child.signal, null, "it ended by itself");
    const message = `No report could be written to "${place}" (ENOENT).`;
    assert.equal(child.stdout, `delivery-failed ${message}\n`, child.stderr);
  }
});

test("a target that is none is refused when it is opened", async () => {
  assert.match((await refuses("usage", () => openSink("report.exe"))).message, /\.json, \.md/);
  assert.match((await refuses("usage", () => openSink("ftp://host/x"))).message, /ftp/);
  await refuses("usage", () => openSink("https://"));
  const bad = await refuses("usage", () => openSink("https://%zz:secret@host/"));
  assert.doesNotMatch(bad.message, /secret/);
  await refuses("usage", () => createWebhookSink("file:///etc/passwd"));
});

test("standard output gets text; a reader that went away is an error of the delivery", async () => {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const hostile = { ...delivery, trigger: "a\u001b[31m" };
  await createOutputSink(stream).deliver(hostile);
  const text = Buffer.concat(chunks).toString();
  assert.match(text, /^Report 2026\S+: a\\x1b\[31m, 1 change\n/);
  assert.match(text, /CVE-2022-0778/);
  const gone = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("gone"), { code: "EPIPE" })),
  });
  await refuses("delivery-failed", () => createOutputSink(gone).deliver(delivery));
  assert.equal(openSink("-").name, "standard output");
});

test("a web hook gets one POST, signed, with credentials in a header", async (context) => {
  const folder = await temporary(context);
  const server = await serve(context, { status: 204 });
  const secretFile = join(folder, "secret");
  await writeFile(secretFile, "  key\n");
  const target = `${server.origin.replace("//", "//kim:p%40ss@")}/hook?token=t0`;
  const sink = openSink(target, { secretFile });
  assert.equal(sink.name, `webhook ${server.origin}`);
  await sink.deliver(delivery);
  const [request, second] = server.received;
  assert.ok(request !== undefined && second === undefined);
  assert.deepEqual([request.method, request.path], ["POST", "/hook?token=t0"]);
  const { id, trigger, changes } = delivery;
  assert.deepEqual(JSON.parse(request.body), { id, trigger, changes, report });
  const digest = createHmac("sha256", "key").update(request.body).digest("hex");
  assert.equal(request.headers["x-waggle-signature"], `sha256=${digest}`);
  assert.equal(request.headers["x-waggle-report"], id);
  const basic = Buffer.from("kim:p@ss").toString("base64");
  assert.equal(request.headers.authorization, `Basic ${basic}`);
});

test("a server that stumbles is tried three times, as it asks", async (context) => {
  const quick = { backOffMs: 1 };
  const stumbling = await serve(
    context,
    { status: 503, headers: { "retry-after": "0" } },
    { status: 0, fault: "cut" },
    { status: 200, body: "taken" },
  );
  await openSink(stumbling.origin, quick).deliver(delivery);
  assert.equal(stumbling.received.length, 3);
  assert.equal(new Set(stumbling.received.map(({ body }) => body)).size, 1);
  const down = await serve(context, { status: 500, body: "\u001b[31mno" });
  const { message, retryable } = await refuses("delivery-failed", () =>
    openSink(`${down.origin}/secret-path?token=t0`, quick).deliver(delivery),
  );
  assert.equal(down.received.length, 3);
  assert.equal(retryable, true);
  assert.match(message, /answered 500 .*x1b\[31mno" \(tries: 3\)/);
  assert.doesNotMatch(message, /secret-path|t0/);
});

test("a refusal and a redirection are not tried again nor followed", async (context) => {
  const elsewhere = await serve(context, { status: 200 });
  const redirect = { status: 307, headers: { location: `${elsewhere.origin}/` } };
  for (const answer of [{ status: 401 }, redirect]) {
    const server = await serve(context, answer);
    const { retryable } = await refuses("delivery-failed", () =>
      openSink(server.origin, { backOffMs: 1 }).deliver(delivery),
    );
    assert.deepEqual([server.received.length, retryable], [1, false]);
  }
  assert.equal(elsewhere.received.length, 0);
});

test("a server that says nothing is left; the end of the program ends waits", async (context) => {
  const silent = await serve(context, { status: 0, fault: "silent" });
  const { message } = await refuses("delivery-failed", () =>
    openSink(silent.origin, { timeoutMs: 20, backOffMs: 1 }).deliver(delivery),
  );
  assert.match(message, /did not answer in time \(tries: 3\)/);
  const busy = await serve(context, { status: 429, headers: { "retry-after": "3600" } });
  const controller = new AbortController();
  const sink = openSink(busy.origin, { signal: controller.signal });
  const refused = refuses("delivery-failed", () => sink.deliver(delivery));
  setTimeout(() => controller.abort(), 30);
  await refused;
});

test("without a secret that can be read nothing is sent", async (context) => {
  const folder = await temporary(context);
  const server = await serve(context, { status: 200 });
  const secretFile = join(folder, "secret");
  const sink = openSink(server.origin, { secretFile });
  await refuses("delivery-failed", () => sink.deliver(delivery));
  await writeFile(secretFile, "\n");
  await refuses("delivery-failed", () => sink.deliver(delivery));
  assert.equal(server.received.length, 0);
});
