/** Tests of `alertmanager.ts` at a server that keeps which alerts fire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openHttpLab } from "../../testing/notifier-lab.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";

const never = new AbortController().signal;

test("one alert fires for an incident, also when it gets worse, and ends", async (context) => {
  const lab = await openHttpLab("alertmanager");
  context.after(() => lab.close());
  const first = await lab.notifier.send(sampleNotice, never);
  const labels = {
    ...{ alertname: "WaggleIncident", severity: "high", incident: sampleIncident.id },
    ...{ cluster: "prod", namespace: "shop", workload: "api" },
  };
  assert.deepEqual([...lab.firing], [JSON.stringify(labels)]);
  const incident = { ...sampleIncident, severity: "critical" } as const;
  const graver = { ...sampleNotice, incident, kind: "update", thread: first.thread } as const;
  const second = await lab.notifier.send(graver, never);
  assert.deepEqual([...lab.firing], [JSON.stringify({ ...labels, severity: "critical" })]);
  const acknowledgement = { by: "ann", text: "on\nit", timeUs: 1 };
  const held = { ...incident, acknowledgement };
  const taken = { ...graver, incident: held, kind: "acknowledge", thread: second.thread } as const;
  await lab.notifier.send(taken, never);
  assert.equal(lab.firing.size, 1, "it goes on");
  const [alert] = JSON.parse(lab.server.accepted.at(-1)?.body ?? "");
  assert.equal(alert.annotations.acknowledged, "ann: on\\nit");
  await lab.notifier.send({ ...taken, kind: "resolve" }, never);
  assert.deepEqual([...lab.firing], []);
});

test("labels that were remembered and are none are left out", async (context) => {
  const lab = await openHttpLab("alertmanager");
  context.after(() => lab.close());
  for (const thread of ['{"a-b":"x"}', '{"a":1}', '{"a":""}', "{", "{}", "[1]"]) {
    await lab.notifier.send({ ...sampleNotice, thread }, never);
    assert.equal(lab.firing.size, 1);
    assert.equal(JSON.parse(lab.server.accepted.at(-1)?.body ?? "").length, 1, thread);
  }
});

test("what is open is sent again by the labels that it was told by", async (context) => {
  const lab = await openHttpLab("alertmanager");
  context.after(() => lab.close());
  const { upkeep } = lab.notifier;
  assert.ok(upkeep !== undefined);
  const { thread } = await lab.notifier.send(sampleNotice, never);
  const before = [...lab.firing];
  const graver = {
    ...sampleNotice,
    incident: { ...sampleIncident, severity: "critical" as const },
  };
  await upkeep.send([{ ...graver, thread }], never);
  assert.deepEqual([...lab.firing], before, "a severity that was not told yet changes nothing");
  const many = Array.from({ length: 120 }, (_, at) => ({
    ...sampleNotice,
    incident: { ...sampleIncident, id: `i${at}` },
  }));
  await upkeep.send(many, never);
  assert.equal(lab.firing.size, 121);
  assert.equal(lab.server.accepted.length, 5);
  await upkeep.send([], never);
  assert.equal(lab.server.accepted.length, 5);
});

test("a batch that is refused keeps no other from being sent again", async (context) => {
  const lab = await openHttpLab("alertmanager");
  context.after(() => lab.close());
  const { upkeep } = lab.notifier;
  assert.ok(upkeep !== undefined);
  const many = Array.from({ length: 120 }, (_, at) => ({
    ...sampleNotice,
    incident: { ...sampleIncident, id: `i${at}` },
  }));
  lab.server.faults.push({ status: 400, body: "bad" });
  await assert.rejects(upkeep.send(many, never), /answered 400/);
  assert.equal(lab.firing.size, 70);
  // One that is down is left alone, and tried again later.
  lab.server.faults.push({ status: 503, body: "" });
  await assert.rejects(upkeep.send(many, never), /answered 503/);
  assert.deepEqual([lab.server.accepted.length, lab.firing.size], [2, 70]);
});
