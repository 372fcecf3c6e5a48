/** Tests of `match-rule.ts` and `policy-book.ts`: what policies of Kubernetes let through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canReach,
  networkPolicy,
  objectOf,
  podOf,
  viewOf,
} from "../../../testing/sample-cluster.ts";
import type { JsonObject } from "../../inventory/json-value.ts";

const ports = [
  { name: "http", containerPort: 80 },
  { name: "metrics", containerPort: 9090 },
  { name: "dns", containerPort: 53, protocol: "UDP" },
];

const cluster: readonly JsonObject[] = [
  objectOf("v1 Namespace", "x", {}, { labels: { team: "red" } }),
  objectOf("v1 Namespace", "y", {}, { labels: { team: "blue" } }),
  objectOf("v1 Namespace", "z", {}, { labels: {} }),
  ...["x", "y", "z"].flatMap((namespace, at) =>
    ["a", "b", "c"].map((name, number) =>
      podOf(`${namespace}/${name}`, {
        labels: { pod: name, tier: name === "a" ? "front" : "back" },
        ip: `10.1.${at}.${number + 10}`,
        node: `n${number % 2}`,
        container: { ports },
      }),
    ),
  ),
  podOf("x/host", { ip: "192.168.0.10", node: "n0", spec: { hostNetwork: true } }),
  podOf("unlisted/a", { labels: { pod: "a" }, ip: "10.1.9.10", node: "n0" }),
  ...["n0", "n1"].map((name, at) =>
    objectOf("v1 Node", name, {
      spec: { podCIDR: `10.1.${at * 100}.0/24` },
      status: { addresses: [{ type: "InternalIP", address: `192.168.0.1${at}` }] },
    }),
  ),
];

const all = {};
const onlyA = { matchLabels: { pod: "a" } };
const red = { namespaceSelector: { matchLabels: { team: "red" } } };
const ingress = (...rules: JsonObject[]) => ({ podSelector: onlyA, ingress: rules });
const egress = (...rules: JsonObject[]) => ({
  podSelector: onlyA,
  policyTypes: ["Egress"],
  egress: rules,
});
const ofBlock = { from: [{ ipBlock: { cidr: "10.2.0.0/16" } }] };
const expression = (operator: string, key: string, ...values: string[]) => ({
  podSelector: { matchExpressions: [{ key, operator, values }] },
});

/** What, spec of one policy in namespace x, question, answer. */
type Case = readonly [string, JsonObject, string, boolean | undefined];

