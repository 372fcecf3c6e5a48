/** Holds that the processes of a node are judged where an SBOM is named for it, and only there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleCoverage } from "../../testing/sample-facts.ts";
import { elf, sampleSbom, sampleUse } from "../../testing/sample-image.ts";
import { ProblemLog } from "../event/problem.ts";
import { FactSet } from "../observe/fact-set.ts";
import { createClusterView } from "./cluster/create-cluster-view.ts";
import { defaultSettings } from "./default-settings.ts";
import { judge } from "./judge.ts";
import { listHosts } from "./list-hosts.ts";

const exec = sampleCoverage({ sensor: "exec", policy: "", sinceUs: 50, untilUs: 90 });
const open = sampleCoverage({ sensor: "open", sinceUs: 40, untilUs: 80 });
const elsewhere = sampleCoverage({ node: "node-2", sensor: "exec", policy: "" });

test("a node is listed when its name, its key or just `host` was given", () => {
  const all = [exec, open, elsewhere];
  const named = (...names: readonly string[]) =>
    listHosts(all, names).map(({ container }) => container);
  assert.deepEqual(named(), []);
  assert.deepEqual(named("web", "node"), []);
  assert.deepEqual(named("node-1"), ["host:node-1"]);
  assert.deepEqual(named("host:node-2"), ["host:node-2"]);
  assert.deepEqual(named("host"), ["host:node-1", "host:node-2"]);
  const [host] = listHosts(all, ["node-1"]);
  assert.deepEqual([host?.firstSeenUs, host?.lastSeenUs, host?.fromStart], [40, 90, false]);
});

test("what a node's own processes run is in use by it, and its absence is never told", () => {
  const packages = [
    { name: "curl", files: ["/usr/bin/curl"] },
    { name: "idle", files: ["/usr/bin/idle"] },
  ];
  const sbom = sampleSbom({
    input: "root.json",
    identity: { kind: "directory", name: "/" },
    packages,
    files: { "/usr/bin/curl": elf(), "/usr/bin/idle": elf() },
  });
  const facts = new FactSet();
  for (const fact of [exec, open]) facts.add(fact);
  const ran = { path: "/usr/bin/curl", how: "executed", actor: "host" } as const;
  facts.add(sampleUse({ ...ran, container: "host:node-1" }));
  const judged = (name: string) =>
    judge({
      facts,
      cluster: createClusterView(),
      pins: { addressNames: new Map(), roles: new Map() },
      identities: [],
      sboms: [sbom],
      scans: [],
      byHand: [{ name, input: "root.json" }],
      inputNames: [],
      settings: defaultSettings,
      problems: new ProblemLog(),
    }).packages.map((one) => [one.workload.kind, one.package.name, one.usage.state]);
  assert.deepEqual(judged("host"), [
    ["Host", "curl", "in-use"],
    ["Host", "idle", "unknown"],
  ]);
  assert.deepEqual(judged("other"), []);
});
