/** Tests of `policy-book.ts`: what policies of Cilium let through, alone and beside others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canReach,
  collect,
  networkPolicy,
  objectOf,
  podOf,
  viewOf,
} from "../../../testing/sample-cluster.ts";
import type { JsonObject } from "../../inventory/json-value.ts";
import { indexPods } from "./pod-index.ts";
import { PolicyBook } from "./policy-book.ts";
import { EndFinder } from "./policy-end.ts";

const cluster: readonly JsonObject[] = [
  objectOf("v1 Namespace", "x", {}, { labels: { team: "red" } }),
  objectOf("v1 Namespace", "y", {}, { labels: { team: "blue" } }),
  ...["x/a", "x/b", "y/a", "y/b"].map((name, at) =>
    podOf(name, {
      labels: { pod: name.slice(2) },
      ip: `10.1.0.${at + 10}`,
      node: "n0",
      spec: { serviceAccountName: `of-${name.slice(2)}` },
      container: { ports: [{ name: "http", containerPort: 80 }] },
    }),
  ),
  objectOf("v1 Node", "n0", { status: { addresses: [{ address: "192.168.0.10" }] } }),
  objectOf("v1 Node", "n1", { status: { addresses: [{ address: "192.168.0.11" }] } }),
  objectOf("v1 Service", "default/kubernetes", {
    spec: { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443, targetPort: 6443 }] },
  }),
  objectOf("v1 Endpoints", "default/kubernetes", {
    subsets: [{ addresses: [{ ip: "203.0.113.6" }], ports: [{ name: "https", port: 6443 }] }],
  }),
];

const a = { matchLabels: { pod: "a" } };
const b = { matchLabels: { pod: "b" } };
const into = (...ingress: JsonObject[]) => ({ endpointSelector: a, ingress });
const out = (...egress: JsonObject[]) => ({ endpointSelector: a, egress });
const port = (text: string, more: JsonObject = {}) => ({
  toPorts: [{ ports: [{ port: text, protocol: "TCP", ...more }] }],
});
const everywhere = { fromEntities: ["all"] };

/** What, spec of one policy in namespace x, question, answer. */
type Case = readonly [string, JsonObject, string, boolean | undefined];

