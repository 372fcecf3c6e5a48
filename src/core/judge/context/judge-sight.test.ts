/** Tests what sensors could see of connections that arrive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  networkFacts,
  sampleHost,
  sampleJudged,
  samplePort,
  sampleScene,
} from "../../../testing/sample-context.ts";
import { sampleLoss } from "../../../testing/sample-facts.ts";
import { FactSet } from "../../observe/fact-set.ts";
import { judgeSight } from "./judge-sight.ts";

function sightOf(facts: FactSet, ...containers: ReturnType<typeof sampleJudged>[]) {
  const [place] = sampleScene({ containers }).places;
  assert.ok(place);
  return judgeSight(place, facts);
}

const api = sampleJudged("shop/api");

test("with a network sensor from the start, all of it was seen", () => {
  const { seesArrivals, seesListening, isWhole, limits } = sightOf(networkFacts(), api);
  assert.deepEqual([seesArrivals, seesListening, isWhole, limits], [true, true, true, []]);
});

test("without one, or on another node, nothing was", () => {
  assert.equal(sightOf(new FactSet(), api).seesArrivals, false);
  const far = sampleJudged("shop/api", {}, { node: "node-9" });
  assert.equal(sightOf(networkFacts(), far).seesArrivals, false);
});

test("return probes that fell silent leave arrivals to be seen by their bytes", () => {
  const facts = networkFacts();
  const detail = "attach=7 retkprobes";
  facts.add(sampleLoss({ reason: "missed-probes-of-tcp", count: 740, detail }));
  const sight = sightOf(facts, api);
  assert.deepEqual([sight.seesArrivals, sight.isWhole], [true, false]);
  assert.match(sight.limits.join(), /740 calls missed/);
});

test("one replica that ran before the sensors makes the watch less than whole", () => {
  const late = sampleJudged("shop/api", {}, { container: "late", fromStart: false });
  assert.equal(sightOf(networkFacts(), api, late).isWhole, false);
});

test("a host is watched as its node, and a workload that nobody watched not at all", () => {
  const ports = { host: [samplePort(22, "/usr/sbin/sshd")] };
  const [host] = sampleScene({ containers: [], ports }).places;
  assert.deepEqual(host?.workload, sampleHost());
  assert.ok(host);
  const sight = judgeSight(host, networkFacts());
  assert.deepEqual([sight.seesArrivals, sight.isWhole], [true, false]);
  const unwatched = judgeSight({ ...host, isHost: false }, networkFacts());
  assert.equal(unwatched.seesArrivals, false);
  assert.match(unwatched.limits.join(), /none of its containers/);
});
