/** Tests of `early-places.ts`: roles before a report, by the same judge, and no more often. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClusterView } from "../../core/judge/cluster/create-cluster-view.ts";
import type { RoleName } from "../../core/judge/context/workload-context.ts";
import type { PrivilegeFact } from "../../core/observe/fact.ts";
import { sampleContainerFact } from "../../testing/sample-facts.ts";
import { incidentWorkload, sampleSignal, webContainer } from "../../testing/sample-incident.ts";
import { EarlyPlaces, type PlaceKnowledge } from "./early-places.ts";
import { noBackground } from "./incident-background.ts";
import { IncidentFacts } from "./incident-facts.ts";

const nothing: PlaceKnowledge = {
  background: noBackground,
  cluster: createClusterView(),
  identities: [],
  pins: { addressNames: new Map(), roles: new Map() },
};
const none = { settled: [], open: [], dropped: [] };
const signal = sampleSignal({ process: "p", entry: "e", second: 1 });
const names = { workloadKind: "Deployment", workload: "web", containerName: "web" };
const container = sampleContainerFact({ ...names, container: webContainer, pod: "web-1" });
const listen = {
  ...{ kind: "listen" as const, container: webContainer, protocol: "tcp" as const, port: 5432 },
  ...{ address: "0.0.0.0", firstSeenUs: 1, lastSeenUs: 1 },
  ...{ binaries: ["/usr/lib/postgresql/16/bin/postgres"], citations: [] },
};
const own = { cluster: "", namespace: "shop", kind: "Deployment", name: "web", container: "web" };

function world() {
  const known = new IncidentFacts();
  const early = new EarlyPlaces();
  const rolesOf = (places = nothing) => {
    const contexts = early.judge(known.facts(), known.telling, places);
    return contexts.map(({ workload, roles }) => [workload.name, ...roles.map(({ role }) => role)]);
  };
  return { known, early, rolesOf };
}

test("a workload that a rule spoke of is judged by what was seen, once until more is", () => {
  const { known, early, rolesOf } = world();
  known.note({ ...none, open: [container, signal] });
  assert.deepEqual(rolesOf(), [["web"]]);
  known.note({ ...none, open: [{ ...container, lastSeenUs: container.lastSeenUs + 1 }] });
  assert.deepEqual(rolesOf(), [["web"]]);
  assert.equal(early.judgedCount, 1);
  known.note({ ...none, open: [listen] });
  assert.deepEqual(rolesOf(), [["web", "database"]]);
  rolesOf();
  assert.equal(early.judgedCount, 2);
  assert.deepEqual(early.rolesOf(own), ["database"]);
});

test("a program, an image or rights are enough; a workload without signals is not judged", () => {
  const uses = { kind: "file-use", how: "executed", actor: "service", origin: "service" } as const;
  const program = {
    ...{ ...uses, container: webContainer, path: "/usr/sbin/mysqld", actorReason: "", count: 1 },
    ...{ firstSeenUs: 1, lastSeenUs: 1, binaries: [], sensors: [], afterWrite: false },
    citations: [],
  };
  const byProgram = world();
  byProgram.known.note({ ...none, open: [container, signal], settled: [program] });
  assert.deepEqual(byProgram.rolesOf(), [["web", "database"]]);
  const byImage = world();
  const image = { ...container, imageName: "docker.io/library/vault:1" };
  byImage.known.note({ ...none, open: [image, signal] });
  assert.deepEqual(byImage.rolesOf(), [["web", "secrets"]]);
  const quiet = world();
  quiet.known.note({ ...none, open: [image, listen] });
  assert.deepEqual(quiet.rolesOf(), []);
  assert.equal(quiet.early.judgedCount, 0);
});

test("rights over the node are known too", () => {
  const { known, early } = world();
  const right: PrivilegeFact = {
    ...{ kind: "privilege", container: webContainer, privilege: "privileged", detail: "" },
    ...{ source: "seen", firstSeenUs: 1, lastSeenUs: 1, citations: [] },
  };
  known.note({ ...none, open: [container, signal, right] });
  const [context] = early.judge(known.facts(), known.telling, nothing);
  assert.ok((context?.reach.hostAccess.length ?? 0) > 0);
});

test("what a report told counts alone; what a person pins is known at once", () => {
  const { known, early, rolesOf } = world();
  known.note({ ...none, open: [container, signal, listen] });
  const roles = new Map<string, readonly RoleName[]>([["web", ["queue"]]]);
  const pinned = { ...nothing, pins: { ...nothing.pins, roles } };
  assert.deepEqual(rolesOf(), [["web", "database"]]);
  assert.deepEqual(rolesOf(pinned), [["web", "queue"]]);
  const [context] = early.judge(known.facts(), known.telling, pinned);
  assert.ok(context !== undefined);
  const background = { ...noBackground, contexts: [{ ...context, workload: own }] };
  assert.deepEqual(rolesOf({ ...nothing, background }), []);
  assert.deepEqual(early.rolesOf(own), []);
  assert.deepEqual(incidentWorkload("web"), own, "as signals name it");
});

test("what is beyond the bounds is not judged, and counted each time", () => {
  const { known, early, rolesOf } = world();
  const add = (name: string, id: string) => {
    const key = id.padEnd(31, "0");
    const own = { ...container, container: key, containerId: `${key}0`, pod: `${name}-${id}` };
    const hit = { ...signal, container: key, process: id, entry: id };
    known.note({ ...none, open: [{ ...own, workload: name }, hit] });
  };
  for (let at = 0; at < 11; at++) add("web", `a${at.toString(16)}`);
  rolesOf();
  assert.deepEqual(early.leftOut, { workloads: 0, replicas: 3 });
  for (let at = 0; at < 1002; at++) add(`w${at}`, `b${at.toString(16)}f`);
  assert.equal(rolesOf().length, 1000);
  assert.deepEqual(early.leftOut, { workloads: 3, replicas: 3 });
  rolesOf();
  assert.deepEqual(early.leftOut, { workloads: 3, replicas: 3 });
});
