/** Tests of `alertmanager.ts` at a server that keeps which alerts fire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openHttpLab } from "../../testing/notifier-lab.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";

const never = new AbortController().signal;

test("one alert fires for an incident, also when its severity rises, and none at its end", async (context) => {
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
  const before = lab.server.accepted.length;
  const taken = { ...graver, kind: "acknowledge", thread: second.thread } as const;
  await lab.notifier.send(taken, never);
  assert.equal(lab.server.accepted.length, before, "nobody can take an alert up there");
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
