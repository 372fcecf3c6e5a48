/** Tests of `webhook.ts`, `falcosidekick.ts` and `ocsf.ts`: what stands in the documents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { labOptions, labSecrets, openHttpLab } from "../../testing/notifier-lab.ts";
import { type VendorRequest, webhookVendor } from "../../testing/notify-servers.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";

const never = new AbortController().signal;

test("a webhook gets the incident whole, with its signature and token", async (context) => {
  const lab = await openHttpLab("webhook");
  context.after(() => lab.close());
  await lab.notifier.send({ ...sampleNotice, news: ["a", "b"] }, never);
  const [request] = lab.server.accepted;
  const { incident, ...head } = JSON.parse(request?.body ?? "");
  assert.deepEqual(incident, sampleIncident);
  const { sentAt, ...rest } = head;
  assert.match(sentAt, /^2026-01-02T/);
  assert.deepEqual(rest, {
    schema: "waggle.notice/1",
    kind: "open",
    cluster: "prod",
    news: ["a", "b"],
  });
  assert.equal(request?.headers.authorization, `Bearer ${labSecrets.bearer}`);
});

test("a signature that is old, sent again or of another body is refused by the documented check", async (context) => {
  const lab = await openHttpLab("webhook");
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  const [request] = lab.server.accepted;
  assert.ok(request !== undefined);
  const sentMs = Number(request.headers["x-waggle-timestamp"]) * 1000;
  const check = (nowMs: number, over: Partial<VendorRequest> = {}) => {
    const receiver = webhookVendor(
      labSecrets.signingKey,
      () => nowMs,
      () => "",
    );
    return [receiver.check({ ...request, ...over }), receiver.check(request)];
  };
  assert.deepEqual(check(sentMs), ["", "replayed"]);
  assert.equal(check(sentMs + 301_000)[0], "stale");
  assert.equal(check(sentMs, { body: `${request.body} ` })[0], "bad signature");
});

test("all tries of one notice carry one id, another notice another", async (context) => {
  for (const kind of ["webhook", "falcosidekick"] as const) {
    const lab = await openHttpLab(kind);
    context.after(() => lab.close());
    for (const notice of [sampleNotice, sampleNotice, { ...sampleNotice, news: ["x"] }]) {
      await lab.notifier.send(notice, never);
    }
    const ids = lab.server.accepted.map(({ headers }) => headers["x-waggle-notice"]);
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  }
});

test("falcosidekick gets an alert with the fields that its outputs know", async (context) => {
  const lab = await openHttpLab("falcosidekick");
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  await lab.notifier.send({ ...sampleNotice, kind: "resolve" }, never);
  const [alert, end] = lab.server.accepted.map(({ body }) => JSON.parse(body));
  assert.equal(alert.priority, "Error");
  assert.equal(alert.hostname, "node-1");
  assert.deepEqual(alert.tags, ["reverse-shell", "T1059.004"]);
  assert.equal(alert.output_fields["k8s.ns.name"], "shop");
  assert.equal(alert.output_fields["proc.cmdline"], "/bin/bash -i");
  assert.equal(alert.output_fields["container.id"], "0123456789ab");
  assert.equal(end.priority, "Informational");
});

test("OCSF gets what the renderer gives", async (context) => {
  const documents = { incident: () => "{}", ocsf: () => '{"class_uid":2005,"x":1}\n' };
  const lab = await openHttpLab("ocsf", { documents });
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  assert.equal(lab.server.accepted[0]?.body, '{"class_uid":2005,"x":1}');
  assert.equal(labOptions().documents.incident(sampleNotice).length > 10, true);
});
