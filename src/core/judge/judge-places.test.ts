/** Holds that places judged by themselves are those of the whole judgement. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleCoverage } from "../../testing/sample-facts.ts";
import { elf, sampleSbom, sampleUse } from "../../testing/sample-image.ts";
import { ProblemLog } from "../event/problem.ts";
import { FactSet } from "../observe/fact-set.ts";
import { createClusterView } from "./cluster/create-cluster-view.ts";
import { defaultSettings } from "./default-settings.ts";
import { judge } from "./judge.ts";
import { judgePlaces } from "./judge-places.ts";

test("workloads, images and evidence are those of the whole judgement", () => {
  const sbom = sampleSbom({
    input: "root.json",
    identity: { kind: "directory", name: "/" },
    packages: [{ name: "curl", files: ["/usr/bin/curl"] }],
    files: { "/usr/bin/curl": elf() },
  });
  const facts = new FactSet();
  facts.add(sampleCoverage({ sensor: "exec", policy: "", sinceUs: 50, untilUs: 90 }));
  const ran = { path: "/usr/bin/curl", how: "executed", actor: "host" } as const;
  facts.add(sampleUse({ ...ran, container: "host:node-1" }));
  const options = () => ({
    ...{ facts, identities: [], sboms: [sbom], scans: [], inputNames: [] },
    ...{ cluster: createClusterView(), problems: new ProblemLog() },
    pins: { addressNames: new Map(), roles: new Map() },
    byHand: [{ name: "host", input: "root.json" }],
  });
  const whole = judge({ ...options(), settings: defaultSettings });
  const { context, containers, evidence } = judgePlaces(options());
  assert.equal(context.workloads.length, 1);
  assert.deepEqual(context.workloads, whole.workloads);
  assert.deepEqual(context.flows, whole.flows);
  assert.deepEqual(
    containers.map(({ summary }) => summary),
    whole.coverage,
  );
  assert.deepEqual(evidence.all(), whole.evidence);
});
