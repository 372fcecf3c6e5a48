/** Tests from where one connection arrives, by who opened it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleCluster,
  sampleEdge,
  sampleHost,
  sampleJudged,
  samplePort,
  sampleScene,
} from "../../../testing/sample-context.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import { createAllowed } from "./judge-allowed.ts";
import { farthest, listArrivals } from "./judge-arrivals.ts";

const pods = { "shop/api-1": {}, "shop/fellow-1": {}, "web/front-1": {} };

function originsOf(
  edges: readonly FlowEdge[],
  port = 0,
  from: "internet" | "outside-cluster" = "internet",
) {
  const entries = port === 0 ? {} : { "shop/api-1": [{ port, from }] };
  const cluster = sampleCluster({ pods, entries });
  const containers = ["shop/api", "shop/fellow", "web/front"].map((one) => sampleJudged(one));
  const ports = { "shop/api": [samplePort(3000, "/usr/bin/node")], host: [samplePort(22, "sshd")] };
  const scene = sampleScene({ containers, edges, ports, cluster });
  const place = scene.places.find(({ workload }) => workload.name === "api");
  assert.ok(place);
  return listArrivals(place, scene, createAllowed(scene)(place));
}

test("the kind of the end and its namespace tell the origin", () => {
  const cases = [
    ["internet 203.0.113.9", "internet"],
    ["internet 10.42.7.7", "other-namespace"],
    ["private 192.168.1.1", "outside-cluster"],
    ["private 10.42.7.7", "other-namespace"],
    ["web/front", "other-namespace"],
    ["shop/fellow", "same-namespace"],
    ["loopback 127.0.0.1", "loopback"],
    ["node 10.0.0.1", "node"],
    ["link-local fe80::1", "node"],
    ["unknown", "unclear"],
    ["others", "unclear"],
  ] as const;
  for (const [from, origin] of cases) {
    assert.equal(originsOf([sampleEdge(from, "shop/api", 3000)])[0]?.origin, origin, from);
  }
});

test("a node counts as client on published ports, but for what its processes open", () => {
  const translated = [sampleEdge("node 10.0.0.1", "shop/api", 3000)];
  assert.equal(originsOf(translated, 3000)[0]?.origin, "internet");
  assert.equal(originsOf(translated, 3000, "outside-cluster")[0]?.origin, "outside-cluster");
  assert.equal(originsOf(translated, 4000)[0]?.origin, "node");
  const probe = [sampleEdge(sampleHost(), "shop/api", 3000, { binaries: ["/usr/bin/kubelet"] })];
  assert.equal(originsOf(probe, 3000)[0]?.origin, "node");
  const proxy = [
    sampleEdge(sampleHost(), "shop/api", 3000, { binaries: ["/usr/bin/docker-proxy"] }),
  ];
  assert.equal(originsOf(proxy, 3000)[0]?.origin, "internet");
});

test("the farthest origin is kept, and none is never", () => {
  const edges = [
    sampleEdge("shop/fellow", "shop/api", 3000),
    sampleEdge("web/front", "shop/api", 3000),
  ];
  assert.equal(farthest(originsOf(edges)), "other-namespace");
  assert.equal(farthest(originsOf([sampleEdge("node 10.0.0.1", "shop/api", 3000)])), "never");
  assert.equal(farthest([]), "never");
});
