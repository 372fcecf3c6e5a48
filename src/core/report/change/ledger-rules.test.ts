/** Tests of the rules of the ledger one by one: names, scenes, words, proofs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  containerId,
  type ShopContainer,
  sampleFinding,
  shopNowUs,
  shopReport,
  shopStandings,
} from "../../../testing/sample-history.ts";
import { sampleWorkload } from "../../../testing/sample-judgement.ts";
import { compareTracked } from "./compare-tracked.ts";
import { describePackage, describeRights, sourceOf } from "./describe-evidence.ts";
import { judgeAbsent } from "./judge-absent.ts";
import { judgePresent } from "./judge-present.ts";
import { createLivingTest, createScene, imageKey, livingOf, newestImage } from "./ledger-scene.ts";
import { placeName, shortPlace } from "./place-name.ts";
import { tellReturn } from "./tell-arrival.ts";
import { tellRolled } from "./tell-rolled.ts";
import { keepAbsent, keepPresent } from "./track-finding.ts";

const place = "shop/web/web";
const rolling: readonly ShopContainer[] = [
  { id: "a", workload: "web", image: 1 },
  { id: "b", workload: "web", image: 2 },
];
const sceneOf = (containers: readonly ShopContainer[]) =>
  createScene(shopReport(containers), shopReport(containers), shopStandings(containers));
const finding = sampleFinding("web");
const scene = sceneOf(rolling);
const tracked = keepPresent(finding, { was: undefined, verdict: undefined, nowUs: 5 }, scene);

test("a place is named with its container, so that a decision covers no neighbour", () => {
  assert.equal(placeName(sampleWorkload("web")), place);
  assert.equal(placeName({ ...sampleWorkload("web"), namespace: "", container: "" }), "web");
  assert.equal(shortPlace(place), "shop/web");
  assert.equal(shortPlace("shop/web/proxy"), "shop/web/proxy");
  assert.equal(shortPlace("web"), "web");
});

test("what ended is not living, and the newest image is that of the latest start", () => {
  const ended = sceneOf([
    { id: "a", workload: "web", image: 1, standing: "ended" },
    ...rolling.slice(1),
  ]);
  assert.deepEqual(
    livingOf(ended, place).map(({ name }) => name),
    ["web-pod-b"],
  );
  assert.deepEqual(livingOf(ended, "shop/other"), []);
  assert.equal(
    newestImage(livingOf(scene, place)),
    imageKey({ reference: "", digest: `sha256:${"2".repeat(64)}` }),
  );
  assert.equal(createLivingTest(ended)(finding), false);
  assert.equal(createLivingTest(scene)(finding), true);
});

test("without standings what the report shows runs, and is called by its id", () => {
  const bare = createScene(undefined, shopReport(rolling), []);
  assert.deepEqual(
    livingOf(bare, place).map(({ name, standing }) => [name, standing]),
    rolling.map(({ id }) => [containerId(id).slice(0, 12), "running"]),
  );
});

test("images that run side by side since before are no roll-out", () => {
  assert.match(tellRolled(finding, scene), /^fixed in image/);
  const before = sceneOf([...rolling].reverse());
  assert.equal(tellRolled(finding, before), "");
  const mixed = sceneOf([...rolling, { id: "c", workload: "web", image: 1 }]);
  assert.equal(tellRolled(finding, mixed), "");
  const beside = sceneOf([{ id: "c", workload: "web", image: 2 }, ...rolling]);
  assert.equal(tellRolled(finding, beside), "");
});

test("what is tracked names the source package, and keeps when it was seen first", () => {
  assert.deepEqual(
    [tracked.state, tracked.package, tracked.version, tracked.workload, tracked.firstReportedUs],
    ["open", "openssl", "1.1.1k-1", place, 5],
  );
  const again = keepPresent(finding, { was: tracked, verdict: undefined, nowUs: 9 }, scene);
  assert.deepEqual(
    [again.state, again.firstReportedUs, again.lastReportedUs, again.changedUs],
    ["open", 5, 9, 5],
  );
  assert.equal(keepAbsent(tracked, { was: tracked, verdict: undefined, nowUs: 9 }), tracked);
  assert.equal(sourceOf(finding, scene), "openssl");
  assert.equal(sourceOf({ ...finding, upgrade: "none" }, scene), finding.package.name);
  assert.match(describePackage(finding, scene), /^libssl 1\.1\.1k-1 \(of openssl\)/);
});

test("another of its packages being used more is no other version", () => {
  const [first, second] = finding.packages;
  assert.ok(first !== undefined && second !== undefined);
  const newer = { ...second, package: { ...second.package, version: "9" } };
  const moved = { ...finding, package: newer.package, packages: [newer, first] };
  assert.deepEqual(compareTracked(tracked, moved, scene), []);
  const [part] = compareTracked(tracked, { ...moved, packages: [newer] }, scene);
  assert.deepEqual([part?.part, part?.after, part?.cause], ["version", "9", "image-changed"]);
});

test("rights that went are told as well as those that came", () => {
  const privilege = {
    privilege: "host-mount",
    detail: "/etc",
    source: "declared",
    evidence: ["e1"],
  } as const;
  const more = { ...finding, privileged: true, privileges: [privilege] };
  const less = { ...finding, privileged: false, privileges: [] };
  assert.deepEqual(describeRights(less, more), {
    because: "the workload has rights over the host: host-mount /etc (declared)",
    evidence: ["e1"],
  });
  assert.match(describeRights(more, less).because, /are gone: host-mount \/etc no longer$/);
});

test("an old image that runs again is told from a new one that has it again", () => {
  const was = { ...tracked, state: "fixed" } as const;
  assert.equal(tellReturn(was, finding, scene)[0], "workload-new");
  const image = { reference: "front:3", digest: "sha256:3" };
  assert.match(tellReturn(was, { ...finding, image }, scene)[1], /back with front:3/);
});

test("where nothing tells which package it was, only another digest is a proof", () => {
  const mended: readonly ShopContainer[] = [{ id: "b", workload: "web", image: 2 }];
  const alone = createScene(undefined, shopReport(mended), shopStandings(mended));
  const judge = (given: object) => judgeAbsent({ ...tracked, ...given }, alone, () => true);
  assert.equal(judge({})?.to, "fixed");
  assert.equal(judge({ imageDigest: `sha256:${"2".repeat(64)}` })?.to, "retracted");
  assert.deepEqual(
    [judge({ imageDigest: "" })?.to, judge({ imageDigest: "" })?.cause],
    ["stale", "unexplained"],
  );
  assert.equal(judge({ state: "gone" }), undefined);
});

test("without the report before a new finding is told, and not explained", () => {
  const alone: readonly ShopContainer[] = [{ id: "a", workload: "web", image: 1 }];
  const report = shopReport(alone);
  const bare = createScene(undefined, report, []);
  const input = {
    tracked: [],
    previous: undefined,
    report,
    nowUs: shopNowUs,
    standings: [],
    decisions: [],
  };
  const verdict = judgePresent(undefined, finding, { scene: bare, input, isFirst: false });
  assert.deepEqual([verdict?.to, verdict?.cause], ["new", "unexplained"]);
});
