/**
 * Tests edges: who both ends are, two views made one, bounds, and that no order matters.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleContainerFact } from "../../../testing/sample-facts.ts";
import type { ContainerKey, FlowFact, ListenFact } from "../../observe/fact.ts";
import { FactSet } from "../../observe/fact-set.ts";
import type { AddressOwner, ClusterView } from "../cluster/cluster-view.ts";
import { createClusterView } from "../cluster/create-cluster-view.ts";
import { EvidenceBook } from "../evidence-book.ts";
import type { ImageJoin } from "../join-images.ts";
import { AddressBook, isWithin } from "./address-book.ts";
import { boundEdges, others } from "./bound-edges.ts";
import { createEdgeTally, edgeKey, joinTallies } from "./edge-tally.ts";
import type { FlowEdge, FlowEnd } from "./flow-edge.ts";
import { joinFlows } from "./join-flows.ts";
import { findLoopback } from "./loopback-ends.ts";
import { endKey, endOfAddress, endOfContainer, readNames } from "./name-end.ts";
import { viewOf } from "./view-flow.ts";

function flow(container: ContainerKey, given: Partial<FlowFact>): FlowFact {
  return {
    kind: "flow",
    container,
    direction: "outbound",
    protocol: "tcp",
    peer: "10.0.0.2",
    port: 5432,
    actor: "service",
    localAddresses: ["10.0.0.1"],
    connectionCount: 1,
    failedCount: 0,
    sentBytes: 10,
    receivedBytes: 20,
    sendsSeen: true,
    receivesSeen: true,
    firstSeenUs: 1_700_000_000_000_000,
    lastSeenUs: 1_700_000_001_000_000,
    binaries: ["/app"],
    hostNames: [],
    citations: [],
    ...given,
  };
}

function listen(container: ContainerKey, port: number): ListenFact {
  const seen = { firstSeenUs: 1, lastSeenUs: 2, binaries: [], citations: [] };
  return { kind: "listen", container, protocol: "tcp", address: "0.0.0.0", port, ...seen };
}

function joinOf(name: string, given: { pod?: string; workload?: string } = {}): ImageJoin {
  const { pod = `${name}-1`, workload = name } = given;
  const container = sampleContainerFact({ container: name, namespace: "shop", pod });
  return {
    container,
    identity: undefined,
    workload: {
      cluster: "",
      namespace: "shop",
      kind: "Deployment",
      name: workload,
      container: name,
    },
    image: { reference: "", digest: "" },
    sbom: undefined,
    scan: undefined,
    by: "none",
    note: "",
  };
}

function clusterWith(owners: Readonly<Record<string, AddressOwner>>): ClusterView {
  return { ...createClusterView(), isKnown: true, ownerOf: (address) => owners[address] };
}

interface Given {
  readonly facts: readonly (FlowFact | ListenFact)[];
  readonly names?: readonly (string | ImageJoin)[];
  readonly cluster?: ClusterView;
  readonly addresses?: Readonly<Record<string, string>>;
}

function edgesOf({ facts, names = [], cluster, addresses = {} }: Given): readonly FlowEdge[] {
  const set = new FactSet();
  for (const fact of facts) set.add(fact);
  return joinFlows({
    facts: set,
    joins: names.map((one) => (typeof one === "string" ? joinOf(one) : one)),
    cluster: cluster ?? createClusterView(),
    addressNames: new Map(Object.entries(addresses)),
    evidence: new EvidenceBook([]),
  });
}

const line = ({ from, to, port, connectionCount }: FlowEdge) =>
  `${from.kind}:${from.name} → ${to.kind}:${to.name}:${port} ${connectionCount}`;

const server = (given: Partial<FlowFact> = {}) =>
  flow("db", {
    direction: "inbound",
    peer: "10.0.0.1",
    localAddresses: ["10.0.0.2"],
    sentBytes: 25,
    receivedBytes: 9,
    connectionCount: 2,
    ...given,
  });

test("two views of one connection are one edge: the higher counts, bytes of who saw more", () => {
  const [edge, ...more] = edgesOf({ facts: [flow("web", {}), server()], names: ["web", "db"] });
  assert.equal(more.length, 0);
  assert.ok(edge !== undefined);
  assert.equal(line(edge), "workload:shop/web → workload:shop/db:5432 2");
  assert.deepEqual([edge.sentBytes, edge.receivedBytes], [10, 25]);
  assert.deepEqual(edge.seenBy, ["from", "to"]);
  assert.equal(edge.evidence.length, 2);
});

test("bytes that no sensor told are null, and never none", () => {
  const blind = { sendsSeen: false, sentBytes: 0, receivesSeen: false, receivedBytes: 0 };
  const [alone] = edgesOf({ facts: [flow("web", blind)], names: ["web"] });
  assert.deepEqual([alone?.sentBytes, alone?.receivedBytes], [null, null]);
  const [both] = edgesOf({ facts: [flow("web", blind), server()], names: ["web", "db"] });
  assert.deepEqual([both?.sentBytes, both?.receivedBytes], [9, 25]);
});

test("replicas of one workload are one end, and so is what each of them did", () => {
  const second = joinOf("web2", { workload: "web" });
  const workload = { ...second.workload, container: "web" };
  const facts = [flow("web", {}), flow("web2", { localAddresses: ["10.0.0.3"] })];
  const edges = edgesOf({ facts, names: ["web", { ...second, workload }] });
  assert.deepEqual(edges.map(line), ["workload:shop/web → private:10.0.0.2:5432 2"]);
});

test("an address that two had is whose port it is; without a port it is nobody's", () => {
  const shared = { localAddresses: ["10.0.0.2"], peer: "198.51.100.1", port: 443 };
  const facts = [flow("db", shared), flow("agent", shared)];
  const names = ["web", "db", "agent"];
  const told = edgesOf({ facts: [...facts, listen("db", 5432), flow("web", {})], names });
  assert.ok(told.map(line).includes("workload:shop/web → workload:shop/db:5432 1"));
  const untold = edgesOf({ facts: [...facts, flow("web", {})], names });
  assert.ok(untold.map(line).includes("workload:shop/web → private:10.0.0.2:5432 1"));
});

test("an address that went from one pod to another is whose it was then", () => {
  const hourUs = 3_600_000_000;
  const early = { firstSeenUs: 1e15, lastSeenUs: 1e15 + 1 };
  const late = { firstSeenUs: 1e15 + 2 * hourUs, lastSeenUs: 1e15 + 2 * hourUs + 1 };
  const own = { localAddresses: ["10.0.0.2"], peer: "198.51.100.1", port: 443 };
  const facts = [flow("old", { ...own, ...early }), flow("new", { ...own, ...late })];
  const edges = edgesOf({ facts: [...facts, flow("web", late)], names: ["web", "old", "new"] });
  assert.ok(edges.map(line).includes("workload:shop/web → workload:shop/new:5432 1"));
});

test("clients outside have a class, and a name where configuration or arguments give one", () => {
  const peers = ["203.0.113.9", "169.254.169.254", "192.168.7.7", "fe80::1"];
  const facts = peers.map((peer) => flow("web", { peer, port: 80 }));
  const addresses = { "192.168.0.0/16": "office", "192.168.7.0/24": "printers" };
  const named = flow("web", { peer: "203.0.113.80", port: 443, hostNames: ["rates.example"] });
  const edges = edgesOf({ facts: [...facts, named], names: ["web"], addresses });
  assert.deepEqual(edges.map(({ to }) => `${to.kind} ${to.name} ${to.namedBy}`).sort(), [
    "internet 203.0.113.9 address",
    "internet rates.example argument",
    "link-local fe80::1 address",
    "metadata 169.254.169.254 address",
    "private printers config",
  ]);
});

test("a service leads to the one workload behind it, else it stays a service", () => {
  const pods = [
    { namespace: "shop", pod: "db-1" },
    { namespace: "shop", pod: "cache-1" },
  ];
  const owner = (count: number): AddressOwner => {
    return { kind: "service", namespace: "shop", name: "store", pods: pods.slice(0, count) };
  };
  const facts = [flow("web", { peer: "10.96.0.7" })];
  const names = ["web", "db", "cache"];
  const to = (count: number) =>
    edgesOf({ facts, names, cluster: clusterWith({ "10.96.0.7": owner(count) }) })[0]?.to;
  assert.deepEqual([to(1)?.name, to(1)?.namedBy], ["shop/db", "service"]);
  assert.deepEqual([to(2)?.kind, to(2)?.name], ["service", "shop/store"]);
  assert.deepEqual([to(0)?.kind, to(0)?.name], ["service", "shop/store"]);
});

test("objects name pods that nobody watched, and nodes; host-network pods need a port", () => {
  const pod = { namespace: "data", pod: "pg-0" };
  const cluster = clusterWith({
    "10.0.0.2": { kind: "pod", pods: [pod], hostNetwork: false },
    "10.0.0.9": { kind: "node", name: "n9" },
    "10.0.0.8": { kind: "pod", pods: [pod], hostNetwork: true },
  });
  const facts = [
    flow("web", {}),
    flow("web", { peer: "10.0.0.9", port: 10_250 }),
    flow("web", { direction: "inbound", peer: "10.0.0.8", port: 80 }),
  ];
  assert.deepEqual(edgesOf({ facts, names: ["web"], cluster }).map(line), [
    "private:10.0.0.8 → workload:shop/web:80 1",
    "workload:shop/web → workload:data/pg-0:5432 1",
    "workload:shop/web → node:n9:10250 1",
  ]);
});

test("what stays in a container comes from loopback; a neighbour in its pod is named", () => {
  const inside = { peer: "127.0.0.1", localAddresses: ["127.0.0.1"], port: 6379 };
  const probe = flow("db", { ...inside, actor: "probe" });
  const served = flow("db", { ...inside, direction: "inbound" });
  const names = ["db", joinOf("side", { pod: "db-1" })];
  assert.deepEqual(edgesOf({ facts: [probe, served], names }).map(line), [
    "loopback:loopback → workload:shop/db:6379 1",
  ]);
  const own = { ...inside, peer: "10.0.0.2", localAddresses: ["10.0.0.2"] };
  const byAddress = [flow("db", own), flow("db", { ...own, direction: "inbound" })];
  assert.deepEqual(edgesOf({ facts: byAddress, names }).map(line), [
    "loopback:loopback → workload:shop/db:6379 1",
  ]);
  const side = flow("side", inside);
  assert.deepEqual(edgesOf({ facts: [side, served], names }).map(line), [
    "workload:shop/side → workload:shop/db:6379 1",
  ]);
  assert.deepEqual(edgesOf({ facts: [side], names }).map(line), [
    "workload:shop/side → loopback:loopback:6379 1",
  ]);
});

test("host processes are their node; those in a network of their own are an address", () => {
  const facts = [
    flow("host:n1", { peer: "10.0.0.2", localAddresses: ["10.0.0.254"] }),
    flow("host:n1%42", { peer: "10.0.0.2", localAddresses: ["203.0.113.5"] }),
    server({ peer: "203.0.113.5", connectionCount: 7 }),
    server({ peer: "10.0.0.254" }),
  ];
  assert.deepEqual(edgesOf({ facts, names: ["db"] }).map(line), [
    "internet:203.0.113.5 → workload:shop/db:5432 7",
    "node:n1 → workload:shop/db:5432 2",
  ]);
});

test("a direction that nobody saw is said, and the bucket of a fold stays others", () => {
  const facts = [
    flow("web", { direction: "unknown", port: 0 }),
    flow("web", { peer: "*", port: 443, connectionCount: 500 }),
  ];
  const edges = edgesOf({ facts, names: ["web"] });
  assert.deepEqual(edges.map(line), [
    "workload:shop/web → private:10.0.0.2:0 1",
    "workload:shop/web → others:others:443 500",
  ]);
  assert.deepEqual(
    edges.map(({ directionKnown }) => directionKnown),
    [false, true],
  );
});

test("beyond the bound the busiest far ends stay, and nothing is lost of the rest", () => {
  const facts = Array.from({ length: 300 }, (_, at) =>
    flow("web", {
      direction: "inbound",
      peer: `203.0.${at >> 8}.${at & 255}`,
      port: 8080,
      connectionCount: at + 1,
    }),
  );
  const edges = edgesOf({ facts: [...facts, flow("web", {}), server()], names: ["web", "db"] });
  const inward = edges.filter(({ to }) => to.name === "shop/web");
  const rest = inward.find(({ from }) => from.kind === "others");
  assert.equal(inward.length, 65);
  assert.equal(rest?.from.name, "others (internet)");
  assert.equal(rest?.port, 8080);
  const total = inward.reduce((sum, one) => sum + one.connectionCount, 0);
  assert.equal(total, (300 * 301) / 2);
});

test("law: no order of facts changes an edge", () => {
  const facts = [
    flow("web", {}),
    server(),
    server({ actor: "probe", peer: "127.0.0.1", localAddresses: ["127.0.0.1"] }),
    flow("db", { peer: "127.0.0.1", localAddresses: ["127.0.0.1"] }),
    flow("web", { peer: "203.0.113.9", hostNames: ["b.example"] }),
    flow("web", { peer: "203.0.113.9", hostNames: ["a.example"], actor: "operator" }),
    listen("db", 5432),
  ];
  const names = ["web", "db"];
  const expected = JSON.stringify(edgesOf({ facts, names }));
  fc.assert(
    fc.property(fc.func(fc.double()), (order) => {
      const shuffled = [...facts].sort((a, b) => order(a) - order(b));
      assert.equal(JSON.stringify(edgesOf({ facts: shuffled, names })), expected);
    }),
    { numRuns: 50 },
  );
});

test("ids are of the ends and the port alone", () => {
  const [edge] = edgesOf({ facts: [flow("web", {}), server()], names: ["web", "db"] });
  const later = { firstSeenUs: 1_800_000_000_000_000, lastSeenUs: 1_800_000_000_000_001 };
  const facts = [
    flow("web", { ...later, peer: "10.0.0.77", localAddresses: ["10.0.0.76"] }),
    server({ ...later, peer: "10.0.0.76", localAddresses: ["10.0.0.77"], connectionCount: 9 }),
  ];
  const [again] = edgesOf({ facts, names: ["web", "db"] });
  assert.equal(again?.id, edge?.id);
});

test("the parts: own addresses, narrow names first, ends of one thing", () => {
  assert.ok(isWithin("127.0.0.9", []) && isWithin("10.0.0.1", ["10.0.0.1"]));
  assert.ok(!isWithin("10.0.0.1", ["10.0.0.2"]) && !isWithin("*", []));
  const names = readNames(
    new Map([
      ["10.0.0.0/8", "wide"],
      ["10.1.0.0/16", "narrow"],
      ["x", "y"],
    ]),
  );
  assert.deepEqual(
    names.map(([, name]) => name),
    ["narrow", "wide"],
  );
  const end = endOfAddress("10.1.2.3", { configured: names, hostNames: ["h"] });
  assert.equal(end.name, "narrow");
  assert.equal(endKey(end), endKey({ ...end, name: "other", namedBy: "argument" }));
  assert.equal(endOfContainer("host:n", new Map(), "container").kind, "node");
  const ends = {
    from: end,
    to: others(end),
    directionKnown: true,
    protocol: "tcp",
    port: 1,
  } as const;
  const [a, b] = [createEdgeTally(ends), createEdgeTally(ends)];
  joinTallies(a, b);
  assert.equal(edgeKey(a), edgeKey(b));
  assert.equal(boundEdges([a]).length, 1);
  const book = new AddressBook(new FactSet());
  const scene = {
    book,
    containers: new Map(),
    cluster: createClusterView(),
    nameEnd: ({ address }: { readonly address: string }): FlowEnd =>
      endOfAddress(address, { configured: [], hostNames: [] }),
  };
  assert.equal(findLoopback(flow("web", {}), scene), undefined);
  assert.equal(viewOf(flow("web", {}), scene)?.side, "from");
});

test("a port of a service is the port that it leads to: one edge, to who listens", () => {
  const owner: AddressOwner = {
    kind: "service",
    ...{ namespace: "shop", name: "db", pods: [{ namespace: "shop", pod: "db-1" }] },
  };
  const targetPort = (_: string, port: number) => (port === 80 ? 5432 : 0);
  const cluster = { ...clusterWith({ "10.96.0.7": owner }), targetPort };
  const side = joinOf("side", { pod: "db-1", workload: "db" });
  const facts = [flow("web", { peer: "10.96.0.7", port: 80 }), server(), listen("side", 9901)];
  const edges = edgesOf({ facts, names: ["web", "db", side], cluster });
  assert.deepEqual(edges.map(line), ["workload:shop/web → workload:shop/db:5432 2"]);
  assert.deepEqual(edges[0]?.seenBy, ["from", "to"]);
});
