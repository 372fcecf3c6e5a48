/** Tests who reaches a workload: seen, allowed, through others, and what cannot be said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  networkFacts,
  noCluster,
  sampleCluster,
  sampleContexts,
  sampleEdge,
  sampleHost,
  sampleJudged,
  samplePort,
} from "../../../testing/sample-context.ts";
import { minuteUs, sampleLoss } from "../../../testing/sample-facts.ts";
import { FactSet } from "../../observe/fact-set.ts";
import type { WorkloadContext } from "./workload-context.ts";

const pods = { "web/front-1": {}, "shop/api-1": {}, "data/db-1": {}, "ops/tool-1": {} };
const open = sampleCluster({ pods });
const front = sampleJudged("web/front");
const api = sampleJudged("shop/api");
const db = sampleJudged("data/db");
const tool = sampleJudged("ops/tool");
const ports = {
  "web/front": [samplePort(8080, "/usr/sbin/nginx")],
  "shop/api": [samplePort(3000, "/usr/bin/node")],
  "data/db": [samplePort(5432, "/usr/lib/postgresql/13/bin/postgres")],
};
const chain = [
  sampleEdge("internet 203.0.113.9", "web/front", 8080),
  sampleEdge("web/front", "shop/api", 3000),
  sampleEdge("shop/api", "data/db", 5432),
];
const shop = { containers: [front, api, db, tool], edges: chain, ports, cluster: open };

function said({ exposure }: WorkloadContext) {
  const { exposed, observed, allowed, hopCount } = exposure;
  return [exposed, observed, allowed, hopCount];
}

test("the internet reaches a proxy, what it passes requests on to, and not what that asks", () => {
  const { of } = sampleContexts(shop);
  assert.deepEqual(said(of("front")), ["yes", "internet", "other-namespace", 0]);
  assert.deepEqual(said(of("api")), ["yes", "other-namespace", "other-namespace", 1]);
  assert.deepEqual(said(of("db")), ["no", "other-namespace", "other-namespace", 2]);
  assert.deepEqual(said(of("tool")), ["no", "never", "other-namespace", null]);
  const [path] = of("db").exposure.paths;
  assert.deepEqual(
    path?.hops.map(({ name, port, by }) => [name, port, by]),
    [
      ["internet", 0, "entry"],
      ["web/front", 8080, "observed"],
      ["shop/api", 3000, "observed"],
      ["data/db", 5432, "observed"],
    ],
  );
  assert.ok(path?.hops.slice(1).every(({ flow }) => flow !== ""));
});

test("a web server that asks a database itself does not pass the internet on to it", () => {
  const edges = [chain[0], sampleEdge("web/front", "data/db", 5432)].filter(
    (one) => one !== undefined,
  );
  const { of } = sampleContexts({ ...shop, edges });
  assert.equal(of("db").exposure.exposed, "no");
  assert.equal(of("db").exposure.hopCount, 1);
});

test("seen from the internet though nothing publishes it, and the reverse, is said", () => {
  const entries = { "shop/api-1": [{ port: 3000 }] };
  const cluster = sampleCluster({ pods, entries });
  const { of } = sampleContexts({ ...shop, edges: chain.slice(0, 1), cluster });
  assert.match(of("front").exposure.disagreement, /203\.0\.113\.9.*no object publishes it/);
  assert.match(of("api").exposure.disagreement, /Service web\/front.*nobody was seen/);
  assert.deepEqual(said(of("api")), ["yes", "never", "internet", 0]);
  const [path] = of("api").exposure.paths;
  assert.deepEqual(
    path?.hops.map(({ name, by }) => `${by} ${name}`),
    ["entry internet", "allowed Service web/front", "allowed shop/api"],
  );
});

test("a policy that denies what was seen is said, and is a contradiction", () => {
  const cluster = sampleCluster({
    pods,
    denies: (from, to) =>
      to === "web/front-1" && !from.includes("/") ? "NetworkPolicy web/in" : undefined,
  });
  const { of, contradictions } = sampleContexts({ ...shop, cluster });
  assert.match(of("front").exposure.disagreement, /NetworkPolicy web\/in.*does not let it/);
  assert.equal(of("front").exposure.exposed, "yes");
  const [denied] = contradictions.filter(({ kind }) => kind === "policy-denies-flow");
  assert.match(denied?.declared ?? "", /NetworkPolicy web\/in/);
  assert.equal(denied?.workload.name, "front");
  assert.deepEqual(denied?.evidence, chain[0]?.evidence);
});

test("a published way that policies close is not open", () => {
  const entries = { "shop/api-1": [{ port: 3000 }] };
  const denies = (from: string) => (from.includes("/") ? undefined : "NetworkPolicy shop/in");
  const cluster = sampleCluster({ pods, entries, denies });
  const { of } = sampleContexts({ ...shop, edges: chain.slice(2), cluster });
  assert.deepEqual(said(of("api")).slice(0, 3), ["no", "never", "other-namespace"]);
  const ingress = sampleCluster({ pods, entries: { "shop/api-1": [{ kind: "Ingress" }] }, denies });
  const through = sampleContexts({ ...shop, edges: chain.slice(2), cluster: ingress });
  assert.equal(
    through.of("api").exposure.exposed,
    "yes",
    "policies see the ingress, not the client",
  );
});

test("a way that source ranges narrow is neither yes nor no", () => {
  const entries = { "shop/api-1": [{ port: 3000, narrowedBy: "source ranges 198.51.100.0/24" }] };
  const { of } = sampleContexts({
    ...shop,
    edges: chain.slice(2),
    cluster: sampleCluster({ pods, entries }),
  });
  assert.deepEqual(said(of("api")).slice(0, 3), ["unknown", "never", "outside-cluster"]);
});

test("policies narrow from namespaces to nobody", () => {
  const allowedFrom = (...names: readonly string[]) =>
    sampleCluster({
      pods: { ...pods, "data/fellow-1": {} },
      denies: (from, to) =>
        to === "data/db-1" && !names.includes(from) ? "NetworkPolicy data/isolate" : undefined,
    });
  const origin = (...names: readonly string[]) =>
    sampleContexts({ ...shop, cluster: allowedFrom(...names) }).of("db").exposure.allowed;
  assert.equal(origin("shop/api-1"), "other-namespace");
  assert.equal(origin("data/fellow-1"), "same-namespace");
  assert.equal(origin(), "nobody");
});

test("a node that probes is no exposure; behind a published port it is the client", () => {
  const probes = [
    sampleEdge("node 10.0.2.15", "shop/api", 3000),
    sampleEdge(sampleHost(), "data/db", 5432, { binaries: ["/usr/bin/kubelet"] }),
  ];
  const plain = sampleContexts({ ...shop, edges: [...chain.slice(2), ...probes] });
  assert.deepEqual(said(plain.of("api")), ["no", "never", "other-namespace", null]);
  const cluster = sampleCluster({ pods, entries: { "shop/api-1": [{ port: 3000 }] } });
  const behind = sampleContexts({ ...shop, edges: probes, cluster });
  assert.deepEqual(said(behind.of("api")).slice(0, 3), ["yes", "internet", "internet"]);
  const other = sampleCluster({ pods, entries: { "shop/api-1": [{ port: 9999 }] } });
  assert.equal(
    sampleContexts({ ...shop, edges: probes, cluster: other }).of("api").exposure.observed,
    "never",
  );
});

test("what nobody could see is unknown, with the reason", () => {
  const blind = sampleContexts({ ...shop, edges: [], facts: new FactSet() });
  assert.equal(blind.of("tool").exposure.exposed, "unknown");
  assert.match(blind.of("tool").exposure.limits.join(), /no network sensor/);
  const none = sampleContexts({ ...shop, cluster: noCluster });
  assert.deepEqual(said(none.of("db")).slice(0, 3), ["unknown", "other-namespace", "unknown"]);
  assert.match(none.of("db").exposure.limits.join(), /no objects/);
  const facts = networkFacts();
  facts.add(
    sampleLoss({ reason: "missed-probes-of-tcp", count: 740, detail: "{attach=7 retkprobes}" }),
  );
  const silent = sampleContexts({ ...shop, facts });
  assert.match(silent.of("db").exposure.limits.join(), /740 calls missed/);
});

test("without objects, silence is a no only after a day, or where nothing listens", () => {
  const later = { ...noCluster };
  const of = (db: ReturnType<typeof sampleJudged>) =>
    sampleContexts({ ...shop, containers: [front, api, db, tool], cluster: later });
  const day = sampleJudged("data/db", { observedUs: 25 * 60 * minuteUs });
  assert.equal(of(day).of("db").exposure.exposed, "no");
  assert.equal(of(day).of("tool").exposure.exposed, "no");
  const late = sampleJudged("data/db", { observedUs: 25 * 60 * minuteUs }, { fromStart: false });
  assert.equal(of(late).of("db").exposure.exposed, "unknown");
  assert.match(of(late).of("db").exposure.limits.join(), /before the sensors/);
});

test("policies that close a pod to the outside are enough without a network sensor", () => {
  const denies = (from: string, to: string) =>
    to === "data/db-1" && !from.includes("/") ? "NetworkPolicy data/in" : undefined;
  const cluster = sampleCluster({ pods, denies });
  const { of } = sampleContexts({ ...shop, edges: [], facts: new FactSet(), cluster });
  assert.equal(of("db").exposure.exposed, "no");
  assert.equal(of("api").exposure.exposed, "unknown");
});

test("a private address of no pod is a machine outside, and who is behind it unknown", () => {
  for (const address of ["192.168.7.7", "fd00::7"]) {
    const edges = [sampleEdge(`private ${address}`, "data/db", 5432)];
    const { of } = sampleContexts({ ...shop, edges });
    assert.deepEqual(said(of("db")).slice(0, 2), ["unknown", "outside-cluster"], address);
  }
  const gone = sampleContexts({
    ...shop,
    edges: [sampleEdge("private 10.42.0.77", "data/db", 5432)],
  });
  assert.deepEqual(said(gone.of("db")).slice(0, 2), ["no", "other-namespace"]);
});

test("connections that cannot be told apart keep a no from being said", () => {
  for (const edge of [
    sampleEdge("others", "data/db", 5432),
    sampleEdge("unknown", "data/db", 5432),
    sampleEdge("data/db", "internet 203.0.113.9", 0, { directionKnown: false }),
  ]) {
    const { of } = sampleContexts({ ...shop, edges: [...chain.slice(1), edge] });
    assert.equal(of("db").exposure.exposed, "unknown", edge.id);
  }
});

test("attempts that failed reach nobody", () => {
  const edges = [
    ...chain.slice(1),
    sampleEdge("internet 203.0.113.9", "data/db", 5432, { connectionCount: 0 }),
  ];
  assert.equal(sampleContexts({ ...shop, edges }).of("db").exposure.observed, "other-namespace");
});

test("of two containers of one pod the one that listens is meant, by flows and by objects", () => {
  const app = sampleJudged("shop/pair/app", {}, { pod: "pair-1" });
  const side = sampleJudged("shop/pair/side", {}, { pod: "pair-1" });
  const cluster = sampleCluster({
    pods: { "shop/pair-1": {} },
    entries: { "shop/pair-1": [{ port: 8443 }] },
  });
  const { of } = sampleContexts({
    containers: [app, side],
    edges: [
      sampleEdge("internet 203.0.113.9", "shop/pair/app", 8443),
      sampleEdge("shop/pair/side", "loopback 127.0.0.1", 3000),
    ],
    ports: {
      "shop/pair/side": [samplePort(8443, "/usr/local/bin/envoy")],
      "shop/pair/app": [samplePort(3000, "/usr/bin/node", { address: "127.0.0.1" })],
    },
    cluster,
  });
  assert.deepEqual(said(of("pair/side")).slice(0, 3), ["yes", "internet", "internet"]);
  assert.equal(of("pair/app").exposure.observed, "loopback");
  assert.deepEqual(
    [of("pair/app").exposure.exposed, of("pair/app").exposure.hopCount],
    ["yes", 1],
    "the sidecar passes on what arrives",
  );
});

test("a pod in the host's network is reached at the node's address", () => {
  const cluster = sampleCluster({ pods: { ...pods, "data/db-1": { hostNetwork: true } } });
  assert.equal(sampleContexts({ ...shop, cluster }).of("db").exposure.allowed, "outside-cluster");
});

test("replicas are one workload, and an init container that never listens is not reached", () => {
  const second = sampleJudged("shop/api", {}, { container: "second", pod: "api-2" });
  const init = sampleJudged("shop/api/migrate", {}, { pod: "api-1", ended: true });
  const { of, workloads } = sampleContexts({
    ...shop,
    containers: [...shop.containers, second, init],
    ports: { ...ports, second: [samplePort(3000, "/usr/bin/node")] },
  });
  assert.equal(workloads.filter(({ workload }) => workload.name === "api").length, 2);
  assert.equal(of("api/api").exposure.ports.length, 1);
  assert.deepEqual(said(of("api/migrate")).slice(0, 2), ["no", "never"]);
});

test("a node's own server is exposed as any other; its kubelet leads nowhere", () => {
  const edges = [
    sampleEdge("internet 203.0.113.9", sampleHost(), 22),
    sampleEdge(sampleHost(), "data/db", 5432, { binaries: ["/usr/bin/kubelet"] }),
  ];
  const host = { host: [samplePort(22, "/usr/sbin/sshd")] };
  const { of } = sampleContexts({ ...shop, edges, ports: { ...ports, ...host } });
  assert.deepEqual(said(of("node-1")), ["yes", "internet", "unknown", 0]);
  assert.equal(of("db").exposure.hopCount, null);
  const proxied = [
    sampleEdge("internet 203.0.113.9", sampleHost(), 8080),
    sampleEdge(sampleHost(), "data/db", 5432, { binaries: ["/usr/bin/docker-proxy"] }),
  ];
  const { exposure } = sampleContexts({ ...shop, edges: proxied, ports: { ...ports, ...host } }).of(
    "db",
  );
  assert.equal(exposure.exposed, "yes");
});

test("a service's address stands for the one workload behind it", () => {
  const service = {
    kind: "service",
    namespace: "data",
    name: "db",
    pods: [{ namespace: "data", pod: "db-1" }],
  } as const;
  const cluster = sampleCluster({ pods, given: { ownerOf: () => service } });
  const edges = [...chain.slice(0, 2), sampleEdge("shop/api", "service 10.96.0.7", 15432)];
  const { of } = sampleContexts({ ...shop, edges, cluster });
  assert.equal(of("db").exposure.observed, "other-namespace");
  assert.equal(of("db").exposure.hopCount, 2);
});

test("a caller that nobody watched and that may be a proxy leaves open what is behind it", () => {
  const edges = [sampleEdge("edge/unseen", "shop/api", 3000, { seenBy: ["to"] })];
  const { of } = sampleContexts({ ...shop, edges });
  assert.equal(of("api").exposure.exposed, "unknown");
  assert.match(of("api").exposure.because, /edge\/unseen.*may pass requests on/);
});

test("loops of flows end", () => {
  const edges = [
    ...chain,
    sampleEdge("shop/api", "web/front", 8080),
    sampleEdge("shop/api", "shop/api", 3000),
  ];
  assert.equal(sampleContexts({ ...shop, edges }).of("api").exposure.hopCount, 1);
});

test("hostile names stay one quoted line", () => {
  const evil = 'internet\n"<script>"';
  const edge = sampleEdge("internet 203.0.113.9", "web/front", 8080);
  const edges = [{ ...edge, from: { ...edge.from, name: evil } }];
  const { because } = sampleContexts({ ...shop, edges }).of("front").exposure;
  assert.ok(!because.includes("\n"));
  assert.ok(because.includes('\\"<script>\\"'));
});
