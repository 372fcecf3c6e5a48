/** Tests of every receiver by the contract of the port, with hostile incidents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkInterrupted, checkNotifier } from "../../ports/notifier.contract.ts";
import { type NotifierTarget, notifierKinds } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  fromVariable,
  httpKinds,
  labOptions,
  labTarget,
  openFileLab,
  openHttpLab,
  openOutputLab,
  openSyslogLab,
  syslogTransports,
} from "../../testing/notifier-lab.ts";
import { openNotifier } from "./open-notifier.ts";

for (const kind of httpKinds) {
  checkNotifier(kind, () => openHttpLab(kind));
  checkInterrupted(kind, () => openHttpLab(kind));
}
for (const form of ["syslog", "cef"] as const) {
  for (const transport of syslogTransports) {
    checkNotifier(`${form} over ${transport}`, () => openSyslogLab(form, transport));
    checkInterrupted(`${form} over ${transport}`, () => openSyslogLab(form, transport));
  }
}
checkNotifier("file", openFileLab);
checkNotifier("stdout", openOutputLab);

test("what a kind lacks is told when it is opened, and no address with a secret in it", () => {
  const refusals: readonly (readonly [Partial<NotifierTarget>, RegExp])[] = [
    [{ kind: "slack" }, /needs an address/],
    [{ kind: "slack", tokenPlace: fromVariable("TOKEN") }, /a bot needs a channel/],
    [{ kind: "pagerduty" }, /tokenFile or tokenEnv is missing/],
    [{ kind: "webhook", url: "http://example.test/x", insecure: false }, /insecure: true/],
    [{ kind: "webhook", url: "ftp://example.test/x" }, /no https address/],
    [{ kind: "webhook", url: "https://me:s3cret-word@example.test/x" }, /credentials in its url/],
    [{ kind: "webhook", url: "https://169.254.169.254/latest" }, /link-local/],
    [{ kind: "webhook", url: "http://[::ffff:169.254.169.254]/latest" }, /link-local/],
    [{ kind: "webhook", url: "https://[fe80::1]/" }, /link-local/],
    [{ kind: "webhook", url: "https://0.0.0.0/" }, /link-local/],
    [{ kind: "webhook", url: "https://2852039166/" }, /link-local/],
    [{ kind: "syslog", url: "udp://log.test:514", insecure: false }, /without TLS/],
    [{ kind: "cef", url: "https://log.test" }, /needs a url such as/],
    [{ kind: "syslog", url: "tls://169.254.169.254:6514" }, /link-local/],
    [{ kind: "file" }, /needs a path/],
  ];
  for (const [over, wanted] of refusals) {
    const target = { ...labTarget(over.kind ?? "webhook"), ...over };
    assert.throws(
      () => openNotifier(target, labOptions()),
      (error: unknown) => {
        assert.ok(error instanceof WaggleError && error.code === "usage", String(error));
        assert.match(error.message, wanted);
        assert.ok(!error.message.includes("s3cret"));
        return true;
      },
    );
  }
  const documents = { incident: () => "{}", ocsf: undefined };
  assert.throws(
    () => openNotifier(labTarget("ocsf", { url: "https://x.test" }), labOptions({ documents })),
    /OCSF/,
  );
  assert.equal(new Set(notifierKinds).size, notifierKinds.length);
});