const cases: readonly Case[] = [
  ["an empty rule denies", into({}), "x/b x/a 80", false],
  ["no rule is no policy", into(), "x/b x/a 80", true],
  ["egress stays open", into({}), "x/a y/b 80", true],
  ["an empty selector takes its namespace", into({ fromEndpoints: [{}] }), "x/b x/a 80", true],
  ["an empty selector takes no other", into({ fromEndpoints: [{}] }), "y/b x/a 80", false],
  [
    "an empty list takes nobody",
    { ...into({ fromEndpoints: [], ...port("80") }) },
    "x/b x/a 80",
    false,
  ],
  ["labels", into({ fromEndpoints: [b] }), "x/b x/a 80", true],
  [
    "labels with their source",
    into({ fromEndpoints: [{ matchLabels: { "k8s:pod": "b" } }] }),
    "x/b x/a 80",
    true,
  ],
  [
    "labels of another namespace",
    into({
      fromEndpoints: [{ matchLabels: { pod: "b", "k8s:io.kubernetes.pod.namespace": "y" } }],
    }),
    "y/b x/a 80",
    true,
  ],
  [
    "that namespace alone",
    into({ fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "y" } }] }),
    "x/b x/a 80",
    false,
  ],
  [
    "labels of namespaces",
    into({ fromEndpoints: [{ matchLabels: { "io.cilium.k8s.namespace.labels.team": "blue" } }] }),
    "y/a x/a 80",
    true,
  ],
  [
    "accounts",
    into({ fromEndpoints: [{ matchLabels: { "io.cilium.k8s.policy.serviceaccount": "of-b" } }] }),
    "x/b x/a 80",
    true,
  ],
  ["ports alone are for everybody", into(port("80")), "203.0.113.9 x/a 80", true],
  ["other ports", into(port("80")), "203.0.113.9 x/a 81", false],
  ["port 0 is every port", into({ fromEndpoints: [b], ...port("0") }), "x/b x/a 81", true],
  ["ranges of ports", into(port("8000", { endPort: 8010 })), "x/b x/a 8005", true],
  ["ports by name", into(port("http")), "x/b x/a 80", true],
  [
    "any protocol",
    into({ toPorts: [{ ports: [{ port: "80", protocol: "ANY" }] }] }),
    "x/b x/a 80/udp",
    true,
  ],
  ["ICMP is no TCP", into({ icmps: [{ fields: [{ type: 8 }] }] }), "x/b x/a 80", false],
  ["all", into(everywhere), "203.0.113.9 x/a 80", true],
  ["world takes addresses outside", into({ fromEntities: ["world"] }), "203.0.113.9 x/a 80", true],
  ["world takes no pod", into({ fromEntities: ["world"] }), "y/b x/a 80", false],
  ["cluster takes pods", into({ fromEntities: ["cluster"] }), "y/b x/a 80", true],
  [
    "cluster takes no address outside",
    into({ fromEntities: ["cluster"] }),
    "203.0.113.9 x/a 80",
    false,
  ],
  ["its node may always", into({}), "192.168.0.10 x/a 80", true],
  ["remote nodes must be allowed", into({}), "192.168.0.11 x/a 80", false],
  ["remote nodes", into({ fromEntities: ["remote-node"] }), "192.168.0.11 x/a 80", true],
  ["to its node it must be allowed", out({}), "x/a 192.168.0.10 80", false],
  ["to its node", out({ toEntities: ["host"] }), "x/a 192.168.0.10 80", true],
  ["the API server", out({ toEntities: ["kube-apiserver"] }), "x/a 203.0.113.6 6443", true],
  [
    "others than the API server",
    out({ toEntities: ["kube-apiserver"] }),
    "x/a 203.0.113.9 6443",
    false,
  ],
  ["an entity that nobody knows", into({ fromEntities: ["moon"] }), "y/b x/a 80", undefined],
  [
    "a reserved label is an entity",
    into({ fromEndpoints: [{ matchLabels: { "reserved:world": "" } }] }),
    "203.0.113.9 x/a 80",
    true,
  ],
  ["networks", out({ toCIDR: ["203.0.113.0/24"] }), "x/a 203.0.113.9 80", true],
  ["networks hold no pods", out({ toCIDR: ["10.0.0.0/8"] }), "x/a y/b 80", false],
  [
    "except in a network",
    out({ toCIDRSet: [{ cidr: "0.0.0.0/0", except: ["203.0.113.0/24"] }] }),
    "x/a 203.0.113.9 80",
    false,
  ],
  [
    "a group of networks",
    out({ toCIDRSet: [{ cidrGroupRef: "g" }] }),
    "x/a 203.0.113.9 80",
    undefined,
  ],
  [
    "names of hosts",
    out({ toFQDNs: [{ matchName: "example.org" }] }),
    "x/a 203.0.113.9 443",
    undefined,
  ],
  [
    "names of hosts are no pods",
    out({ toFQDNs: [{ matchName: "example.org" }] }),
    "x/a y/b 443",
    false,
  ],
  [
    "names of services",
    out({ toServices: [{ k8sService: { serviceName: "s" } }] }),
    "x/a y/b 443",
    undefined,
  ],
  [
    "deny goes before allow",
    { ...into(everywhere), ingressDeny: [{ fromEndpoints: [b] }] },
    "x/b x/a 80",
    false,
  ],
  [
    "deny leaves the others",
    { ...into(everywhere), ingressDeny: [{ fromEndpoints: [b] }] },
    "y/b x/a 80",
    true,
  ],
  [
    "deny of one port",
    { ...into(everywhere), ingressDeny: [{ fromEndpoints: [b], ...port("80") }] },
    "x/b x/a 81",
    true,
  ],
  [
    "deny alone isolates too",
    { endpointSelector: a, ingressDeny: [{ fromEndpoints: [b] }] },
    "y/b x/a 80",
    false,
  ],
  [
    "deny alone, told not to isolate",
    {
      endpointSelector: a,
      enableDefaultDeny: { ingress: false },
      ingressDeny: [{ fromEndpoints: [b] }],
    },
    "y/b x/a 80",
    true,
  ],
  [
    "deny of what cannot be told",
    { ...out({ toEntities: ["all"] }), egressDeny: [{ toFQDNs: [{ matchName: "e" }] }] },
    "x/a 203.0.113.9 80",
    undefined,
  ],
  ["both ends must agree", out({ toEndpoints: [b] }), "x/a x/b 80", true],
];

