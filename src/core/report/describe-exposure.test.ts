/** Tests what is said of who reaches a workload. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedOrigins, observedOrigins } from "../judge/context/workload-context.ts";
import {
  describeAllowed,
  describeDistance,
  describeObserved,
  describePath,
} from "./describe-exposure.ts";

test("each origin is a whole sentence; never seen is not isolated, unknown is not no", () => {
  for (const said of [
    ...observedOrigins.map(describeObserved),
    ...allowedOrigins.map(describeAllowed),
  ]) {
    assert.match(said, /^(?:No|Connections|The cluster's) .*[a-z)]\.$/);
  }
  assert.equal(describeObserved("never"), "No connection to it was seen.");
  assert.equal(describeAllowed("unknown"), "No objects of the cluster tell who may connect to it.");
});

test("a chain of connections to what is not exposed is not called a way from the internet", () => {
  const exposure = { observed: "other-namespace", allowed: "unknown", because: "" } as const;
  const say = (exposed: "yes" | "no" | "unknown", hopCount: number | null) =>
    describeDistance({ ...exposure, exposed, hopCount }).join(" ");
  assert.equal(say("yes", 2), "The internet leads to it through 2 other workloads.");
  assert.equal(say("yes", 0), "The internet leads to it directly.");
  assert.match(say("no", 1), /^Whoever takes over the 1 other workload between could reach it/);
  assert.match(say("unknown", 2), /^Whoever takes over the 2 other workloads between/);
  assert.equal(say("no", null), "");
});

test("the first hop of a path has no port", () => {
  const hop = { workload: null, by: "observed", flow: "" } as const;
  const hops = [
    { ...hop, name: "internet", port: 0, by: "entry" as const },
    { ...hop, name: "shop/web", port: 8080 },
  ];
  assert.equal(describePath({ basis: "observed", hops }), "internet → shop/web :8080");
});
