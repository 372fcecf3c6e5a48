/** Tests how containers find the SBOM and the scan of their image, and when they must not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleContainer,
  sampleContainerFact,
  sampleIdentity,
  sampleSbom,
} from "../../testing/sample-image.ts";
import { sampleMatch, samplePackage, sampleVulnerability } from "../../testing/sample-judgement.ts";
import { ProblemLog } from "../event/problem.ts";
import type { ContainerIdentity, ImageIdentity, Sbom, Scan } from "../inventory/image.ts";
import type { ContainerFact } from "../observe/fact.ts";
import { type ImageJoin, type JoinOptions, joinImages } from "./join-images.ts";

const digestA = `sha256:${"a".repeat(64)}`;
const digestB = `sha256:${"b".repeat(64)}`;
const configA = `sha256:${"1".repeat(64)}`;
const configB = `sha256:${"2".repeat(64)}`;

function sbomOf(input: string, identity: Partial<ImageIdentity>, packages = ["x"]): Sbom {
  return sampleSbom({ input, identity, packages: packages.map((name) => ({ name })) });
}

function scanOf(
  input: string,
  identity: Partial<ImageIdentity>,
  ids: readonly string[] = [],
): Scan {
  return {
    input,
    tool: "grype",
    toolVersion: "0.121.2",
    databaseBuilt: "2026-08-07",
    identity: { ...sampleIdentity, ...identity },
    matches: ids.map((id) => sampleMatch(samplePackage({ id }), sampleVulnerability())),
    ignoredCount: 0,
    endOfLifeDistro: false,
  };
}

function identityOf(given: Partial<ContainerIdentity>): ContainerIdentity {
  return {
    input: "containers.tsv",
    containerId: `${sampleContainer}${"0".repeat(33)}`,
    name: "",
    namespace: "",
    pod: "",
    podUid: "",
    workloadKind: "",
    workload: "",
    imageReference: "",
    imageDigest: "",
    imageId: "",
    privileged: undefined,
    hostPid: undefined,
    hostNetwork: undefined,
    uid: undefined,
    addedCapabilities: [],
    hostMounts: [],
    mountPaths: [],
    probeCommands: [],
    startedUs: 0,
    ...given,
  };
}

interface Joined {
  readonly join: ImageJoin;
  readonly joins: readonly ImageJoin[];
  readonly codes: readonly string[];
}

function joinOne(container: Partial<ContainerFact>, given: Partial<JoinOptions> = {}): Joined {
  return joinAll([sampleContainerFact(container)], given);
}

function joinAll(containers: readonly ContainerFact[], given: Partial<JoinOptions>): Joined {
  const problems = new ProblemLog();
  const none = { identities: [], sboms: [], scans: [], byHand: [] };
  const joins = joinImages({ containers, ...none, ...given, problems });
  const [join] = joins;
  assert.ok(join !== undefined);
  return { join, joins, codes: problems.list().map(({ code }) => code) };
}

test("the digest of the events finds the SBOM, and its scan", () => {
  const sboms = [
    sbomOf("b", { manifestDigest: digestB }),
    sbomOf("a", { manifestDigest: digestA }),
  ];
  const scans = [
    scanOf("a.grype", { manifestDigest: digestA }),
    scanOf("b.grype", { manifestDigest: digestB }),
  ];
  const { join } = joinOne(
    { imageId: `registry/x@${digestA}`, imageName: "registry/x:1" },
    { sboms, scans },
  );
  assert.deepEqual([join.by, join.sbom?.input, join.scan?.input], ["digest", "a", "a.grype"]);
  assert.deepEqual(join.image, { reference: "registry/x:1", digest: digestA });
});

test("a repository digest and a config digest find it too", () => {
  const pulled = [sbomOf("a", { manifestDigest: digestB, repoDigests: [`x@${digestA}`] })];
  assert.equal(joinOne({ imageId: `x@${digestA}` }, { sboms: pulled }).join.by, "digest");
  const config = [sbomOf("a", { imageId: configA })];
  const identities = [identityOf({ imageId: configA })];
  assert.equal(joinOne({}, { sboms: config, identities }).join.by, "image-id");
  assert.equal(joinOne({ imageId: configA }, { sboms: config }).join.by, "image-id");
});

test("a tag joins where no digest contradicts", () => {
  const sboms = [sbomOf("a", { tags: ["registry.lab/x:1"] })];
  const { join, codes } = joinOne(
    { imageName: "registry.lab/x:1", imageId: `x@${digestA}` },
    { sboms },
  );
  assert.deepEqual([join.by, codes], ["reference", []]);
});

test("an SBOM of another build of the same tag is not joined, and said", () => {
  const sboms = [sbomOf("a", { tags: ["x:1"], manifestDigest: digestB })];
  const { join, codes } = joinOne({ imageName: "x:1", imageId: `x@${digestA}` }, { sboms });
  assert.deepEqual([join.by, join.sbom], ["none", undefined]);
  assert.match(join.note, /another build, another architecture of a multi-arch image/);
  assert.deepEqual(codes, ["container-without-sbom", "sbom-not-joined"]);
  const identities = [identityOf({ imageReference: "x:1", imageId: configA })];
  const other = [sbomOf("a", { tags: ["x:1"], imageId: configB })];
  assert.match(joinOne({}, { sboms: other, identities }).join.note, /has the id sha256:1/);
});

test("an archive of the image is known by the config that another document tells", () => {
  const sboms = [sbomOf("archive", { tags: ["x:1"], manifestDigest: digestB, imageId: configA })];
  const scans = [scanOf("scan", { manifestDigest: digestA, imageId: configA })];
  const { join } = joinOne({ imageName: "x:1", imageId: `x@${digestA}` }, { sboms, scans });
  assert.deepEqual([join.by, join.scan?.input], ["image-id", "scan"]);
});

test("of two architectures below one index neither is chosen", () => {
  const shared = { repoDigests: [`x@${digestA}`] };
  const sboms = [
    sbomOf("amd64", { ...shared, imageId: configA }),
    sbomOf("arm64", { ...shared, imageId: configB }),
  ];
  const { join } = joinOne({ imageId: `x@${digestA}` }, { sboms });
  assert.equal(join.by, "none");
  assert.match(join.note, /2 documents of different images fit by digest/);
});

test("of two SBOMs of one image the one that says more is taken", () => {
  const poor = { ...sbomOf("a", { manifestDigest: digestA }), hasLocations: false };
  const rich = sbomOf("b", { manifestDigest: digestA });
  const { join, codes } = joinOne({ imageId: `x@${digestA}` }, { sboms: [poor, rich] });
  assert.deepEqual([join.sbom?.input, codes], ["b", ["sbom-not-joined"]]);
});

test("two SBOMs of unknown images with one name are not guessed between", () => {
  const sboms = [sbomOf("old", { tags: ["x:1"] }), sbomOf("new", { tags: ["x:1"] })];
  const { join, codes } = joinOne({ imageName: "x:1" }, { sboms });
  assert.equal(join.sbom, undefined);
  assert.match(join.note, /"new", "old"/);
  assert.ok(codes.includes("container-without-sbom"));
});

test("a name alone joins a scanned directory, and is called doubtful", () => {
  const sboms = [sbomOf("a", { kind: "directory", name: "/images/redis" })];
  const { join, codes } = joinOne({ imageName: "registry.lab/data/redis:6.0" }, { sboms });
  assert.deepEqual([join.by, codes], ["name", ["join-doubtful"]]);
  const tagged = [sbomOf("a", { tags: ["other/redis:6.0"], name: "redis" })];
  assert.equal(
    joinOne({ imageName: "registry.lab/data/redis:6.0" }, { sboms: tagged }).join.by,
    "none",
  );
});

test("container lists tell who a short id is", () => {
  const sboms = [sbomOf("a", { manifestDigest: digestA })];
  const identities = [
    identityOf({ containerId: sampleContainer.slice(0, 12), name: "web", imageDigest: digestA }),
    identityOf({ containerId: "f".repeat(64), imageDigest: digestB }),
  ];
  const { join } = joinOne({}, { sboms, identities });
  assert.equal(join.by, "digest");
  assert.deepEqual(join.workload, {
    cluster: "",
    namespace: "",
    kind: "Container",
    name: "web",
    container: "web",
  });
});

test("lists of one container fill each other, and their contradictions are said", () => {
  const identities = [
    identityOf({ name: "web", imageDigest: digestA }),
    identityOf({
      input: "pods.json",
      workload: "shop",
      workloadKind: "Deployment",
      imageDigest: digestB,
    }),
  ];
  const { join } = joinOne({}, { identities });
  assert.deepEqual([join.workload.name, join.workload.container], ["shop", "web"]);
  assert.match(join.note, /listed as sha256:a+ and as sha256:b+/);
});

test("a short id that fits two containers is neither", () => {
  const prefix = sampleContainer.slice(0, 13);
  const identities = [
    identityOf({ containerId: `${prefix}${"7".repeat(51)}`, name: "one" }),
    identityOf({ containerId: `${prefix}${"8".repeat(51)}`, name: "two" }),
  ];
  const { join } = joinOne({ containerId: prefix, container: prefix }, { identities });
  assert.equal(join.identity, undefined);
  assert.match(join.note, /short id fits several/);
});

test("by hand every kind of name works, and comes before all else", () => {
  const container = {
    containerName: "app",
    namespace: "shop",
    pod: "api-1",
    workload: "api",
    workloadKind: "Deployment",
    imageName: "registry.lab/shop/api:1.4",
    imageId: `x@${digestA}`,
  };
  const sboms = [sbomOf("auto", { manifestDigest: digestA }), sbomOf("hand", {})];
  const full = `${sampleContainer}${"9".repeat(33)}`;
  const names = [
    sampleContainer.slice(0, 6),
    full,
    "app",
    "api-1",
    "shop/api-1",
    "api",
    "Deployment/api",
    "registry.lab/shop/api:1.4",
    "registry.lab/shop/api",
  ];
  for (const name of names) {
    const { join } = joinOne(container, { sboms, byHand: [{ name, input: "hand" }] });
    assert.deepEqual([join.by, join.sbom?.input], ["by-hand", "hand"], name);
  }
  const image = joinOne(
    { imageName: "registry.lab/shop/web:1" },
    { sboms, byHand: [{ name: "web", input: "hand" }] },
  );
  assert.equal(image.join.by, "by-hand");
});

test("a name by hand that fits nothing, too much or twice is refused", () => {
  const sboms = [sbomOf("hand", {}), sbomOf("other", {})];
  const one = sampleContainerFact({
    container: "aaaaaa1",
    containerId: "aaaaaa1",
    imageName: "x:1",
  });
  const two = sampleContainerFact({
    container: "aaaaaa2",
    containerId: "aaaaaa2",
    imageName: "y:1",
  });
  const refused = (byHand: JoinOptions["byHand"]) => joinAll([one, two], { sboms, byHand });
  assert.ok(refused([{ name: "nothing", input: "hand" }]).codes.includes("name-not-joined"));
  const both = refused([{ name: "aaaaaa", input: "hand" }]);
  assert.deepEqual(
    both.joins.map(({ by }) => by),
    ["none", "none"],
  );
  const twice = refused([
    { name: "x", input: "hand" },
    { name: "x", input: "other" },
  ]);
  assert.ok(twice.codes.includes("name-not-joined"));
  const short = refused([{ name: "aaaaa", input: "hand" }]);
  assert.deepEqual(
    short.joins.map(({ by }) => by),
    ["none", "none"],
    "five digits are too few",
  );
});

test("replicas of one image may be named together, different images may not", () => {
  const replica = (id: string, imageName: string) =>
    sampleContainerFact({ container: id, containerId: id, containerName: "app", imageName });
  const sboms = [sbomOf("hand", {})];
  const byHand = [{ name: "app", input: "hand" }];
  const same = joinAll([replica("a1", "x:1"), replica("a2", "x:1")], { sboms, byHand });
  assert.deepEqual(
    same.joins.map(({ by }) => by),
    ["by-hand", "by-hand"],
  );
  const differ = joinAll([replica("a1", "x:1"), replica("a2", "y:1")], { sboms, byHand });
  assert.deepEqual(
    differ.joins.map(({ by }) => by),
    ["none", "none"],
  );
});

test("an SBOM by hand that contradicts the digest is joined with a warning", () => {
  const sboms = [sbomOf("hand", { tags: ["x:1"], manifestDigest: digestB })];
  const byHand = [{ name: "x", input: "hand" }];
  const { join, codes } = joinOne({ imageName: "x:1", imageId: `x@${digestA}` }, { sboms, byHand });
  assert.equal(join.by, "by-hand");
  assert.deepEqual(codes, ["join-doubtful"]);
});

test("a scan without its SBOM is joined for what it names, and said", () => {
  const scans = [scanOf("only.grype", { manifestDigest: digestA })];
  const { join, codes } = joinOne({ imageId: `x@${digestA}` }, { scans });
  assert.deepEqual([join.by, join.scan?.input], ["none", "only.grype"]);
  assert.deepEqual(codes, ["container-without-sbom", "scan-without-sbom"]);
});

test("a scan of another build than the SBOM is not joined to it", () => {
  const sboms = [sbomOf("a", { tags: ["x:1"], manifestDigest: digestA, imageId: configA })];
  const scans = [
    scanOf("old", { tags: ["x:1"], manifestDigest: digestB, imageId: configB }, ["deb/x@1.0.0"]),
  ];
  const { join, codes } = joinOne({ imageId: `x@${digestA}` }, { sboms, scans });
  assert.equal(join.scan, undefined);
  assert.match(join.note, /"old" is of another build/);
  assert.ok(codes.includes("scan-without-sbom"));
});

test("a scan that says no image is found by the ids of its packages, not of its base", () => {
  const ids = ["deb/base@1.0.0", "deb/own@1.0.0"];
  const sboms = [sbomOf("a", { name: "dir" }, ["base", "own"])];
  const scans = [
    scanOf("base", { name: "other" }, ids.slice(0, 1)),
    scanOf("right", { name: "some" }, ids),
    scanOf("wrong", { name: "third" }, [...ids, "deb/foreign@1.0.0"]),
  ];
  const byHand = [{ name: "x", input: "a" }];
  assert.equal(joinOne({ imageName: "x:1" }, { sboms, scans, byHand }).join.scan?.input, "right");
});

test("a scan of the image of another SBOM is left to that one", () => {
  const sboms = [sbomOf("dir", { name: "x" }), sbomOf("b", { imageId: configB })];
  const scans = [scanOf("b.grype", { imageId: configB }, ["deb/x@1.0.0"])];
  const { join } = joinOne({ imageName: "x:1" }, { sboms, scans });
  assert.deepEqual([join.sbom?.input, join.scan], ["dir", undefined]);
});

test("a host has no image, but may have an SBOM by hand", () => {
  const host = { container: "host:node-1", containerId: "", imageName: "" };
  const sboms = [sbomOf("host", { kind: "directory", name: "/" })];
  const alone = joinOne(host, { sboms });
  assert.deepEqual([alone.join.by, alone.codes], ["none", ["sbom-not-joined"]]);
  assert.deepEqual([alone.join.workload.kind, alone.join.workload.name], ["Host", "node-1"]);
  for (const name of ["host", "node-1"]) {
    const { join } = joinOne(host, { sboms, byHand: [{ name, input: "host" }] });
    assert.equal(join.by, "by-hand", name);
  }
});

test("hostile names are quoted in what is said", () => {
  const problems = new ProblemLog();
  const containers = [sampleContainerFact({ containerName: 'x"\n\u001b[31m' })];
  joinImages({ containers, identities: [], sboms: [], scans: [], byHand: [], problems });
  const [problem] = problems.list();
  assert.ok(problem?.message.includes(JSON.stringify('x"\n\u001b[31m')));
});
