/** Tests where objects and the kernel disagree, and where they only seem to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  networkFacts,
  type SceneSketch,
  sampleCluster,
  sampleContexts,
  sampleEdge,
  sampleHost,
  sampleJudged,
  samplePort,
} from "../../../testing/sample-context.ts";
import { sampleStartUs } from "../../../testing/sample-facts.ts";
import type { FileUseFact } from "../../observe/fact.ts";
import type { DeclaredImage } from "../cluster/cluster-view.ts";
import { describeImageChange } from "./describe-image-change.ts";

const pods = { "shop/api-1": {}, "data/db-1": {} };
const containers = [sampleJudged("shop/api"), sampleJudged("data/db")];

function kinds(sketch: Partial<SceneSketch>): readonly string[] {
  const { contradictions } = sampleContexts({
    containers,
    cluster: sampleCluster({ pods }),
    ...sketch,
  });
  return contradictions.map(({ kind, workload }) => `${kind} ${workload.name}`);
}

test("a flow that a policy denies is told with the policy, at the one who opened it", () => {
  const cluster = sampleCluster({ pods, denies: () => "NetworkPolicy data/isolate" });
  const edges = [sampleEdge("shop/api", "data/db", 5432)];
  assert.deepEqual(kinds({ edges, cluster }), ["policy-denies-flow api"]);
  const out = [sampleEdge("data/db", "internet 203.0.113.9", 443)];
  assert.deepEqual(kinds({ edges: out, cluster }), ["policy-denies-flow db"]);
});

test("a node, an attempt, loopback, and what nobody saw opened are not denied", () => {
  const cluster = sampleCluster({ pods, denies: () => "NetworkPolicy data/isolate" });
  for (const edge of [
    sampleEdge(sampleHost(), "data/db", 5432),
    sampleEdge("node 10.0.0.1", "data/db", 5432),
    sampleEdge("shop/api", "data/db", 5432, { connectionCount: 0, failedCount: 4 }),
    sampleEdge("shop/api", "data/db", 5432, { directionKnown: false }),
    sampleEdge("loopback 127.0.0.1", "data/db", 5432),
  ]) {
    assert.deepEqual(kinds({ edges: [edge], cluster }), [], edge.id);
  }
  const edges = [sampleEdge("shop/api", "data/db", 5432)];
  const unclear = {
    canReach: () => ({ allowed: undefined, policies: ["CiliumNetworkPolicy a/b"] }),
  };
  assert.deepEqual(kinds({ edges, cluster: sampleCluster({ pods, given: unclear }) }), []);
});

test("one replica that may is enough", () => {
  const second = sampleJudged("shop/api", {}, { container: "second", pod: "api-2" });
  const denies = (from: string) => (from === "shop/api-1" ? "NetworkPolicy x/y" : undefined);
  const cluster = sampleCluster({ pods: { ...pods, "shop/api-2": {} }, denies });
  const edges = [sampleEdge("shop/api", "data/db", 5432)];
  assert.deepEqual(kinds({ containers: [...containers, second], edges, cluster }), []);
});

test("an undeclared port is told where ports are declared at all", () => {
  const declared = { container: "api", name: "http", port: 3000, protocol: "tcp" as const };
  const cluster = sampleCluster({ pods: { "shop/api-1": { ports: [declared] }, "data/db-1": {} } });
  const of = (...ports: readonly ReturnType<typeof samplePort>[]) =>
    kinds({ cluster, ports: { "shop/api": ports, "data/db": [samplePort(5432, "/p")] } });
  assert.deepEqual(of(samplePort(3000, "/n")), []);
  assert.deepEqual(of(samplePort(3000, "/n"), samplePort(9229, "/n")), ["port-not-declared api"]);
  assert.deepEqual(of(samplePort(9229, "/n", { address: "127.0.0.1" })), []);
  assert.deepEqual(of(samplePort(9229, "/n", { address: "::1" })), []);
  assert.deepEqual(of(samplePort(45_123, "/n")), []);
});

test("other rights than declared are told once", () => {
  const contradictions = [{ declared: "declared as not privileged", observed: "seen with CAP_X" }];
  const api = sampleJudged("shop/api", { contradictions });
  const second = sampleJudged("shop/api", { contradictions }, { container: "second" });
  assert.deepEqual(kinds({ containers: [api, second] }), ["privilege-differs api"]);
});

function executed(container: string, path: string): FileUseFact {
  return {
    ...{ kind: "file-use", container, path, how: "executed", actor: "service", origin: "service" },
    ...{ actorReason: "", count: 1, afterWrite: false, sensors: ["exec"], binaries: [path] },
    ...{ firstSeenUs: sampleStartUs, lastSeenUs: sampleStartUs, citations: [] },
  };
}

test("a container that no object knows is told, but for sandboxes and foreign objects", () => {
  const facts = networkFacts();
  facts.add(executed("shop/stranger", "/miner"));
  facts.add(executed("shop/sandbox", "/pause"));
  const strangers = [sampleJudged("shop/stranger"), sampleJudged("shop/sandbox")];
  assert.deepEqual(kinds({ containers: [...containers, ...strangers], facts }), [
    "unknown-workload stranger",
  ]);
  const other = sampleCluster({ pods: { "elsewhere/thing-1": {} } });
  assert.deepEqual(kinds({ containers: strangers, facts, cluster: other }), []);
});

const digest = (digit: string) => `registry.example/shop/api@sha256:${digit.repeat(64)}`;

test("another image is told by digest, else by name, never by another spelling", () => {
  const change = (imageName: string, imageId: string, given: Partial<DeclaredImage>) => {
    const { join } = sampleJudged("shop/api", {}, { imageName, imageId });
    const image = { declared: "registry.example/shop/api:1", running: "", runningId: "", ...given };
    return describeImageChange(join, image);
  };
  assert.ok(change("registry.example/shop/api:1", digest("a"), { runningId: digest("b") }));
  assert.equal(change("other:9", digest("a"), { runningId: digest("a") }), undefined);
  assert.ok(change("registry.example/shop/api:2", "", {}));
  assert.equal(change("registry.example/shop/api:1", "", {}), undefined);
  assert.equal(change("docker.io/library/redis:6", "", { declared: "redis:6" }), undefined);
  assert.equal(change("mirror.example/hub/redis:6", "", { declared: "redis:6" }), undefined);
  assert.ok(change("docker.io/evil/miner:1", "", { declared: "redis:6" }));
  assert.equal(change("", "", {}), undefined);
});

test("ids stay the same from run to run, and names stay data", () => {
  const cluster = sampleCluster({ pods, denies: () => 'policy\n"x"' });
  const sketch = { containers, cluster, edges: [sampleEdge("shop/api", "data/db", 5432)] };
  const [first] = sampleContexts(sketch).contradictions;
  const [again] = sampleContexts(sketch).contradictions;
  assert.equal(first?.id, again?.id);
  assert.match(first?.id ?? "", /^[0-9a-f]{16}$/);
  assert.ok(!first?.declared.includes("\n"));
});

test("a connection that a policy stopped before it was answered is the policy at work", () => {
  const cluster = sampleCluster({ pods, denies: () => "NetworkPolicy data/isolate" });
  const asked = { seenBy: ["from"], sentBytes: 0, receivedBytes: null } as const;
  const of = (given: Parameters<typeof sampleEdge>[3]) =>
    kinds({ edges: [sampleEdge("shop/api", "data/db", 5432, { ...asked, ...given })], cluster });
  assert.deepEqual(of({}), []);
  assert.deepEqual(of({ sentBytes: 9, protocol: "udp" }), [], "a datagram is sent all the same");
  for (const given of [{ sentBytes: 9 }, { receivedBytes: 9 }, { seenBy: ["to"] as const }]) {
    assert.deepEqual(of(given), ["policy-denies-flow api"]);
  }
});

test("a pod that was replaced, or is of a namespace that was not listed, is no stranger", () => {
  const facts = networkFacts();
  facts.add(executed("old", "/app"));
  facts.add(executed("far/away", "/app"));
  const old = sampleJudged("shop/api", {}, { container: "old", pod: "api-0" });
  assert.deepEqual(kinds({ containers: [...containers, old], facts }), []);
  assert.deepEqual(kinds({ containers: [...containers, sampleJudged("far/away")], facts }), []);
});
