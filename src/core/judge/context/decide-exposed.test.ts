/** Tests when yes, no and unknown are said, and the sentences that say why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleEdge,
  sampleHost,
  sampleJudged,
  samplePort,
  sampleScene,
} from "../../../testing/sample-context.ts";
import { decideExposed } from "./decide-exposed.ts";
import { describeDisagreement } from "./describe-disagreement.ts";
import type { Inquiry } from "./inquiry.ts";
import type { Allowed, AllowedWay } from "./judge-allowed.ts";
import type { Sight } from "./judge-sight.ts";
import { unknownExposure } from "./unknown-exposure.ts";

const view = { namespace: "shop", pod: "api-1" } as Inquiry["place"]["views"][number];

function inquiry(given: {
  readonly allowed?: Partial<Allowed>;
  readonly sight?: Partial<Sight>;
  readonly hasObjects?: boolean;
}): Inquiry {
  const ports = { "shop/api": [samplePort(3000, "/usr/bin/node")] };
  const [place] = sampleScene({ containers: [sampleJudged("shop/api")], ports }).places;
  assert.ok(place);
  const hasObjects = given.hasObjects ?? true;
  const origin = hasObjects ? ("other-namespace" as const) : ("unknown" as const);
  return {
    place: { ...place, views: hasObjects ? [view] : [] },
    arrivals: [],
    allowed: {
      origin,
      ways: [],
      narrowedBy: [],
      isClosedOutside: false,
      tellsPublished: true,
      tellsRoutes: true,
      ...given.allowed,
    },
    sight: {
      ...{ seesArrivals: true, seesListening: true, isWhole: true, observedUs: 3600e6, limits: [] },
      ...given.sight,
    },
  };
}

const open: AllowedWay = {
  entry: { from: "internet", kind: "LoadBalancer", via: ["Service a/b"], port: 80, narrowedBy: "" },
  isDenied: false,
  isOpen: true,
};

test("no needs sensors that could see, or policies that close the outside", () => {
  assert.equal(decideExposed(inquiry({})).exposed, "no");
  const blind = { seesArrivals: false };
  assert.equal(decideExposed(inquiry({ sight: blind })).exposed, "unknown");
  const closed = { isClosedOutside: true, narrowedBy: ["NetworkPolicy a/b"] };
  const told = decideExposed(inquiry({ sight: blind, allowed: closed }));
  assert.equal(told.exposed, "no");
  assert.match(told.because, /NetworkPolicy a\/b.*denies/);
});

test("without objects an hour of silence is not enough, a day is, and a loss spoils it", () => {
  const of = (sight: Partial<Sight>) =>
    decideExposed(inquiry({ hasObjects: false, sight })).exposed;
  assert.equal(of({}), "unknown");
  assert.equal(of({ observedUs: 25 * 3600e6 }), "no");
  assert.equal(of({ observedUs: 25 * 3600e6, isWhole: false }), "unknown");
  assert.equal(of({ observedUs: 25 * 3600e6, seesListening: false }), "unknown");
});

test("what is published is exposed whatever sensors saw", () => {
  const told = decideExposed(
    inquiry({ allowed: { ways: [open] }, sight: { seesArrivals: false } }),
  );
  assert.equal(told.exposed, "yes");
  assert.match(
    told.because,
    /published to the internet by "Service a\/b" \(LoadBalancer, port 80\)/,
  );
});

test("published and never seen is only said when it could have been seen", () => {
  const allowed = { origin: "internet" as const, ways: [open] };
  const said = describeDisagreement(inquiry({ allowed }), "never");
  assert.match(said, /"Service a\/b" publishes it to the internet, but nobody was seen/);
  const sight = { seesArrivals: false };
  assert.equal(describeDisagreement(inquiry({ allowed, sight }), "never"), "");
  assert.equal(describeDisagreement(inquiry({ hasObjects: false }), "internet"), "");
});

test("of what nobody saw to run nothing is said", () => {
  assert.deepEqual(unknownExposure("not seen").exposed, "unknown");
});

test("published beside the cluster is neither yes nor no, nor called unpublished", () => {
  const entry = { ...open.entry, from: "outside-cluster", kind: "NodePort" } as const;
  const told = (given: Partial<AllowedWay["entry"]>, isDenied = false) =>
    decideExposed(
      inquiry({ allowed: { ways: [{ entry: { ...entry, ...given }, isDenied, isOpen: false }] } }),
    );
  assert.equal(told({}).exposed, "unknown");
  assert.match(told({}).because, /"Service a\/b" \(NodePort, port 80\).*internet.*unknown/);
  assert.equal(told({ narrowedBy: "internal load balancer" }).exposed, "no");
  assert.match(told({ narrowedBy: "internal load balancer" }).because, /"internal load balancer"/);
  assert.equal(told({}, true).exposed, "no");
  for (const one of [told({}, true), told({ narrowedBy: "x" })]) {
    assert.doesNotMatch(one.because, /no object publishes/i);
  }
});

test("a pod in the node's network is open where it listens, and only there", () => {
  const entry = { ...open.entry, from: "outside-cluster", kind: "HostNetwork", port: 0 } as const;
  const ways = [{ entry, isDenied: false, isOpen: false }];
  const listening = inquiry({ allowed: { ways } });
  assert.equal(decideExposed(listening).exposed, "unknown");
  const silent = { ...listening, place: { ...listening.place, ports: [] } };
  assert.equal(decideExposed(silent).exposed, "no");
  const blind = { ...silent, sight: { ...silent.sight, seesListening: false } };
  assert.equal(decideExposed(blind).exposed, "unknown");
});

test("objects without services do not say that nothing publishes it", () => {
  const told = decideExposed(inquiry({ allowed: { tellsPublished: false } }));
  assert.equal(told.exposed, "unknown");
  assert.match(told.limits.join(), /no services are among the objects/);
  const routes = decideExposed(inquiry({ allowed: { tellsRoutes: false } }));
  assert.equal(routes.exposed, "no");
  assert.match(routes.limits.join(), /no ingress/);
});

test("published and never seen is not said where a node's address may hide who came", () => {
  const edge = sampleEdge(sampleHost(), "shop/api", 80);
  const arrival = (port: number): Inquiry["arrivals"][number] => ({
    link: { edge: { ...edge, port }, from: undefined, to: undefined },
    origin: "node",
    way: undefined,
  });
  const allowed = { origin: "internet" as const, ways: [open] };
  const said = (port: number) =>
    describeDisagreement({ ...inquiry({ allowed }), arrivals: [arrival(port)] }, "never");
  assert.equal(said(80), "");
  assert.match(said(81), /nobody was seen/);
});
