/** Tests how far the internet gets, and the paths that show it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleEdge,
  sampleHost,
  sampleJudged,
  samplePort,
  sampleScene,
} from "../../../testing/sample-context.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import type { Link, Place } from "./context-scene.ts";
import { isStep, mayPassOn, passesOn, walk } from "./exposure-graph.ts";
import { listPaths } from "./exposure-paths.ts";
import type { RoleName, RoleVerdict } from "./workload-context.ts";

const names = ["a/one", "a/two", "a/three", "a/four"];

function sceneOf(edges: readonly FlowEdge[]) {
  const containers = names.map((name) => sampleJudged(name));
  return sampleScene({ containers, edges, ports: { host: [samplePort(22, "/usr/sbin/sshd")] } });
}

function named(places: readonly Place[], name: string): Place {
  const found = places.find(({ workload }) => workload.name === name);
  assert.ok(found, name);
  return found;
}

test("the walk takes the shortest way, ends in loops, and counts workloads between", () => {
  const scene = sceneOf([
    sampleEdge("a/one", "a/two", 1),
    sampleEdge("a/two", "a/three", 2),
    sampleEdge("a/three", "a/four", 3),
    sampleEdge("a/one", "a/three", 4),
    sampleEdge("a/four", "a/one", 5),
  ]);
  const steps = walk([named(scene.places, "one")], scene, isStep);
  const counts = [...steps].map(([{ workload }, { hopCount }]) => [workload.name, hopCount]);
  assert.deepEqual(Object.fromEntries(counts), { one: 0, two: 1, three: 1, four: 2 });
});

test("operators, failed attempts, unknown directions and kubelets are no steps", () => {
  for (const edge of [
    sampleEdge("a/one", "a/two", 1, { actors: ["operator"] }),
    sampleEdge("a/one", "a/two", 1, { actors: ["probe"] }),
    sampleEdge("a/one", "a/two", 1, { connectionCount: 0 }),
    sampleEdge("a/one", "a/two", 1, { directionKnown: false }),
    sampleEdge(sampleHost(), "a/two", 1, { binaries: ["/usr/bin/kubelet"] }),
    sampleEdge("a/one", "a/one", 1),
    sampleEdge("a/one", "internet 203.0.113.9", 1),
  ]) {
    const [link] = sceneOf([edge]).links;
    assert.ok(link && !isStep(link), edge.id);
  }
  const proxied = sampleEdge(sampleHost(), "a/two", 1, { binaries: ["/usr/sbin/haproxy"] });
  const [link] = sceneOf([proxied]).links;
  assert.ok(link && isStep(link));
});

function roles(...told: readonly (readonly [RoleName, RoleVerdict["confidence"]])[]) {
  return () =>
    told.map(([role, confidence]): RoleVerdict => {
      return { role, confidence, because: [], evidence: [] };
    });
}

test("a proxy passes all on, a web server no questions to a store, a name alone nothing", () => {
  const linkTo = (port: number): Link => {
    const [link] = sceneOf([sampleEdge("a/one", "a/two", port)]).links;
    assert.ok(link);
    return link;
  };
  assert.equal(passesOn(linkTo(5432), roles(["proxy", "high"])), true);
  assert.equal(passesOn(linkTo(3000), roles(["web-server", "medium"])), true);
  assert.equal(passesOn(linkTo(5432), roles(["web-server", "high"], ["proxy", "high"])), false);
  assert.equal(passesOn(linkTo(3000), roles(["proxy", "low"])), false);
  assert.equal(passesOn(linkTo(3000), roles(["api", "high"])), false);
  assert.equal(passesOn(linkTo(3000), roles(["proxy", "pinned"])), true);
  const [unseen] = sceneOf([sampleEdge("x/unseen", "a/two", 3000)]).links;
  assert.ok(unseen);
  assert.equal(passesOn(unseen, roles()), false);
  assert.equal(mayPassOn(unseen, roles()), true);
  assert.equal(mayPassOn(unseen, roles(["proxy", "low"])), true);
  assert.equal(mayPassOn(unseen, roles(["monitoring", "low"])), false);
  assert.equal(mayPassOn(linkTo(3000), roles()), false, "what was watched has told what it is");
});

test("a path tells each hop with its port and flow; many clients are one path", () => {
  const edges = [
    sampleEdge("internet 203.0.113.9", "a/one", 80),
    sampleEdge("internet 203.0.113.8", "a/one", 80),
    sampleEdge("a/one", "a/two", 3000),
  ];
  const scene = sceneOf(edges);
  const [one, two] = [named(scene.places, "one"), named(scene.places, "two")];
  const arrivals = scene
    .linksInto(one)
    .map((link) => ({ link, origin: "internet" as const, way: undefined }));
  const entryOf = (place: Place) => ({ arrivals: place === one ? arrivals : [], ways: [] });
  const step = walk([one], scene, isStep).get(two);
  const about = { observed: "internet" as const, ways: [], entryOf };
  const direct = listPaths({ ...about, place: one, arrivals, step: undefined });
  assert.equal(direct.length, 1);
  const [through] = listPaths({ ...about, place: two, arrivals: [], step });
  assert.deepEqual(
    through?.hops.map(({ name, port, by, flow }) => [name, port, by, flow]),
    [
      ["internet", 0, "entry", ""],
      ["a/one", 80, "observed", edges[0]?.id],
      ["a/two", 3000, "observed", edges[2]?.id],
    ],
  );
});

test("at most four paths, each of bounded length", () => {
  const long = Array.from({ length: 40 }, (_, at) => `a/n${at}`);
  const edges = long.slice(1).map((name, at) => sampleEdge(long[at] ?? "", name, 80));
  const scene = sampleScene({ containers: long.map((name) => sampleJudged(name)), edges });
  const start = named(scene.places, "n0");
  const last = named(scene.places, "n39");
  const step = walk([start], scene, isStep).get(last);
  assert.equal(step?.hopCount, 39);
  const many = Array.from({ length: 9 }, (_, at) => {
    const entry = {
      from: "internet",
      kind: "NodePort",
      via: [`Service a/s${at}`],
      port: 80,
    } as const;
    return { entry: { ...entry, narrowedBy: "" }, isDenied: false, isOpen: true };
  });
  const entryOf = () => ({ arrivals: [], ways: many });
  const parts = { place: last, observed: "never" as const, arrivals: [], step, entryOf };
  const paths = listPaths({ ...parts, ways: many });
  assert.equal(paths.length, 4);
  assert.ok(paths.every(({ hops }) => hops.length <= 16));
});
