/**
 * Tests of `cluster-collector.ts`, `kind-table.ts` and `object-parts.ts`: what is kept of objects,
 * of any kind, in any order, however odd they are.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterFixture, readObjects } from "../../../testing/cluster-fixture.ts";
import { collect, objectOf, podOf, serviceOf } from "../../../testing/sample-cluster.ts";
import { decodersOf, isPolicyKind } from "./kind-table.ts";
import { readLabels, readPort, readSelector } from "./object-parts.ts";

test("kinds are counted, known and unknown; nothing is a fault for being unknown", async () => {
  const { collector, problems } = await readObjects({
    items: [
      podOf("n/a"),
      podOf("n/b"),
      objectOf("example.org/v1 Widget", "n/w", { spec: 7 }),
      { kind: "not a kind", metadata: {} },
      serviceOf("n/s", {}),
    ],
  });
  assert.deepEqual(collector.takeCounts(), [
    ["Pod", 2],
    ["Service", 1],
    ["Widget", 1],
    ["other", 1],
  ]);
  assert.deepEqual(collector.takeCounts(), []);
  assert.deepEqual(
    problems.filter(({ code }) => code === "field-wrong-type"),
    [],
  );
});

test("a kind of another group is another kind", () => {
  const { objects } = collect([
    objectOf("serving.knative.dev/v1 Service", "n/s", { spec: {} }),
    objectOf("networking.istio.io/v1 Gateway", "n/g", { spec: { selector: { a: "b" } } }),
    objectOf("gateway.networking.k8s.io/v1 Gateway", "n/g", { spec: { gatewayClassName: "c" } }),
  ]);
  assert.deepEqual(objects.services, []);
  assert.deepEqual(objects.gateways.map(({ className }) => className).sort(), ["c", "istio"]);
  assert.equal(decodersOf("Service", undefined).length, 1, "a list may not say the group");
  assert.equal(decodersOf("Service", "serving.knative.dev").length, 0);
  assert.equal(isPolicyKind("GlobalNetworkPolicy"), true);
  assert.equal(isPolicyKind("Service"), false);
});

test("files merge whatever their order, and of two readings the later counts", async () => {
  const old = objectOf(
    "v1 Service",
    "n/s",
    { spec: { clusterIP: "10.0.0.1" } },
    { resourceVersion: "9" },
  );
  const late = objectOf(
    "v1 Service",
    "n/s",
    { spec: { clusterIP: "10.0.0.2" } },
    { resourceVersion: "10" },
  );
  const texts = [];
  for (const inputs of [
    [{ items: [old, podOf("n/a")] }, late],
    [late, { items: [podOf("n/a"), old] }],
    [{ items: [podOf("n/a")] }, old, late],
  ]) {
    const { collector } = await readObjects(...inputs);
    const objects = collector.finish();
    assert.deepEqual(
      objects.services.map(({ clusterAddresses }) => clusterAddresses),
      [["10.0.0.2"]],
    );
    texts.push(JSON.stringify(objects));
  }
  assert.equal(new Set(texts).size, 1);
});

test("recorded objects give the same in any order", async () => {
  const list = JSON.parse(new TextDecoder().decode(clusterFixture()));
  const texts = [];
  for (const items of [list.items, [...list.items].reverse()]) {
    const { collector } = await readObjects({ ...list, items });
    texts.push(JSON.stringify(collector.finish()));
  }
  assert.equal(texts[0], texts[1]);
});

test("an object alone is read too, and an empty list says what it is of", async () => {
  const role = objectOf("rbac.authorization.k8s.io/v1 ClusterRole", "r", {
    rules: [{ verbs: ["get"], resources: ["pods"], apiGroups: [""] }],
  });
  const { collector } = await readObjects(role);
  assert.equal(collector.finish().roles[0]?.rules.length, 1);
  const none = await readObjects({ kind: "NetworkPolicyList", items: [] });
  assert.equal(none.collector.finish().hasPolicies, true);
  const list = await readObjects({ kind: "List", items: [] });
  assert.equal(list.collector.finish().hasPolicies, false);
  for (const kind of ["Service", "Ingress", "Pod"]) {
    const asked = (await readObjects({ kind: `${kind}List`, items: [] })).collector.finish();
    assert.deepEqual(
      [asked.hasServices, asked.hasRoutes],
      [kind === "Service", kind === "Ingress"],
      kind,
    );
  }
});

test("values of secrets and configuration are never kept", async () => {
  const value = "c2VjcmV0LXZhbHVl";
  const secret = objectOf("v1 Secret", "n/s", {
    data: { password: value },
    stringData: { p: value },
  });
  const map = objectOf("v1 ConfigMap", "n/c", { data: { password: value } });
  const last = { "kubectl.kubernetes.io/last-applied-configuration": value };
  const service = objectOf("v1 Service", "n/s", { spec: {} }, { annotations: last });
  const pod = podOf("n/p", { container: { env: [{ name: "P", value }], args: [value] } });
  const { collector } = await readObjects({ items: [secret, map, service, pod] }, secret);
  const kept = JSON.stringify(collector.finish(), (_, part) =>
    part instanceof Map ? [...part] : part,
  );
  assert.doesNotMatch(kept, new RegExp(value));
  assert.match(kept, /"n"/);
});

test("odd types are faults with their path, and the rest is used", async () => {
  const { collector, problems } = await readObjects({
    items: [
      { ...serviceOf("n/s", { clusterIP: "10.0.0.1", ports: "many" }) },
      objectOf("v1 Pod", "n/p", {
        spec: { containers: [{ name: "c", ports: [{ containerPort: "x" }] }] },
      }),
      objectOf("v1 Node", "n0", { status: { addresses: [1, { address: "10.0.0.9" }] } }),
      objectOf("rbac.authorization.k8s.io/v1 RoleBinding", "n/b", { roleRef: 1, subjects: {} }),
      { kind: "Service", metadata: [] },
      { kind: "Ingress", apiVersion: 7, metadata: { name: "i" }, spec: { rules: [null] } },
    ],
  });
  const objects = collector.finish();
  assert.deepEqual(
    objects.services.map(({ name }) => name),
    ["s"],
  );
  assert.deepEqual(objects.services[0]?.clusterAddresses, ["10.0.0.1"]);
  assert.deepEqual(objects.nodes[0]?.addresses, ["10.0.0.9"]);
  const odd = problems.find(({ code }) => code === "field-wrong-type");
  assert.equal(odd?.count, 6);
  assert.match(odd?.message ?? "", /items\[0\]\.ports: expected a list, found text/);
});

test("hostile labels stay data: many, long, of the names that every object has", () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, "v"]));
  const faults = { first: undefined };
  const labels = readLabels({ labels: many }, "labels", faults);
  assert.equal(labels.size, 512);
  assert.match(String(faults.first), /more than 512/);
  const odd = JSON.parse('{"labels":{"__proto__":"a","constructor":"b","toString":"c","x":1}}');
  const own = readLabels(odd, "labels", { first: undefined });
  assert.deepEqual(
    [...own],
    [
      ["__proto__", "a"],
      ["constructor", "b"],
      ["toString", "c"],
    ],
  );
  assert.equal(readLabels({}, "labels", { first: undefined }).get("constructor"), undefined);
  const long = readLabels({ labels: { a: "x".repeat(100_000) } }, "labels", { first: undefined });
  assert.equal(long.get("a")?.length, 512);
  const { objects } = collect([podOf("constructor/__proto__", { labels: odd.labels })]);
  assert.equal(objects.pods[0]?.name, "__proto__");
});

test("selectors and ports are read as Kubernetes does", () => {
  const faults = { first: undefined };
  const matchExpressions = [
    { key: "a", operator: "In", values: ["x"] },
    { key: "b", operator: "Gt" },
  ];
  assert.deepEqual(
    readSelector({ matchLabels: { c: "d" }, matchExpressions }, faults).map(
      ({ key, operator }) => `${key} ${operator}`,
    ),
    ["c In", "a In", "b unknown"],
  );
  const port = (value: unknown) => readPort({ value }, "value", { first: undefined });
  assert.deepEqual([80, "80", "http", "", null, 70_000, -1, 1.5].map(port), [
    80,
    80,
    "http",
    0,
    0,
    0,
    0,
    0,
  ]);
});

test("an object is kept once, and one without a name not at all", () => {
  const { objects } = collect([podOf("n/a"), podOf("n/a"), { ...podOf("n/a"), metadata: {} }]);
  assert.equal(objects.pods.length, 1);
});
