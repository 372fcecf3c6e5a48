/** Tests the whole judgement of places: order of input, bounds, size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseWorkload,
  sampleCluster,
  sampleContexts,
  sampleEdge,
  sampleJudged,
  samplePort,
} from "../../../testing/sample-context.ts";

function largeShop(workloadCount: number, edgeCount: number) {
  const names = Array.from({ length: workloadCount }, (_, at) => `ns-${at % 40}/app-${at}`);
  const containers = names.map((name) => sampleJudged(name));
  const programs = ["/usr/sbin/nginx", "/usr/bin/node", "/usr/bin/redis-server"];
  const ports = Object.fromEntries(
    names.map((name, at) => [name, [samplePort(8000 + (at % 50), programs[at % 3] ?? "")]]),
  );
  const edges = Array.from({ length: edgeCount }, (_, at) => {
    const from = names[(at * 7) % workloadCount] ?? "";
    const to = (at * 13 + Math.floor(at / workloadCount) + 1) % workloadCount;
    const port = 8000 + (to % 50);
    const source = at % 100 === 0 ? `internet 203.0.113.${at % 250}` : from;
    return sampleEdge(source, names[to] ?? "", port, { id: `f${at}` });
  });
  const pods = Object.fromEntries(
    names.map((name) => {
      const { namespace, name: pod } = parseWorkload(name);
      return [`${namespace}/${pod}-1`, {}];
    }),
  );
  const denies = (_from: string, to: string) =>
    to.startsWith("ns-7/") ? "NetworkPolicy ns-7/closed" : undefined;
  return { containers, edges, ports, cluster: sampleCluster({ pods, denies }) };
}

test("the order of containers and flows changes nothing", () => {
  const shop = largeShop(30, 200);
  const turned = {
    ...shop,
    containers: [...shop.containers].reverse(),
    edges: shop.edges.toSorted((a, b) => (a.id < b.id ? 1 : -1)),
  };
  const stable = (sketch: typeof shop) => {
    const edges = sketch.edges.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const { workloads, contradictions } = sampleContexts({ ...sketch, edges });
    return JSON.stringify({ workloads, contradictions });
  };
  assert.equal(stable(turned), stable(shop));
});

test("500 workloads with 5,000 flows stay within their bounds", () => {
  const { workloads, contradictions } = sampleContexts(largeShop(500, 5000));
  assert.equal(workloads.length, 500);
  for (const { exposure, reach, roles } of workloads) {
    assert.ok(exposure.paths.length <= 4);
    assert.ok(exposure.paths.every(({ hops }) => hops.length <= 16));
    assert.ok(reach.workloads.length <= 50);
    assert.ok(exposure.evidence.length <= 6);
    assert.ok(roles.every(({ because }) => because.length <= 4));
  }
  assert.ok(workloads.some(({ exposure }) => exposure.exposed === "yes"));
  assert.ok(contradictions.length > 0 && contradictions.length <= 2000);
});
