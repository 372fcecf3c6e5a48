/** Tests of `create-cluster-view.ts` on recorded objects whose layout is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterFixture, readObjects } from "../../../testing/cluster-fixture.ts";
import { canReach } from "../../../testing/sample-cluster.ts";
import { createClusterView } from "./create-cluster-view.ts";

const { collector, problems } = await readObjects(clusterFixture());
const view = createClusterView(collector.finish());
const named = (name: string) =>
  view.pods().find(({ images }) => images.has(name)) ?? assert.fail(`no pod of ${name}`);
const questionOf = (from: string, to: string, port: number) =>
  `${named(from).namespace}/${named(from).pod} ${named(to).namespace}/${named(to).pod} ${port}`;

test("the recorded objects are read without a problem", () => {
  assert.deepEqual(problems, []);
  assert.deepEqual([view.isKnown, view.hasPolicies, view.pods().length], [true, true, 15]);
});

test("nginx alone is published: by load balancer, ingress and port of the node", () => {
  assert.deepEqual(
    view.entriesOf(named("nginx")).map(({ from, kind, via, port }) => [from, kind, via, port]),
    [
      ["internet", "LoadBalancer", ["Service web/nginx"], 8080],
      ["internet", "Ingress", ["Ingress web/web", "Service web/nginx"], 8080],
      ["outside-cluster", "NodePort", ["Service web/nginx"], 8080],
    ],
  );
  const published = view.pods().filter((pod) => view.entriesOf(pod).length > 0);
  const kinds = published.map((pod) => `${pod.namespace} ${view.entriesOf(pod)[0]?.kind}`).sort();
  assert.deepEqual(kinds, ["kube-system HostNetwork", "web LoadBalancer"]);
});

test("the databases are reached from shop alone, and only by their ports", () => {
  for (const [to, port] of [
    ["postgres", 5432],
    ["redis", 6379],
  ] as const) {
    for (const from of ["pyapi", "nodeapi", "javaapp", "boot"]) {
      assert.equal(canReach(view, questionOf(from, to, port)), true, `${from} ${to}`);
      assert.equal(canReach(view, questionOf(from, to, 22)), false, `${from} ${to} 22`);
    }
    for (const from of ["nginx", "goapp", "cronjob", "idle"]) {
      assert.equal(canReach(view, questionOf(from, to, port)), false, `${from} ${to}`);
    }
  }
  const { namespace, pod } = named("redis");
  assert.equal(canReach(view, `203.0.113.10 ${namespace}/${pod} 6379`), false);
  assert.equal(canReach(view, `${namespace}/${pod} 203.0.113.80 443`), false);
  assert.equal(canReach(view, `10.42.0.1 ${namespace}/${pod} 6379`), true, "its own node");
  assert.equal(canReach(view, questionOf("goapp", "nginx", 8080)), true);
});

test("accounts have the rights that were given to them", () => {
  const of = (name: string) => view.credentialsOf(named(name), name);
  const account = (name: string) => of(name).find(({ kind }) => kind === "service-account");
  assert.deepEqual(account("cronjob")?.rights, ["everything in the cluster (cluster-admin)"]);
  assert.deepEqual(account("goapp")?.rights, [
    "read nearly everything but secrets in the cluster (view)",
  ]);
  assert.deepEqual(account("pyapi")?.rights, ["get, list secrets, configmaps in shop"]);
  const powerful = ["cronjob", "goapp", "pyapi", "nginx"].map((name) => account(name)?.powerful);
  assert.deepEqual(powerful, [true, false, true, false]);
  assert.deepEqual(
    of("postgres")
      .filter(({ kind }) => kind !== "service-account")
      .map(({ kind, name }) => [kind, name]),
    [["secret-environment", "postgres-superuser"]],
  );
});

test("addresses of the recording have their owners", () => {
  const nginx = view.ownerOf("10.42.0.10");
  assert.ok(nginx?.kind === "pod" && nginx.pods.some(({ pod }) => pod === named("nginx").pod));
  const service = view.ownerOf("203.0.113.1");
  assert.equal(service?.kind === "service" ? service.name : "", "nginx");
  assert.deepEqual(view.ownerOf("10.42.0.1"), { kind: "node", name: "lab-node" });
  assert.equal(view.ownerOf("203.0.113.80"), undefined);
  assert.deepEqual(
    ["10.42.0.200", "10.96.252.192", "203.0.113.80"].map((one) => view.isInside(one)),
    [true, true, false],
  );
});

test("a port of a service leads to a port of its pods", () => {
  const [service] = collector.finish().services.filter(({ name }) => name === "nginx");
  const [address = ""] = service?.clusterAddresses ?? [];
  assert.equal(view.targetPort(address, 80, "tcp"), 8080);
  assert.equal(view.targetPort(address, 80, "udp"), 0);
  assert.equal(view.targetPort(address, 81, "tcp"), 0);
  assert.equal(view.targetPort("10.42.0.10", 80, "tcp"), 0);
});
