/** Tests of `syslog.ts`, `syslog-frame.ts`, `send-frame.ts` and `check-address.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { DeliveryError } from "../../ports/delivery-error.ts";
import { openSyslogLab } from "../../testing/notifier-lab.ts";
import { hostileNotice, hostileTexts, sampleNotice } from "../../testing/sample-notice.ts";
import { parseCef, parseSyslog } from "../../testing/syslog-receiver.ts";
import { guardedLookup, isRefusedAddress } from "./check-address.ts";
import { buildSyslogFrame } from "./syslog-frame.ts";

const never = new AbortController().signal;
const nowMs = Date.UTC(2026, 0, 2, 4);

test("a message carries severity, host and fields, and its text as UTF-8", async (context) => {
  const lab = await openSyslogLab("syslog", "tls");
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  await lab.acceptedCount(1);
  const [message] = lab.receiver.messages;
  assert.equal(message?.priority, 10 * 8 + 3);
  assert.equal(message?.host, "node-1");
  assert.equal(message?.id, "waggle-open");
  assert.equal(message?.text, "\ufeffhigh: Reverse shell from shop/api to 203.0.113.7");
  const { incident, severity, place, techniques } = message?.data ?? {};
  assert.deepEqual(
    [incident, severity, place, techniques],
    [sampleNotice.incident.id, "high", "prod: shop/api", "T1059.004"],
  );
});

test("CEF names its fields as the format does", async (context) => {
  const lab = await openSyslogLab("cef", "tcp");
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  await lab.acceptedCount(1);
  const { head, pairs } = parseCef(lab.receiver.messages[0]?.text ?? "");
  const title = "high: Reverse shell from shop/api to 203.0.113.7";
  assert.deepEqual(head, ["CEF:0", "waggle", "waggle", "1", "reverse-shell", title, "8"]);
  assert.equal(pairs["dst"], "203.0.113.7");
  assert.equal(pairs["externalId"], sampleNotice.incident.id);
  assert.match(pairs["msg"] ?? "", /started a shell\. It ran/);
});

test("however long its texts are, a message fits, and is whole by the grammar", () => {
  for (const form of ["syslog", "cef"] as const) {
    for (const sizeBytesMax of [2048, 8192]) {
      for (const text of [
        ...hostileTexts,
        "\u6f22".repeat(3000),
        '"]\\'.repeat(3000),
        "😀".repeat(3000),
      ]) {
        const frame = buildSyslogFrame(hostileNotice(text), { form, nowMs, sizeBytesMax });
        assert.ok(frame.length <= sizeBytesMax);
        const message = parseSyslog(frame);
        if (form === "cef") assert.ok(Object.keys(parseCef(message.text).pairs).length > 3);
        else assert.ok(message.text.length > 20, message.text);
      }
    }
  }
});

test("a certificate that nobody signed, a reset and a silent port are told by their codes", async (context) => {
  const untrusted = await openSyslogLab("syslog", "tls", { caFile: "" });
  const reset = await openSyslogLab("syslog", "tcp");
  reset.receiver.resets = true;
  const gone = await openSyslogLab("cef", "tcp");
  await gone.close();
  const labs = [
    [untrusted, /SELF_SIGNED_CERT/],
    [reset, /ECONNRESET|EPIPE/],
    [gone, /ECONNREFUSED/],
  ] as const;
  context.after(() => Promise.all([untrusted.close(), reset.close()]));
  for (const [lab, says] of labs) {
    const error: unknown = await lab.notifier.send(sampleNotice, never).catch((one) => one);
    assert.ok(error instanceof DeliveryError, inspect(error));
    assert.match(error.message, says);
    assert.equal(error.retryable, true);
  }
});

test("link-local, unspecified and multicast addresses are refused, also behind a name", async () => {
  const refused = ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "::"];
  for (const one of [...refused, "[ff02::1]", "::ffff:169.254.1.1", "fd00:ec2::254"]) {
    assert.equal(isRefusedAddress(one), true, one);
  }
  for (const one of ["10.0.0.1", "127.0.0.1", "::1", "203.0.113.7", "fd00::1", "host.test"]) {
    assert.equal(isRefusedAddress(one), false, one);
  }
  const look = (name: string, all: boolean) =>
    new Promise<unknown>((resolve) => {
      guardedLookup(name, { all }, (error, found) => resolve(error?.code ?? found));
    });
  // An address is its own answer.
  assert.equal(await look("169.254.169.254", false), "EREFUSEDADDRESS");
  assert.equal(await look("127.0.0.1", false), "127.0.0.1");
  assert.deepEqual(await look("127.0.0.1", true), [{ address: "127.0.0.1", family: 4 }]);
});
