/** Tests of `webhook.ts` and `ocsf.ts`: what stands in the documents, and who may trust them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { labOptions, labSecrets, labTarget, openHttpLab } from "../../testing/notifier-lab.ts";
import { type VendorRequest, webhookVendor } from "../../testing/notify-servers.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { createOcsf } from "./ocsf.ts";

const never = new AbortController().signal;

test("a webhook gets the incident whole, with its signature and token", async (context) => {
  const lab = await openHttpLab("webhook");
  context.after(() => lab.close());
  await lab.notifier.send({ ...sampleNotice, news: ["a", "b"] }, never);
  const [request] = lab.server.accepted;
  const { incident, ...head } = JSON.parse(request?.body ?? "");
  assert.deepEqual(incident, sampleIncident);
  const { sentAt, id, ...rest } = head;
  assert.equal(id, request?.headers["x-waggle-notice"]);
  assert.match(sentAt, /^2026-01-02T/);
  assert.deepEqual(rest, {
    schema: "waggle.notice/1",
    kind: "open",
    cluster: "prod",
    news: ["a", "b"],
  });
  assert.equal(request?.headers.authorization, `Bearer ${labSecrets.bearer}`);
});

test("what is old, sent again or changed is refused by the documented check", async (context) => {
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
    // What a program that was killed before it noted the answer would send: it goes on meanwhile.
    const again = { ...sampleIncident, score: 95, lastSeenUs: sampleIncident.lastSeenUs + 1 };
    const wider = { ...sampleIncident, tactics: ["execution", "discovery"] };
    for (const over of [
      {},
      { incident: again, news: ["x"] },
      { toldCount: 1 },
      { incident: wider },
    ])
      await lab.notifier.send({ ...sampleNotice, ...over }, never);
    const ids = lab.server.accepted.map(({ headers }) => headers["x-waggle-notice"]);
    assert.equal(ids[0], ids[1]);
    assert.equal(new Set(ids).size, 3);
  }
});

test("OCSF gets what the renderer gives, and is refused where there is none", async (context) => {
  const documents = { incident: () => "{}", ocsf: () => '{"class_uid":2005,"x":1}\n' };
  const lab = await openHttpLab("ocsf", { documents });
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  assert.equal(lab.server.accepted[0]?.body, '{"class_uid":2005,"x":1}');
  const none = labOptions({ documents: { ...documents, ocsf: undefined } });
  const target = labTarget("ocsf", { url: "https://lake.test" });
  assert.throws(() => createOcsf(target, none), /OCSF cannot be written here/);
});
