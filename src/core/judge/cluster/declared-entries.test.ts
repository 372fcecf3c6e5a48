/** Tests of `declared-entries.ts`: ways in from outside by services and ports of nodes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  balancedAt as balanced,
  entriesWith as entries,
  nodeOf,
  podOf,
  serviceOf,
  publishingSpec as spec,
  viewOf,
} from "../../../testing/sample-cluster.ts";
import type { JsonObject } from "../../inventory/json-value.ts";
import { joinReasons, narrow } from "./declared-entries.ts";

const privateNode = nodeOf("n0", "192.168.0.1");
const publicNode = nodeOf("n1", "192.168.0.2", "203.0.113.50");

/** The first entry of a load balancer with these annotations, spec and addresses. */
function balancer(annotations: JsonObject, more: JsonObject, ...ingress: JsonObject[]): string {
  const service = serviceOf("n/s", spec("LoadBalancer", more), balanced(...ingress));
  const metadata = { namespace: "n", name: "s", annotations };
  return (
    entries(privateNode, { ...service, metadata }).find((one) => one.includes("LoadBalancer")) ?? ""
  );
}

test("a service inside of the cluster is no way in", () => {
  assert.deepEqual(entries(privateNode, serviceOf("n/s", spec("ClusterIP"))), []);
});

test("a load balancer leads from where its address is", () => {
  const open = "internet LoadBalancer Service n/s:8080";
  const inner = "outside-cluster LoadBalancer Service n/s:8080";
  assert.equal(balancer({}, {}, { ip: "203.0.113.9" }), open);
  assert.equal(balancer({}, {}, { hostname: "x-1.elb.example.com" }), open);
  assert.equal(balancer({}, {}, { ip: "10.9.0.1" }), inner);
  assert.equal(balancer({}, {}), `${inner} (no address is assigned to it)`);
  const told = `${inner} (internal load balancer)`;
  assert.equal(balancer({}, {}, { hostname: "internal-x.elb.example.com" }), told);
  const aws = "service.beta.kubernetes.io/aws-load-balancer-";
  const host = { hostname: "x.elb.example.com" };
  assert.equal(balancer({ [`${aws}internal`]: "true" }, {}, host), told);
  assert.equal(balancer({ [`${aws}internal`]: "false" }, {}, host), open);
  assert.equal(balancer({ [`${aws}type`]: "external" }, {}, host), told);
  const facing = { [`${aws}type`]: "external", [`${aws}scheme`]: "internet-facing" };
  assert.equal(balancer(facing, {}, host), open);
  assert.equal(balancer({ "networking.gke.io/load-balancer-type": "Internal" }, {}, host), told);
  const azure = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };
  assert.equal(balancer(azure, {}, { ip: "10.9.0.1" }), told);
  assert.equal(balancer(azure, {}, { ip: "203.0.113.9" }), open, "the address counts");
});

test("source ranges narrow a load balancer, private ones to the outside of the cluster", () => {
  const at = { ip: "203.0.113.9" };
  assert.equal(
    balancer({}, { loadBalancerSourceRanges: ["198.51.100.0/24"] }, at),
    "internet LoadBalancer Service n/s:8080 (source ranges 198.51.100.0/24)",
  );
  assert.match(balancer({}, { loadBalancerSourceRanges: ["10.0.0.0/8"] }, at), /^outside-cluster/);
  assert.match(balancer({}, { loadBalancerSourceRanges: ["0.0.0.0/0"] }, at), /:8080$/);
  assert.deepEqual(narrow("internet", ["junk"]), {
    from: "internet",
    narrowedBy: "source ranges junk",
  });
  assert.equal(joinReasons("", "a", "", "b"), "a; b");
});

test("ports of nodes lead from the internet only when a node is there", () => {
  const service = serviceOf("n/s", spec("NodePort"));
  assert.deepEqual(entries(privateNode, service), ["outside-cluster NodePort Service n/s:8080"]);
  assert.deepEqual(entries(privateNode, publicNode, service), [
    "internet NodePort Service n/s:8080",
  ]);
  const local = serviceOf("n/s", spec("NodePort", { externalTrafficPolicy: "Local" }));
  assert.deepEqual(entries(privateNode, publicNode, local), [
    "outside-cluster NodePort Service n/s:8080",
  ]);
});

test("without nodes the pods tell where they run", () => {
  const app = podOf("n/app", { labels: { app: "a" } });
  const pod = { ...app, status: { podIP: "10.1.0.5", hostIP: "203.0.113.77" } };
  const view = viewOf([pod, serviceOf("n/s", spec("NodePort"))]);
  assert.equal(view.entriesOf({ namespace: "n", pod: "app" })[0]?.from, "internet");
});

test("external addresses of a service are a way in", () => {
  const service = (ip: string) => serviceOf("n/s", spec("ClusterIP", { externalIPs: [ip] }));
  assert.deepEqual(entries(service("203.0.113.8")), ["internet ExternalIP Service n/s:8080"]);
  assert.deepEqual(entries(service("10.9.9.9")), ["outside-cluster ExternalIP Service n/s:8080"]);
});

test("ports of the host and pods in its network are ways in", () => {
  const ports = [
    { containerPort: 80, hostPort: 8080 },
    { containerPort: 81, hostPort: 8081, hostIP: "127.0.0.1" },
    { containerPort: 82 },
  ];
  const of = (parts: Parameters<typeof podOf>[1]) =>
    viewOf([publicNode, podOf("n/p", { node: "n1", ...parts })])
      .entriesOf({ namespace: "n", pod: "p" })
      .map(({ from, kind, port }) => `${from} ${kind} ${port}`);
  assert.deepEqual(of({ container: { ports } }), ["internet HostPort 80"]);
  assert.deepEqual(of({ spec: { hostNetwork: true } }), ["internet HostNetwork 0"]);
  assert.deepEqual(of({ node: "n0", container: { ports } }), ["outside-cluster HostPort 80"]);
});

test("entries of one pod are bounded, and private ones leave room for others", () => {
  const many = Array.from({ length: 200 }, (_, at) => serviceOf(`n/s${at}`, spec("NodePort")));
  const last = serviceOf("n/z", spec("LoadBalancer"), balanced({ ip: "203.0.113.9" }));
  const found = entries(privateNode, ...many, last);
  assert.equal(found.length, 65);
  assert.match(found[0] ?? "", /^internet LoadBalancer/);
});
