/** Tests of `address-index.ts`, `pod-index.ts` and `service-index.ts`: whose an address is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  collect,
  nodeOf,
  objectOf,
  podOf,
  serviceOf,
  viewOf,
} from "../../../testing/sample-cluster.ts";
import { indexAddresses } from "./address-index.ts";
import { indexPods } from "./pod-index.ts";
import { indexServices, targetsOf, targetsOfPort } from "./service-index.ts";

const pod = (name: string) => ({ namespace: "n", pod: name });

test("addresses of pods, services and nodes have an owner, in any spelling", () => {
  const view = viewOf([
    podOf("n/a", { ip: "10.1.0.5", labels: { app: "a" } }),
    podOf("n/six", { ip: "fd00::5" }),
    nodeOf("n0", "192.168.0.1", "n0.example"),
    serviceOf(
      "n/s",
      { clusterIP: "10.96.0.5", externalIPs: ["203.0.113.7"], selector: { app: "a" }, ports: [] },
      { status: { loadBalancer: { ingress: [{ ip: "203.0.113.8" }, { hostname: "x.example" }] } } },
    ),
    serviceOf("n/headless", { clusterIP: "None", selector: { app: "a" } }),
  ]);
  const owner = { kind: "pod", pods: [pod("a")], hostNetwork: false };
  assert.deepEqual(view.ownerOf("10.1.0.5"), owner);
  assert.deepEqual(view.ownerOf("::ffff:10.1.0.5"), owner);
  assert.equal(view.ownerOf("fd00:0::0005")?.kind, "pod");
  assert.deepEqual(view.ownerOf("192.168.0.1"), { kind: "node", name: "n0" });
  const service = { kind: "service", namespace: "n", name: "s", pods: [pod("a")] };
  for (const address of ["10.96.0.5", "203.0.113.7", "203.0.113.8"]) {
    assert.deepEqual(view.ownerOf(address), service, address);
  }
  assert.equal(view.ownerOf("10.1.0.6"), undefined);
  assert.equal(view.ownerOf("None"), undefined);
});

test("inside are networks of nodes and pods, and every address with an owner", () => {
  const node = objectOf("v1 Node", "n0", {
    spec: { podCIDR: "10.1.0.0/24", podCIDRs: ["10.1.0.0/24", "fd00:1::/64"] },
    status: { addresses: [{ address: "192.168.0.1" }] },
  });
  const services = objectOf("networking.k8s.io/v1 ServiceCIDR", "kubernetes", {
    spec: { cidrs: ["10.96.0.0/16"] },
  });
  const pool = objectOf("crd.projectcalico.org/v1 IPPool", "p", {
    spec: { cidr: "10.200.0.0/16" },
  });
  const view = viewOf([node, services, pool, podOf("n/far", { ip: "172.20.0.9" })]);
  const inside = ["10.1.0.77", "fd00:1::9", "10.96.3.4", "10.200.1.1", "172.20.0.9", "192.168.0.1"];
  for (const address of inside) assert.equal(view.isInside(address), true, address);
  for (const address of ["10.2.0.1", "172.20.0.10", "192.168.0.2", "8.8.8.8", "name", ""]) {
    assert.equal(view.isInside(address), false, address);
  }
});

test("the first address of a node's pod network is the node, unless a pod has it", () => {
  const node = (name: string, podCIDR: string) => objectOf("v1 Node", name, { spec: { podCIDR } });
  const view = viewOf([
    node("n0", "10.1.0.0/24"),
    node("n1", "10.1.1.0/24"),
    podOf("n/a", { ip: "10.1.1.1" }),
  ]);
  assert.deepEqual(view.ownerOf("10.1.0.1"), { kind: "node", name: "n0" });
  assert.equal(view.ownerOf("10.1.0.2"), undefined);
  assert.equal(view.ownerOf("10.1.1.1")?.kind, "pod");
});

test("pods in the network of their node share its address, and it is said", () => {
  const host = (name: string) =>
    podOf(name, { ip: "192.168.0.1", node: "n0", spec: { hostNetwork: true } });
  const view = viewOf([host("n/a"), host("n/b"), nodeOf("n0", "192.168.0.1")]);
  assert.deepEqual(view.ownerOf("192.168.0.1"), {
    kind: "pod",
    pods: [pod("a"), pod("b")],
    hostNetwork: true,
  });
});

test("a pod that ended gives its address to one that lives", () => {
  const ended = { ...podOf("n/a"), status: { phase: "Succeeded", podIP: "10.1.0.5" } };
  assert.deepEqual(viewOf([ended, podOf("n/b", { ip: "10.1.0.5" })]).ownerOf("10.1.0.5"), {
    kind: "pod",
    pods: [pod("b")],
    hostNetwork: false,
  });
  assert.equal(viewOf([ended]).ownerOf("10.1.0.5")?.kind, "pod");
});

test("pods are behind a service by its selector and by its endpoints", () => {
  const slice = (name: string, address: string, targetRef?: object) =>
    objectOf(
      "discovery.k8s.io/v1 EndpointSlice",
      name,
      {
        endpoints: [{ addresses: [address], ...(targetRef && { targetRef }) }],
        ports: [{ name: "p", port: 7000, protocol: "TCP" }],
      },
      { labels: { "kubernetes.io/service-name": "by-hand" } },
    );
  const { objects } = collect([
    podOf("n/a", {
      ip: "10.1.0.5",
      labels: { app: "a" },
      container: { ports: [{ name: "web", containerPort: 8080 }] },
    }),
    podOf("n/b", { ip: "10.1.0.6", labels: { app: "a" } }),
    podOf("m/a", { ip: "10.1.0.7", labels: { app: "a" } }),
    { ...podOf("n/done", { labels: { app: "a" } }), status: { phase: "Failed" } },
    serviceOf("n/s", {
      selector: { app: "a" },
      ports: [
        { port: 80, targetPort: "web" },
        { name: "x", port: 81 },
      ],
    }),
    serviceOf("n/by-hand", { ports: [{ name: "p", port: 80, targetPort: "odd" }] }),
    slice("n/one", "10.1.0.5"),
    slice("n/two", "10.9.9.9", { kind: "Pod", name: "b" }),
    slice("n/far", "10.1.0.7"),
  ]);
  const pods = indexPods(objects);
  const services = indexServices(objects, pods);
  const behind = (name: string) =>
    services.find({ namespace: "n", name })?.pods.map((entry) => entry.pod.name);
  assert.deepEqual(behind("s"), ["a", "b"]);
  assert.deepEqual(behind("by-hand"), ["a", "b"]);
  assert.equal(services.find({ namespace: "m", name: "s" }), undefined);
  const ports = (name: string, port: number | string) => {
    const service = services.find({ namespace: "n", name });
    return service === undefined ? [] : targetsOf(service, port).map((one) => one.port);
  };
  assert.deepEqual(ports("s", 80), [8080, 0], "a name that a pod does not have");
  assert.deepEqual(ports("s", "x"), [81, 81], "the port itself without a target");
  assert.deepEqual(ports("s", 0), [8080, 0, 81, 81]);
  assert.deepEqual(ports("s", 99), []);
  assert.deepEqual(ports("by-hand", 80), [7000, 7000], "as endpoints say");
  const [first] = services.entries;
  assert.ok(first?.service.ports[0] !== undefined);
  assert.equal(targetsOfPort(first, first.service.ports[0]).length, 2);
  const addresses = indexAddresses(objects, pods, services);
  assert.deepEqual(addresses.nodesOf("10.1.0.5"), []);
});

test("pods show what others compare with what was seen", () => {
  const container = {
    name: "c",
    image: "app:1",
    ports: [
      { name: "web", containerPort: 80 },
      { containerPort: 9, protocol: "SCTP" },
    ],
  };
  const running = { name: "c", image: "docker.io/app:2", imageID: "docker.io/app@sha256:12" };
  const view = viewOf([
    {
      ...podOf("n/a", { labels: { app: "a" }, node: "n0", container }),
      status: { podIP: "10.1.0.5", containerStatuses: [running] },
    },
  ]).pod(pod("a"));
  assert.deepEqual(view?.ports, [{ container: "c", name: "web", port: 80, protocol: "tcp" }]);
  assert.deepEqual(view?.images.get("c"), {
    declared: "app:1",
    running: "docker.io/app:2",
    runningId: "docker.io/app@sha256:12",
  });
  assert.deepEqual(
    [view?.serviceAccount, view?.nodeName, view?.labels.get("app")],
    ["default", "n0", "a"],
  );
});

test("without objects nothing is known", () => {
  const view = viewOf([]);
  assert.equal(view.isKnown, false);
  assert.deepEqual(
    [view.pods(), view.entriesOf(pod("a")), view.credentialsOf(pod("a"), "c")],
    [[], [], []],
  );
  assert.equal(view.ownerOf("10.0.0.1"), undefined);
  const from = { kind: "address", address: "10.0.0.1" } as const;
  const answer = view.canReach({ from, to: from, port: 1, protocol: "tcp" });
  assert.equal(answer.allowed, undefined);
});