for (const [name, spec, question, expected] of cases) {
  test(`policy of Cilium: ${name}`, () => {
    const policy = objectOf("cilium.io/v2 CiliumNetworkPolicy", "x/p", { spec });
    assert.equal(canReach(viewOf([...cluster, policy]), question), expected, question);
  });
}

test("a policy of the whole cluster selects by namespace, or guards nodes", () => {
  const type = "cilium.io/v2 CiliumClusterwideNetworkPolicy";
  const selector = { matchLabels: { "k8s:io.kubernetes.pod.namespace": "y" } };
  const spec = { endpointSelector: selector, ingress: [{ fromEndpoints: [b] }] };
  const view = viewOf([...cluster, objectOf(type, "p", { spec })]);
  assert.equal(canReach(view, "x/b y/a 80"), true);
  assert.equal(canReach(view, "x/a y/a 80"), false);
  assert.equal(canReach(view, "y/a x/a 80"), true);
  const nodes = { nodeSelector: {}, ingress: [{ fromEntities: ["cluster"] }] };
  const guarded = viewOf([...cluster, objectOf(type, "n", { spec: nodes })]);
  assert.equal(canReach(guarded, "x/a 192.168.0.11 22"), undefined);
  assert.equal(canReach(guarded, "x/a y/a 80"), true);
});

test("a label that begins like a source is a label", () => {
  const key = "k8s.example.org/app";
  const pod = podOf("x/e", { labels: { [key]: "e" }, ip: "10.1.0.99", node: "n0" });
  const spec = into({ fromEndpoints: [{ matchLabels: { [key]: "e" } }] });
  const policy = objectOf("cilium.io/v2 CiliumNetworkPolicy", "x/p", { spec });
  assert.equal(canReach(viewOf([...cluster, pod, policy]), "x/e x/a 80"), true);
});

test("several specs of one policy, and policies of Kubernetes beside, add up", () => {
  const specs = [into({ fromEndpoints: [b] }), into(port("9000"))];
  const cilium = objectOf("cilium.io/v2 CiliumNetworkPolicy", "x/p", { specs });
  const plain = networkPolicy("x/k", {
    podSelector: a,
    ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
  });
  const view = viewOf([...cluster, cilium, plain]);
  assert.equal(canReach(view, "x/b x/a 80"), true);
  assert.equal(canReach(view, "y/b x/a 9000"), true);
  assert.equal(canReach(view, "y/b x/a 80"), false, "Cilium takes networks for outside alone");
  assert.equal(canReach(view, "203.0.113.9 x/a 80"), true);
});

test("a policy whose selector cannot be told may isolate and may not", () => {
  const selector = { matchExpressions: [{ key: "pod", operator: "Like", values: ["a"] }] };
  const policy = networkPolicy("x/p", {
    podSelector: selector,
    ingress: [{ ports: [{ port: 80 }] }],
  });
  const view = viewOf([...cluster, policy]);
  assert.equal(canReach(view, "y/b x/a 81"), undefined);
  assert.equal(canReach(view, "y/b x/a 80"), true, "with it or without it");
  const isolated = viewOf([...cluster, policy, networkPolicy("x/q", { podSelector: {} })]);
  assert.equal(canReach(isolated, "y/b x/a 80"), undefined);
});

test("an end that nobody knows has no answer, an address outside no pod", () => {
  const { objects } = collect(cluster);
  const pods = indexPods(objects);
  const nothing = {
    ownerOf: () => undefined,
    isInside: () => false,
    nodesOf: () => [],
    serviceOf: () => undefined,
    isApiServer: () => false,
  };
  const ends = new EndFinder(pods, nothing);
  assert.deepEqual(ends.find({ kind: "pod", namespace: "x", pod: "nobody" }, 80), []);
  const [outside] = ends.find({ kind: "address", address: "203.0.113.9" }, 80);
  const [pod] = ends.find({ kind: "pod", namespace: "x", pod: "a" }, 80);
  assert.ok(outside !== undefined && pod !== undefined);
  assert.deepEqual([outside.pod, outside.isInside], [undefined, false]);
  const book = new PolicyBook(objects, pods);
  const answer = book.answer(outside, pod, { port: 80, protocol: "tcp" });
  assert.deepEqual(answer, { allowed: true, policies: [] });
});