const cases: readonly Case[] = [
  ["a policy for others", { podSelector: { matchLabels: { pod: "q" } } }, "y/b x/a 80", true],
  ["a policy of another namespace", ingress(), "x/a y/a 80", true],
  ["the default denies what comes in", { podSelector: all }, "y/b x/c 80", false],
  ["the default lets out", { podSelector: all }, "x/c y/b 80", true],
  ["an absent selector takes every pod", {}, "y/b x/b 80", false],
  ["egress rules alone isolate both ways", { podSelector: all, egress: [{}] }, "y/b x/a 80", false],
  ["egress rules alone let out", { podSelector: all, egress: [{}] }, "x/a y/b 80", true],
  ["an empty egress is no egress policy", { podSelector: all, egress: [] }, "x/a y/b 80", true],
  ["types name egress without rules", egress(), "x/a y/b 80", false],
  ["types that name only egress let in", egress(), "y/b x/a 80", true],
  [
    "rules of a type that is not named",
    { ...ingress({}), policyTypes: ["Egress"] },
    "x/a y/b 80",
    false,
  ],
  ["no rules deny", ingress(), "x/b x/a 80", false],
  ["an empty rule takes everybody", ingress({}), "203.0.113.9 x/a 80", true],
  ["an empty list of peers takes everybody", ingress({ from: [] }), "z/b x/a 80", true],
  [
    "an empty pod selector takes its namespace",
    ingress({ from: [{ podSelector: all }] }),
    "x/b x/a 80",
    true,
  ],
  [
    "an empty pod selector takes no other",
    ingress({ from: [{ podSelector: all }] }),
    "y/b x/a 80",
    false,
  ],
  [
    "an empty pod selector takes no address",
    ingress({ from: [{ podSelector: all }] }),
    "203.0.113.9 x/a 80",
    false,
  ],
  [
    "an empty namespace selector takes all pods",
    ingress({ from: [{ namespaceSelector: all }] }),
    "z/c x/a 80",
    true,
  ],
  [
    "an empty namespace selector takes no address",
    ingress({ from: [{ namespaceSelector: all }] }),
    "203.0.113.9 x/a 80",
    false,
  ],
  ["namespaces by label", ingress({ from: [red] }), "x/b x/a 80", true],
  ["namespaces by label, another", ingress({ from: [red] }), "y/b x/a 80", false],
  [
    "both selectors in one peer, both fit",
    ingress({ from: [{ ...red, ...expression("In", "pod", "b") }] }),
    "x/b x/a 80",
    true,
  ],
  [
    "both selectors in one peer, one fits",
    ingress({ from: [{ ...red, ...expression("In", "pod", "b") }] }),
    "x/c x/a 80",
    false,
  ],
  [
    "two peers, one fits",
    ingress({ from: [red, expression("In", "pod", "b")] }),
    "x/c x/a 80",
    true,
  ],
  [
    "a pod selector beside means the own namespace",
    ingress({ from: [expression("In", "pod", "b")] }),
    "y/b x/a 80",
    false,
  ],
  ["In", ingress({ from: [expression("In", "tier", "back", "none")] }), "x/b x/a 80", true],
  ["NotIn", ingress({ from: [expression("NotIn", "tier", "back")] }), "x/b x/a 80", false],
  [
    "NotIn takes what has no such label",
    ingress({ from: [expression("NotIn", "zone", "q")] }),
    "x/b x/a 80",
    true,
  ],
  ["Exists", ingress({ from: [expression("Exists", "zone")] }), "x/b x/a 80", false],
  ["DoesNotExist", ingress({ from: [expression("DoesNotExist", "zone")] }), "x/b x/a 80", true],
  [
    "an operator that nobody knows",
    ingress({ from: [expression("Gt", "zone", "1")] }),
    "x/b x/a 80",
    undefined,
  ],
  [
    "the name of a namespace is its label",
    ingress({
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "unlisted" } } }],
    }),
    "unlisted/a x/a 80",
    true,
  ],
  [
    "labels of a namespace that is not listed",
    ingress({ from: [red] }),
    "unlisted/a x/a 80",
    undefined,
  ],
  [
    "a network",
    ingress({ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }),
    "203.0.113.9 x/a 80",
    true,
  ],
  [
    "beside a network",
    ingress({ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }),
    "198.51.100.9 x/a 80",
    false,
  ],
  [
    "except in a network",
    ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.0/24"] } }] }),
    "203.0.113.9 x/a 80",
    false,
  ],
  [
    "beside the except",
    ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.0/24"] } }] }),
    "198.51.100.9 x/a 80",
    true,
  ],
  [
    "IPv4 everywhere is no IPv6",
    ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }),
    "2001:db8::1 x/a 80",
    false,
  ],
  [
    "except is of its block alone",
    ingress({
      from: [
        { ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.0/24"] } },
        { ipBlock: { cidr: "203.0.113.9/32" } },
      ],
    }),
    "203.0.113.9 x/a 80",
    true,
  ],
  [
    "networks hold addresses of pods",
    ingress({ from: [{ ipBlock: { cidr: "10.1.1.0/24" } }] }),
    "y/b x/a 80",
    true,
  ],
  [
    "a network that is none",
    ingress({ from: [{ ipBlock: { cidr: "somewhere" } }] }),
    "y/b x/a 80",
    undefined,
  ],
  ["a port", ingress({ ports: [{ port: 80 }] }), "y/b x/a 80", true],
  ["another port", ingress({ ports: [{ port: 80 }] }), "y/b x/a 81", false],
  ["a port is of TCP", ingress({ ports: [{ port: 80 }] }), "y/b x/a 80/udp", false],
  ["a protocol without port", ingress({ ports: [{ protocol: "UDP" }] }), "y/b x/a 1234/udp", true],
  [
    "the first of a range",
    ingress({ ports: [{ port: 8000, endPort: 8010 }] }),
    "y/b x/a 8000",
    true,
  ],
  [
    "the last of a range",
    ingress({ ports: [{ port: 8000, endPort: 8010 }] }),
    "y/b x/a 8010",
    true,
  ],
  ["beyond a range", ingress({ ports: [{ port: 8000, endPort: 8010 }] }), "y/b x/a 8011", false],
  ["a port by name", ingress({ ports: [{ port: "metrics" }] }), "y/b x/a 9090", true],
  ["a name of another port", ingress({ ports: [{ port: "metrics" }] }), "y/b x/a 80", false],
  ["a name of the other protocol", ingress({ ports: [{ port: "dns" }] }), "y/b x/a 53", false],
  ["a name of the pod that is asked", egress({ ports: [{ port: "http" }] }), "x/a y/b 80", true],
  [
    "a name that no address has",
    egress({ ports: [{ port: "http" }] }),
    "x/a 203.0.113.9 80",
    false,
  ],
  [
    "peers and ports must both fit",
    ingress({ from: [red], ports: [{ port: 80 }] }),
    "x/b x/a 81",
    false,
  ],
  ["any port at all", ingress({ ports: [{ port: 80 }] }), "y/b x/a 0", true],
  ["to itself", ingress(), "x/a x/a 80", true],
  ["from its own node", ingress(), "192.168.0.10 x/a 80", true],
  [
    "an address of a pod that is not among the objects may be any pod",
    ingress({ from: [red] }),
    "10.1.0.99 x/a 80",
    undefined,
  ],
  ["such an address is no peer of networks alone", ingress(ofBlock), "10.1.0.99 x/a 80", false],
  ["from the bridge of its own node", ingress(), "10.1.0.1 x/a 80", true],
  ["from another node", ingress(), "192.168.0.11 x/a 80", false],
  ["from a pod in the network of its node", ingress(), "x/host x/a 80", true],
  ["from a pod in the network of another node", { podSelector: all }, "x/host x/b 80", false],
  ["to its own node", egress(), "x/a 192.168.0.10 10250", true],
  ["to another node", egress(), "x/a 192.168.0.11 10250", false],
  [
    "pods in the network of a node are not guarded",
    { podSelector: all, policyTypes: ["Egress"] },
    "x/host y/a 80",
    true,
  ],
  [
    "egress to pods",
    egress({ to: [{ namespaceSelector: { matchLabels: { team: "blue" } } }] }),
    "x/a y/c 80",
    true,
  ],
  [
    "egress to others",
    egress({ to: [{ namespaceSelector: { matchLabels: { team: "blue" } } }] }),
    "x/a z/c 80",
    false,
  ],
  [
    "egress to the internet",
    egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }),
    "x/a 203.0.113.9 443",
    true,
  ],
  [
    "egress only to a resolver",
    egress({ ports: [{ port: 53, protocol: "UDP" }] }),
    "x/a 203.0.113.9 443",
    false,
  ],
  ["a pod that is not there", ingress({}), "x/a x/nobody 80", undefined],
];

