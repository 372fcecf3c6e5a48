/** Tests of `falcosidekick.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { labOptions, labTarget, openHttpLab } from "../../testing/notifier-lab.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { createFalcosidekick } from "./falcosidekick.ts";

const never = new AbortController().signal;

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

test("an incident of the host alone has no fields of a container, and is still an alert", () => {
  const notifier = createFalcosidekick(
    labTarget("falcosidekick", { url: "https://falco.test" }),
    labOptions(),
  );
  const nothing = { workloads: [], containers: [], processes: [], images: [], story: [], node: "" };
  const incident = { ...sampleIncident, ...nothing };
  const alert = JSON.parse(notifier.preview({ ...sampleNotice, incident }).body);
  assert.equal(alert.hostname, "unknown");
  assert.ok(alert.output.length > 0);
  assert.deepEqual(
    Object.keys(alert.output_fields).filter((key) => !key.startsWith("waggle.")),
    [],
  );
});
