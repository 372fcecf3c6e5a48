/** Tests from how far objects let connections arrive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ClusterSketch,
  noCluster,
  sampleCluster,
  sampleJudged,
  samplePort,
  sampleScene,
} from "../../../testing/sample-context.ts";
import { createAllowed, isLoopback, portsToAsk } from "./judge-allowed.ts";

const pods = { "shop/api-1": {}, "web/front-1": {} };
const containers = [sampleJudged("shop/api"), sampleJudged("web/front")];
const ports = { "shop/api": [samplePort(3000, "/usr/bin/node")] };

function sceneOf(sketch: ClusterSketch) {
  return sampleScene({ containers, ports, cluster: sampleCluster({ pods, ...sketch }) });
}

function allowed(sketch: ClusterSketch) {
  const scene = sceneOf(sketch);
  const place = scene.places.find(({ workload }) => workload.name === "api");
  assert.ok(place);
  return createAllowed(scene)(place);
}

test("without objects, and for pods that they do not hold, it is unknown", () => {
  const scene = sampleScene({ containers, ports, cluster: noCluster });
  for (const place of scene.places) assert.equal(createAllowed(scene)(place).origin, "unknown");
  assert.equal(allowed({ pods: { "web/front-1": {} } }).origin, "unknown");
});

test("objects without policies tell what is published and nothing else", () => {
  const given = { hasPolicies: false };
  assert.equal(allowed({ given }).origin, "unknown");
  assert.equal(allowed({ given, entries: { "shop/api-1": [{}] } }).origin, "internet");
});

test("a policy that is not understood closes nothing and opens nothing", () => {
  const given = { canReach: () => ({ allowed: undefined, policies: ["Strange a/b"] }) };
  const told = allowed({ given });
  assert.deepEqual([told.origin, told.isClosedOutside], ["unknown", false]);
  const entries = { "shop/api-1": [{ port: 3000 }] };
  assert.equal(
    allowed({ given, entries }).origin,
    "internet",
    "published, and not known to be denied",
  );
});

test("policies that deny the outside are named, in IPv6 as in IPv4", () => {
  const denies = (from: string) => (from.includes("/") ? undefined : "NetworkPolicy shop/in");
  const told = allowed({ denies });
  assert.deepEqual(
    [told.origin, told.narrowedBy, told.isClosedOutside],
    ["other-namespace", ["NetworkPolicy shop/in"], true],
  );
  const six = allowed({ denies: (from) => (from.includes(":") ? undefined : denies(from)) });
  assert.equal(six.isClosedOutside, false, "a way in by IPv6 is a way in");
});

test("ways from the internet come first, and only those of its own ports", () => {
  const pair = [
    sampleJudged("shop/api/api", {}, { pod: "api-1" }),
    sampleJudged("shop/api/side", {}, { pod: "api-1" }),
  ];
  const entries = {
    "shop/api-1": [
      { from: "outside-cluster" as const, kind: "NodePort", port: 3000 },
      { port: 3000 },
      { port: 9999 },
    ],
  };
  const both = { "shop/api/api": ports["shop/api"], "shop/api/side": [samplePort(9999, "/side")] };
  const cluster = sampleCluster({ pods, entries });
  const scene = sampleScene({ containers: pair, ports: both, cluster });
  const [api, side] = scene.places.map(createAllowed(scene));
  assert.deepEqual(
    api?.ways.map(({ entry }) => [entry.kind, entry.port]),
    [
      ["LoadBalancer", 3000],
      ["NodePort", 3000],
    ],
  );
  assert.deepEqual(
    side?.ways.map(({ entry }) => entry.port),
    [9999],
  );
});

test("what is asked for is what it listens on, declares and publishes, else any port", () => {
  const [api, front] = sceneOf({}).places;
  assert.ok(api && front);
  assert.deepEqual(portsToAsk(api), [{ port: 3000, protocol: "tcp" }]);
  assert.deepEqual(portsToAsk(front), [{ port: 0, protocol: "tcp" }]);
  assert.deepEqual(["127.0.0.1", "127.1.2.3", "::1", "::", "0.0.0.0", ""].map(isLoopback), [
    ...[true, true, true],
    ...[false, false, false],
  ]);
});

test("a policy that lets in a part of the internet narrows a way, and does not close it", () => {
  const denies = (from: string) =>
    from.includes("/") || from === "8.8.8.1" ? undefined : "NetworkPolicy shop/in";
  const entries = { "shop/api-1": [{ port: 3000 }] };
  const given = { policyAddresses: ["8.8.8.1", "10.99.0.1"] };
  const told = allowed({ denies, entries, given });
  assert.deepEqual([told.ways[0]?.isDenied, told.ways[0]?.isOpen], [false, false]);
  assert.equal(told.isClosedOutside, false);
  const none = allowed({ denies, entries, given: { policyAddresses: ["9.9.9.9"] } });
  assert.deepEqual([none.ways[0]?.isDenied, none.isClosedOutside], [true, true]);
  const office = (from: string) => (from === "10.99.0.1" ? undefined : denies(from));
  assert.equal(allowed({ denies: office, given }).isClosedOutside, false, "nor one beside it");
});

test("networks that nobody should come from may be denied: the internet is more than those", () => {
  const bogons = (from: string) =>
    /^(?:10|172|192|198|203|2001|fd77)[.:]/.test(from) ? "NetworkPolicy shop/in" : undefined;
  const entries = { "shop/api-1": [{ port: 3000 }] };
  assert.equal(allowed({ denies: bogons, entries }).ways[0]?.isOpen, true);
});