for (const [name, spec, question, expected] of cases) {
  test(`network policy: ${name}`, () => {
    const view = viewOf([...cluster, networkPolicy("x/p", spec)]);
    assert.equal(canReach(view, question), expected, question);
  });
}

test("without a policy every pod reaches every other, and it is said that there are none", () => {
  const view = viewOf(cluster);
  assert.equal(view.hasPolicies, false);
  assert.equal(canReach(view, "x/a z/c 80"), true);
});

test("what several policies allow adds up, and the answer names those that decided", () => {
  const view = viewOf([
    ...cluster,
    networkPolicy("x/deny", { podSelector: all, policyTypes: ["Ingress", "Egress"] }),
    networkPolicy("x/in", ingress({ from: [{ namespaceSelector: all }] })),
    networkPolicy("y/out", { podSelector: all, policyTypes: ["Egress"], egress: [{ to: [red] }] }),
  ]);
  const ask = (from: string, to: string) =>
    view.canReach({
      from: { kind: "pod", namespace: from.charAt(0), pod: from.charAt(2) },
      to: { kind: "pod", namespace: to.charAt(0), pod: to.charAt(2) },
      port: 80,
      protocol: "tcp",
    });
  assert.deepEqual(ask("y/b", "x/a"), {
    allowed: true,
    policies: ["NetworkPolicy y/out", "NetworkPolicy x/in"],
  });
  assert.deepEqual(ask("y/b", "x/b"), { allowed: false, policies: ["NetworkPolicy x/deny"] });
  assert.deepEqual(ask("y/b", "z/b"), { allowed: false, policies: ["NetworkPolicy y/out"] });
  assert.deepEqual(ask("z/b", "z/a"), { allowed: true, policies: [] });
});

test("policies of other projects leave nothing certain but what both would deny", () => {
  const calico = objectOf("projectcalico.org/v3 NetworkPolicy", "x/c", { spec: {} });
  const istio = objectOf("security.istio.io/v1 AuthorizationPolicy", "x/i", { spec: {} });
  const deny = networkPolicy("x/p", ingress());
  assert.equal(canReach(viewOf([...cluster, calico]), "y/b x/a 80"), undefined);
  assert.equal(canReach(viewOf([...cluster, calico, deny]), "y/b x/a 80"), undefined);
  assert.equal(canReach(viewOf([...cluster, calico]), "y/b z/a 80"), true);
  assert.equal(canReach(viewOf([...cluster, istio]), "y/b x/a 80"), undefined);
  assert.equal(canReach(viewOf([...cluster, istio, deny]), "y/b x/a 80"), false);
  const everywhere = objectOf("policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy", "all", {});
  assert.equal(canReach(viewOf([...cluster, everywhere]), "y/b z/a 80"), undefined);
});

test("a policy of which a part cannot be read decides nothing", () => {
  for (const spec of [
    { podSelector: "a" },
    { podSelector: {}, ingress: "none" },
    { podSelector: {}, ingress: [{ from: [7] }] },
    { podSelector: {}, ingress: [{ ports: [{ port: {} }] }] },
    { podSelector: { matchLabels: { pod: 1 } } },
  ]) {
    const view = viewOf([...cluster, networkPolicy("x/p", spec)]);
    assert.equal(canReach(view, "y/b x/a 80"), undefined, JSON.stringify(spec));
  }
});

test("the address of a service means the pods behind it", () => {
  const service = objectOf("v1 Service", "x/s", {
    spec: {
      clusterIP: "10.96.0.9",
      selector: { pod: "a" },
      ports: [{ port: 443, targetPort: "http" }],
    },
  });
  const allow = networkPolicy("x/p", ingress({ ports: [{ port: 80 }] }));
  const view = viewOf([...cluster, service, allow]);
  assert.equal(canReach(view, "y/b 10.96.0.9 443"), true);
  assert.equal(canReach(view, "y/b x/a 443"), false);
  const closed = viewOf([...cluster, service, networkPolicy("x/p", ingress())]);
  assert.equal(canReach(closed, "y/b 10.96.0.9 443"), false);
});
