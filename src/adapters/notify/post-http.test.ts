/** Tests of `post-http.ts`: receivers that fail in every way, and what is said of it. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { Notifier } from "../../ports/notifier.ts";
import {
  fromVariable,
  httpKinds,
  labKeys,
  labOptions,
  labTarget,
  openHttpLab,
} from "../../testing/notifier-lab.ts";
import {
  echoVendor,
  type ServerFault,
  serveVendor,
  slackHookVendor,
  type VendorAnswer,
} from "../../testing/notify-servers.ts";
import { sampleNotice } from "../../testing/sample-notice.ts";
import { openNotifier } from "./open-notifier.ts";
import { tellAnswer } from "./post-http.ts";
import { readAuthorities } from "./read-authorities.ts";

const never = new AbortController().signal;

async function refusal(notifier: Notifier, notice = sampleNotice): Promise<DeliveryError> {
  const error: unknown = await notifier.send(notice, never).then(
    () => "it was taken",
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DeliveryError, inspect(error));
  return error;
}

interface Failure {
  readonly fault: ServerFault | VendorAnswer;
  readonly says: RegExp;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

const date = "Fri, 02 Jan 2026 05:00:00 GMT";

const failures: readonly Failure[] = [
  {
    fault: { status: 429, body: "", headers: { "retry-after": "30" } },
    says: /answered 429/,
    retryable: true,
    retryAfterMs: 30_000,
  },
  {
    fault: { status: 503, body: "", headers: { "retry-after": "86400" } },
    says: /503/,
    retryable: true,
    retryAfterMs: 3_600_000,
  },
  {
    fault: { status: 429, body: "", headers: { "retry-after": "soon" } },
    says: /429/,
    retryable: true,
  },
  {
    fault: { status: 500, body: "\x1b[2Joops\u202e" },
    says: /500 "\\\\x1b\[2Joops/,
    retryable: true,
  },
  { fault: { status: 502, body: "x".repeat(5000) }, says: /502 "x{199}…"\.$/, retryable: true },
  { fault: { status: 408, body: "" }, says: /408/, retryable: true },
  {
    fault: { status: 400, body: "invalid_blocks" },
    says: /400 "invalid_blocks"/,
    retryable: false,
  },
  { fault: { status: 404, body: "" }, says: /404/, retryable: false },
  {
    fault: { status: 302, body: "", headers: { location: "http://127.0.0.1:1/" } },
    says: /302, and redirects/,
    retryable: false,
  },
  {
    fault: { status: 307, body: "", headers: { location: "/elsewhere" } },
    says: /redirects are not followed/,
    retryable: false,
  },
  { fault: "cut", says: /connection failed \(ECONNRESET\)/, retryable: true },
  { fault: "garbage", says: /connection failed \(HPE_/, retryable: true },
  { fault: "silent", says: /did not answer in time/, retryable: true },
  { fault: "slow", says: /did not answer in time/, retryable: true },
  { fault: "endless", says: /answered 500 "x/, retryable: true },
];

test("each failure of a receiver is told, and whether later may help", async (context) => {
  for (const kind of httpKinds) {
    const lab = await openHttpLab(kind, { timeoutMs: 400 });
    context.after(() => lab.close());
    for (const { fault, says, retryable, retryAfterMs } of failures) {
      lab.server.faults.push(fault);
      const error = await refusal(lab.notifier);
      const about = `${kind} ${inspect(fault).slice(0, 80)}`;
      assert.match(error.message, says, about);
      assert.match(error.message, new RegExp(`^Route ${lab.notifier.name}: `));
      assert.equal(error.retryable, retryable, about);
      assert.equal(error.retryAfterMs, retryAfterMs, about);
      assert.equal(error.cause, undefined);
    }
    assert.equal(await lab.acceptedCount(), 0);
    await lab.notifier.send(sampleNotice, never);
    assert.equal(await lab.acceptedCount(), 1, kind);
  }
});

test("a date in Retry-After is a wait from now", async (context) => {
  const lab = await openHttpLab("webhook", { nowMs: () => Date.parse(date) - 90_000 });
  context.after(() => lab.close());
  lab.server.faults.push({ status: 503, body: "", headers: { "retry-after": date } });
  assert.equal((await refusal(lab.notifier)).retryAfterMs, 90_000);
});

test("nobody listens, or the name is unknown: a code is told, no address", async (context) => {
  const port = await freePort(context);
  const cases = [
    [`http://127.0.0.1:${port}/secret-path-1`, /ECONNREFUSED/],
    ["http://nobody.invalid/secret-path-1", /ENOTFOUND|EAI_AGAIN/],
  ] as const;
  for (const [url, says] of cases) {
    const environment = { URL: url };
    const target = labTarget("webhook", { urlPlace: fromVariable("URL") });
    const error = await refusal(openNotifier(target, labOptions({ environment })));
    assert.match(error.message, says);
    assert.equal(error.retryable, true);
    assert.ok(!inspect(error).includes("secret-path-1"));
  }
});

async function freePort(context: TestContext): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  await new Promise((resolve) => server.close(resolve));
  context.after(() => server.close());
  return address.port;
}

test("a certificate that nobody signed is refused, unless the route trusts it", async (context) => {
  const server = await serveVendor(slackHookVendor("/hook"), labKeys());
  context.after(() => server.close());
  const base = { url: `${server.origin}/hook`, insecure: false };
  const untrusting = openNotifier(labTarget("slack", base), labOptions());
  const error = await refusal(untrusting);
  assert.match(error.message, /connection failed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
  const { caFile } = labKeys();
  await openNotifier(labTarget("slack", { ...base, caFile }), labOptions()).send(
    sampleNotice,
    never,
  );
  assert.equal(server.accepted.length, 1);
  const url = base.url.replace("127.0.0.1", "localhost");
  await openNotifier(labTarget("slack", { url, caFile }), labOptions()).send(sampleNotice, never);
  assert.equal(server.accepted.length, 2);
  const missing = openNotifier(
    labTarget("slack", { ...base, caFile: "/nowhere.pem" }),
    labOptions(),
  );
  assert.match((await refusal(missing)).message, /caFile cannot be read \(ENOENT\)/);
  assert.equal(await readAuthorities(labTarget("slack")), undefined);
});

test("an http address that is a secret is refused unless the route is insecure", async () => {
  const environment = { URL: "http://127.0.0.1:9/services/secretpart" };
  const target = labTarget("slack", { urlPlace: fromVariable("URL"), insecure: false });
  const error = await refusal(openNotifier(target, labOptions({ environment })));
  assert.match(error.message, /has an http address/);
  assert.equal(error.retryable, false);
  assert.ok(!inspect(error).includes("secretpart"));
});

test("a receiver that repeats all it got gives no secret away", async (context) => {
  for (const kind of httpKinds) {
    for (const status of [200, 401, 500]) {
      const lab = await openHttpLab(kind, {}, echoVendor(status));
      context.after(() => lab.close());
      const error: unknown = await lab.notifier.send(sampleNotice, never).catch((one) => one);
      const said = inspect(error, { depth: 9 }) + inspect(lab.notifier.preview(sampleNotice));
      for (const secret of lab.secrets) {
        for (const part of [secret, secret.slice(0, 9), secret.slice(-9)]) {
          assert.ok(!said.includes(part), `${kind} ${status} tells ${part}`);
        }
      }
    }
  }
});

test("whatever a receiver makes of a secret, six characters of it in a row are not told", () => {
  const secret = fc.string({ unit: "grapheme-ascii", minLength: 12, maxLength: 40 });
  const noise = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
  const spellings: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => text.toUpperCase(),
    encodeURIComponent,
    (text) => Buffer.from(text).toString("base64"),
    (text) => Buffer.from(`user:${text}`).toString("base64"),
    (text) => Buffer.from(text).toString("hex"),
    (text) => text.slice(2, 9),
    (text) => [...text].reverse().join(""),
  ];
  fc.assert(
    fc.property(secret, noise, fc.constantFrom(...spellings), (own, around, spell) => {
      const answer = `${around} ${spell(own)} ${around}`;
      // Of blanks nothing is told at all.
      assert.match(tellAnswer(answer, [own]), answer.trim() === "" ? /^$/ : /repeat a secret/);
    }),
  );
  assert.equal(tellAnswer("all is well", ["quite-another-text"]), ' "all is well"');
});
