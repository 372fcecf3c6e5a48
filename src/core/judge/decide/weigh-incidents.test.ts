/** Tests which incidents weigh for which findings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { incidentWorkload, sampleIncident } from "../../../testing/sample-incident.ts";
import type { Incident } from "../incident/incident.ts";
import { weighIncidents } from "./weigh-incidents.ts";

const cause = {
  findingId: "f1",
  vulnerability: "CVE-2024-0001",
  packageName: "sample",
  packageVersion: "1",
  decision: "soon",
  why: "the service used it (mapped)",
};
const high: Incident = {
  ...sampleIncident(),
  ...{ id: "i1", state: "open", severity: "high", workloads: [incidentWorkload("web")] },
  possibleCauses: [cause],
};

function weigh(incidents: readonly Incident[], id = "f2", name = "web") {
  return weighIncidents(incidents).weigh({ id, workload: incidentWorkload(name) });
}

test("findings of its workload are lifted, its possible cause more, others not", () => {
  assert.deepEqual(weigh([high]), {
    isCause: false,
    because: "incident i1 (high) is open in the workload",
  });
  assert.deepEqual(weigh([high], "f1"), {
    isCause: true,
    because: "it may be how incident i1 (high) began: the service used it (mapped)",
  });
  assert.equal(weigh([high], "f2", "api"), undefined);
});

test("what is closed or below medium weighs nothing, and medium has no cause", () => {
  for (const given of [{ state: "closed" }, { severity: "low" }] as const) {
    const scale = weighIncidents([{ ...high, ...given }]);
    assert.equal(scale.weighs, false);
    assert.equal(weigh([{ ...high, ...given }], "f1"), undefined);
  }
  assert.equal(weigh([{ ...high, severity: "medium" }], "f1")?.isCause, false);
  assert.equal(weigh([{ ...high, state: "updated" }], "f1")?.isCause, true);
});

test("of several the first is named, the others counted", () => {
  const second = { ...high, id: "i2", possibleCauses: [] };
  assert.match(weigh([high, second])?.because ?? "", /^incident i1 .* and 1 more$/);
});
