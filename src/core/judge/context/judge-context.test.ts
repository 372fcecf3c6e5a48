/** Tests contexts from facts: flows, listening ports and objects of a small node, end to end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { networkFacts, noCluster, sampleJudged } from "../../../testing/sample-context.ts";
import { minuteUs, sampleStartUs } from "../../../testing/sample-facts.ts";
import { sampleImage } from "../../../testing/sample-judgement.ts";
import { hostKey, networkKey } from "../../observe/container-key.ts";
import type { Fact, FlowFact, ListenFact } from "../../observe/fact.ts";
import { EvidenceBook } from "../evidence-book.ts";
import { attachContexts, judgeContext } from "./judge-context.ts";
import { listNetworkedHosts, listPorts } from "./list-sockets.ts";

const front = sampleJudged("web/front", {}, { container: "f".repeat(31) });
const api = sampleJudged("shop/api", {}, { container: "a".repeat(31) });
const frontKey = front.join.container.container;
const apiKey = api.join.container.container;

function flow(given: Partial<FlowFact>): FlowFact {
  return {
    ...{ kind: "flow", container: "", direction: "inbound", protocol: "tcp", peer: "", port: 0 },
    ...{ actor: "service", localAddresses: [], connectionCount: 3, failedCount: 0 },
    ...{ sentBytes: 10, receivedBytes: 10, sendsSeen: true, receivesSeen: true },
    ...{ firstSeenUs: sampleStartUs, lastSeenUs: sampleStartUs + minuteUs },
    ...{ binaries: [], hostNames: [], citations: [] },
    ...given,
  };
}

function listen(container: string, port: number, binary: string): ListenFact {
  const seen = { firstSeenUs: sampleStartUs, lastSeenUs: sampleStartUs };
  const plain = { kind: "listen", protocol: "tcp", address: "0.0.0.0", citations: [] } as const;
  return { ...plain, container, port, ...seen, binaries: [binary] };
}

const own = { front: ["10.1.0.2"], api: ["10.1.0.3"] };
const told: readonly Fact[] = [
  front.join.container,
  api.join.container,
  listen(frontKey, 80, "/usr/sbin/nginx"),
  listen(apiKey, 3000, "/usr/bin/node"),
  listen(hostKey("node-1"), 22, "/usr/sbin/sshd"),
  flow({ container: frontKey, peer: "203.0.113.9", port: 80, localAddresses: own.front }),
  flow({
    container: hostKey("node-1"),
    peer: "203.0.113.9",
    port: 22,
    localAddresses: ["10.0.0.1"],
  }),
  flow({
    ...{ container: frontKey, direction: "outbound", peer: "10.1.0.3", port: 3000 },
    localAddresses: own.front,
  }),
  flow({ container: apiKey, peer: "10.1.0.2", port: 3000, localAddresses: own.api }),
];

function contextOf(facts: readonly Fact[]) {
  const set = networkFacts();
  for (const fact of facts) set.add(fact);
  return judgeContext({
    facts: set,
    containers: [front, api],
    cluster: noCluster,
    pins: { addressNames: new Map(), roles: new Map() },
    evidence: new EvidenceBook(["events.jsonl"]),
  });
}

test("flows of containers and of the node become exposure, roles and reach of each", () => {
  const { workloads, flows } = contextOf(told);
  const said = workloads.map(({ workload, exposure, roles }) => [
    ...[workload.name, exposure.exposed, exposure.observed, exposure.hopCount],
    roles[0]?.role,
  ]);
  assert.deepEqual(said, [
    ["node-1", "yes", "internet", 0, "admin-tool"],
    ["api", "yes", "other-namespace", 1, "api"],
    ["front", "yes", "internet", 0, "web-server"],
  ]);
  const ids = new Set(flows.map(({ id }) => id));
  const hops = workloads.flatMap(({ exposure }) => exposure.paths.flatMap((path) => path.hops));
  assert.ok(hops.filter(({ by }) => by === "observed").every(({ flow: id }) => ids.has(id)));
  assert.deepEqual(
    workloads.find(({ workload }) => workload.name === "front")?.reach.workloads[0]?.ports,
    [3000],
  );
});

test("facts in any order give the same contexts", () => {
  assert.deepEqual(contextOf([...told].reverse()).workloads, contextOf(told).workloads);
});

test("each image gets the context of its workload, one that nobody ran none", () => {
  const { workloads } = contextOf(told);
  const images = [front.join.workload, { ...front.join.workload, name: "other" }].map((workload) =>
    sampleImage({ workload }),
  );
  const [known, unknown] = attachContexts(images, workloads);
  assert.equal(known?.context?.exposure.exposed, "yes");
  assert.equal(unknown?.context, undefined);
});

test("nodes are workloads, networks of their own are not; ports carry proof", () => {
  const facts = networkFacts();
  for (const fact of told) facts.add(fact);
  facts.add(listen(networkKey("node-1", 4026), 443, "/usr/bin/curl"));
  const hosts = listNetworkedHosts(facts);
  assert.deepEqual(
    [...hosts.values()].map(({ kind, name }) => [kind, name]),
    [["Host", "node-1"]],
  );
  const evidence = new EvidenceBook([]);
  const [port] = listPorts(facts, evidence)(apiKey);
  assert.equal(port?.port, 3000);
  assert.match(evidence.all()[port?.evidence[0] ?? ""]?.shows ?? "", /port 3000/);
});
