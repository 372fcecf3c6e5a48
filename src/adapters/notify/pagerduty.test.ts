/** Tests of `pagerduty.ts` at a server that keeps alerts as PagerDuty does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Level } from "../../core/observe/detect/rule.ts";
import type { NoticeKind } from "../../ports/notifier.ts";
import { openHttpLab } from "../../testing/notifier-lab.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";

const never = new AbortController().signal;

test("one alert for an incident: triggered, acknowledged, resolved by the incident's id", async (context) => {
  const lab = await openHttpLab("pagerduty");
  context.after(() => lab.close());
  const steps: readonly (readonly [NoticeKind, string])[] = [
    ["open", "trigger"],
    ["update", "trigger"],
    ["acknowledge", "acknowledge"],
    ["resolve", "resolve"],
  ];
  for (const [kind, state] of steps) {
    const { thread } = await lab.notifier.send({ ...sampleNotice, kind }, never);
    assert.equal(thread, sampleIncident.id);
    assert.deepEqual([...lab.alerts], [[sampleIncident.id, state]]);
  }
});

test("a test leaves nothing open, and wakes nobody by its severity", async (context) => {
  const lab = await openHttpLab("pagerduty");
  context.after(() => lab.close());
  const incident = { ...sampleIncident, severity: "critical" } as const;
  await lab.notifier.send({ ...sampleNotice, incident, kind: "test" }, never);
  assert.deepEqual([...lab.alerts.values()], ["resolve"]);
  assert.equal(JSON.parse(lab.server.accepted[0]?.body ?? "").payload.severity, "info");
});

test("severities are those of PagerDuty, and the details say what to do", async (context) => {
  const lab = await openHttpLab("pagerduty");
  context.after(() => lab.close());
  const wanted: Readonly<Record<Level, string>> = {
    ...{ informational: "info", low: "info", medium: "warning", high: "error" },
    critical: "critical",
  };
  for (const [severity, name] of Object.entries(wanted)) {
    const incident = { ...sampleIncident, severity: severity as Level };
    await lab.notifier.send({ ...sampleNotice, incident }, never);
    const { payload } = JSON.parse(lab.server.accepted.at(-1)?.body ?? "");
    assert.equal(payload.severity, name);
    assert.equal(payload.source, "prod: shop/api");
    assert.match(payload.summary, /: Reverse shell from shop\/api/);
    assert.match(payload.custom_details.actions[0], /^contain: Block 203\.0\.113\.7/);
  }
});
