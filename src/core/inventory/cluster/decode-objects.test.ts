/**
 * Tests of the decoders of single kinds: `decode-access.ts`, `decode-cilium-policy.ts`,
 * `decode-network-policy.ts`, `decode-node.ts`, `decode-pod-object.ts`, `decode-route.ts`,
 * `decode-service.ts`, `published-at.ts`. What the values mean is tested with the cluster's view.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { objectOf, podOf } from "../../../testing/sample-cluster.ts";
import type { JsonObject } from "../json-value.ts";
import { decodeBinding, decodeRole, decodeServiceAccount } from "./decode-access.ts";
import { decodeCiliumPolicy } from "./decode-cilium-policy.ts";
import { decodeNetworkPolicy } from "./decode-network-policy.ts";
import { bridgeAddresses, decodeNetworks, decodeNode } from "./decode-node.ts";
import { decodePodObject } from "./decode-pod-object.ts";
import { decodeIngress, decodeIngressClass, decodeVirtualService } from "./decode-route.ts";
import { decodeEndpointSlice, decodeEndpoints, decodeService } from "./decode-service.ts";
import { readPublishedAt, readSourceRanges } from "./published-at.ts";

const faults = () => ({ first: undefined });

test("a pod: addresses of both families, ports, phase, account by either name", () => {
  const pod = {
    ...podOf("n/p", {
      spec: {
        serviceAccount: "old",
        initContainers: [{ name: "i", image: "init:1" }],
        ephemeralContainers: [{ name: "e", image: "debug:1" }],
      },
      container: { ports: [{ containerPort: 80, hostPort: 8080, hostIP: "10.0.0.1" }] },
    }),
    status: {
      phase: "Failed",
      podIP: "10.1.0.5",
      podIPs: [{ ip: "10.1.0.5" }, { ip: "FD00::0005" }],
      hostIPs: [{ ip: "192.168.0.1" }],
    },
  };
  const found = decodePodObject(pod, faults());
  assert.deepEqual(found?.addresses, ["10.1.0.5", "fd00::5"]);
  assert.deepEqual(found?.nodeAddresses, ["192.168.0.1"]);
  assert.deepEqual([found?.isFinished, found?.serviceAccount], [true, "old"]);
  assert.deepEqual(
    found?.containers.map(({ name }) => name),
    ["c", "i", "e"],
  );
  assert.deepEqual(found?.containers[0]?.ports, [
    { name: "", port: 80, protocol: "tcp", hostPort: 8080, hostAddress: "10.0.0.1" },
  ]);
  assert.equal(decodePodObject({ kind: "Pod" }, faults()), undefined);
});

test("a service: defaults of type, protocol and target", () => {
  const ports = [
    { port: 80 },
    { port: 53, protocol: "UDP", targetPort: "dns" },
    { port: 0 },
    { port: 9, protocol: "X" },
  ];
  const found = decodeService(
    objectOf("v1 Service", "n/s", { spec: { clusterIP: "None", ports } }),
    faults(),
  );
  assert.deepEqual(
    [found?.type, found?.selector, found?.clusterAddresses],
    ["ClusterIP", undefined, []],
  );
  assert.deepEqual(
    found?.ports.map(({ port, protocol, target }) => [port, protocol, target]),
    [
      [80, "tcp", 80],
      [53, "udp", "dns"],
    ],
  );
});

test("endpoints of both kinds, ready or not", () => {
  const subsets = [
    {
      addresses: [{ ip: "10.1.0.5", targetRef: { kind: "Pod", name: "a" } }],
      notReadyAddresses: [{ ip: "10.1.0.6", targetRef: { kind: "Node", name: "x" } }],
      ports: [{ port: 80 }],
    },
  ];
  const [old] = decodeEndpoints(objectOf("v1 Endpoints", "n/s", { subsets }), faults());
  assert.deepEqual(old?.targets, [
    { address: "10.1.0.5", pod: "a" },
    { address: "10.1.0.6", pod: "" },
  ]);
  assert.deepEqual([old?.service, old?.ports], ["s", [{ name: "", port: 80, protocol: "tcp" }]]);
  const endpoints = [{ addresses: ["10.1.0.7", "x.example"], conditions: { ready: false } }];
  const slice = (labels: JsonObject) =>
    decodeEndpointSlice(objectOf("v1 EndpointSlice", "n/s-1", { endpoints }, { labels }), faults());
  assert.deepEqual(slice({ "kubernetes.io/service-name": "s" })?.targets, [
    { address: "10.1.0.7", pod: "" },
  ]);
  assert.equal(slice({}), undefined);
});

test("routes name their class and each backend once", () => {
  const backend = { service: { name: "s", port: { number: 80 } } };
  const paths = [{ backend }, { backend }, { backend: { resource: { kind: "Bucket" } } }];
  const spec = { rules: [{ http: { paths } }, { host: "no paths" }] };
  const annotations = { "kubernetes.io/ingress.class": "old" };
  const found = decodeIngress(objectOf("v1 Ingress", "n/i", { spec }, { annotations }), faults());
  assert.deepEqual(found?.backends, [{ namespace: "n", name: "s", port: 80 }]);
  assert.deepEqual([found?.className, found?.gateways], ["old", undefined]);
  const standard = { annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } };
  assert.deepEqual(
    decodeIngressClass(
      objectOf("v1 IngressClass", "c", { spec: { controller: "x/y" } }, standard),
      faults(),
    ),
    { name: "c", controller: "x/y", isDefault: true },
  );
  const destinations = ["short", "s.m", "s.m.svc.cluster.local"].map((host) => ({
    destination: { host },
  }));
  const virtual = decodeVirtualService(
    objectOf("v1 VirtualService", "n/v", {
      spec: { gateways: ["m/g", "g"], tcp: [{ route: destinations }] },
    }),
    faults(),
  );
  assert.deepEqual(virtual?.gateways, [
    { namespace: "m", name: "g" },
    { namespace: "n", name: "g" },
  ]);
  assert.deepEqual(virtual?.backends, [
    { namespace: "n", name: "short", port: 0 },
    { namespace: "m", name: "s", port: 0 },
  ]);
});

test("what annotations and classes say of a load balancer", () => {
  const at = (annotations: JsonObject, className = "", status: JsonObject = {}) =>
    readPublishedAt({ annotations }, status, className, faults());
  assert.equal(at({}).isInternal, false);
  assert.equal(at({ "alb.ingress.kubernetes.io/scheme": "Internal" }).isInternal, true);
  assert.equal(at({ "alb.ingress.kubernetes.io/scheme": "internet-facing" }).isInternal, false);
  assert.equal(at({}, "gke-l7-rilb").isInternal, true);
  assert.equal(at({}, "internalize").isInternal, false);
  assert.equal(at({}, "service.k8s.aws/nlb").isInternal, true);
  assert.equal(at({ toString: "true" }).isInternal, false);
  const gateway = at({}, "", {
    addresses: [{ value: "203.0.113.9" }, { value: "gw.example.org" }],
  });
  assert.deepEqual(gateway, {
    addresses: ["203.0.113.9"],
    hosts: ["gw.example.org"],
    isInternal: false,
  });
  const ranges = { "alb.ingress.kubernetes.io/inbound-cidrs": "10.0.0.0/8, 192.0.2.0/24" };
  assert.deepEqual(readSourceRanges({ annotations: ranges }), ["10.0.0.0/8", "192.0.2.0/24"]);
  assert.deepEqual(readSourceRanges({}), []);
});

test("policies: which directions isolate, and what their empty parts mean", () => {
  const decode = (spec: JsonObject) =>
    decodeNetworkPolicy(objectOf("v1 NetworkPolicy", "n/p", { spec }), faults());
  const sides = (spec: JsonObject) => {
    const found = decode(spec);
    return [found?.ingress.isolates, found?.egress.isolates];
  };
  assert.deepEqual(sides({}), [true, false]);
  assert.deepEqual(sides({ egress: [{}] }), [true, true]);
  assert.deepEqual(sides({ policyTypes: ["Egress"], ingress: [{}] }), [false, true]);
  assert.deepEqual(decode({ ingress: [{ from: [], ports: [] }] })?.ingress.rules, [
    { effect: "allow", peers: undefined, ports: undefined },
  ]);
  assert.deepEqual(
    decode({ ingress: [{ ports: [{ port: 1, endPort: 9 }, { protocol: "SCTP" }] }] })?.ingress
      .rules[0]?.ports,
    [
      { protocol: "tcp", name: "", first: 1, last: 9 },
      { protocol: "sctp", name: "", first: 0, last: 0 },
    ],
  );
  const cilium = (spec: JsonObject) =>
    decodeCiliumPolicy("CiliumNetworkPolicy")(
      objectOf("v2 CiliumNetworkPolicy", "n/p", { spec }),
      faults(),
    )[0];
  assert.deepEqual(cilium({ endpointSelector: {}, ingress: [{}] })?.ingress, {
    isolates: true,
    rules: [{ effect: "allow", peers: [], ports: undefined }],
  });
  assert.deepEqual(
    cilium({ endpointSelector: {}, egress: [{ toPorts: [{ ports: [{ port: "53" }] }] }] })?.egress
      .rules,
    [
      {
        effect: "allow",
        peers: undefined,
        ports: [{ protocol: "any", name: "", first: 53, last: 53 }],
      },
    ],
  );
  assert.equal(cilium({ nodeSelector: {} })?.guards, "nodes");
});

test("nodes, their bridges, and networks beside them", () => {
  const node = decodeNode(
    objectOf(
      "v1 Node",
      "n0",
      {
        spec: { podCIDR: "10.1.0.0/24", podCIDRs: ["10.1.0.0/24"] },
        status: { addresses: [{ address: "192.168.0.1" }, { address: "n0.example" }] },
      },
      { annotations: { "projectcalico.org/IPv4IPIPTunnelAddr": "10.1.7.7" } },
    ),
    faults(),
  );
  assert.deepEqual(node, {
    name: "n0",
    addresses: ["192.168.0.1", "10.1.7.7"],
    podNetworks: ["10.1.0.0/24"],
  });
  assert.deepEqual(bridgeAddresses("10.1.0.0/24"), ["10.1.0.0", "10.1.0.1"]);
  assert.deepEqual(bridgeAddresses("10.1.0.9/32"), []);
  assert.deepEqual(bridgeAddresses("junk"), []);
  const spec = {
    cidr: "10.0.0.0/8",
    cidrs: ["fd00::/8", "junk"],
    ipam: { podCIDRs: ["10.9.0.0/16"] },
  };
  assert.deepEqual(decodeNetworks({ spec }, faults()), ["fd00::/8", "10.0.0.0/8", "10.9.0.0/16"]);
});

test("accounts, roles and bindings", () => {
  const account = objectOf("v1 ServiceAccount", "n/a", { automountServiceAccountToken: false });
  assert.equal(decodeServiceAccount(account, faults())?.automountsToken, false);
  const rules = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["x"] }];
  assert.deepEqual(decodeRole(objectOf("v1 Role", "n/r", { rules }), faults())?.rules, [
    { verbs: ["get"], groups: [""], resources: ["pods"], names: ["x"] },
  ]);
  const roleRef = { kind: "Role", name: "r" };
  const subjects = [
    { kind: "ServiceAccount", name: "a" },
    { kind: "User", name: "u" },
  ];
  assert.deepEqual(
    decodeBinding(objectOf("v1 RoleBinding", "n/b", { roleRef, subjects }), faults())?.subjects,
    [
      { kind: "ServiceAccount", namespace: "n", name: "a" },
      { kind: "User", namespace: "n", name: "u" },
    ],
  );
  assert.equal(decodeBinding(objectOf("v1 RoleBinding", "n/b"), faults()), undefined);
});
