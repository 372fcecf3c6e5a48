/** Holds the whole judgement on a small cluster: joins, verdicts, replicas, findings, order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  elf,
  placed,
  sampleContainerFact,
  sampleSbom,
  sampleUse,
} from "../../testing/sample-image.ts";
import { sampleMatch, sampleVulnerability } from "../../testing/sample-judgement.ts";
import { ProblemLog } from "../event/problem.ts";
import type { Sbom, Scan } from "../inventory/image.ts";
import type { Fact, Sensor } from "../observe/fact.ts";
import { FactSet } from "../observe/fact-set.ts";
import { createClusterView } from "./cluster/create-cluster-view.ts";
import { defaultSettings } from "./default-settings.ts";
import { judge } from "./judge.ts";

const startUs = 1_700_000_000_000_000;
const endUs = startUs + 3600e6;
const digest = (fill: string) => `sha256:${fill.repeat(64)}`;

function imageOf(name: string, fill: string): { readonly sbom: Sbom; readonly scan: Scan } {
  const library = `/usr/lib/lib${name}.so.1`;
  const tool = `/usr/bin/${name}-tool`;
  const identity = { name, tags: [`registry.example/${name}:1`], manifestDigest: digest(fill) };
  const sbom = sampleSbom({
    input: `${name}.syft.json`,
    identity,
    packages: [
      { name: `lib${name}`, files: [library], ...placed("/var/lib/dpkg/status") },
      { name: `${name}-tool`, files: [tool], ...placed("/var/lib/dpkg/status") },
    ],
    files: { [library]: elf(), [tool]: elf() },
  });
  const matches = sbom.packages.map((one, index) =>
    sampleMatch(one, sampleVulnerability({ id: `CVE-2024-${fill}${index}`, severity: "Critical" })),
  );
  const scan: Scan = {
    input: `${name}.grype.json`,
    tool: "grype",
    toolVersion: "0.121.2",
    databaseBuilt: "",
    identity: sbom.identity,
    matches,
    ignoredCount: 0,
    endOfLifeDistro: false,
  };
  return { sbom, scan };
}

const web = imageOf("web", "a");
const spare = imageOf("spare", "b");

const sensors: readonly Sensor[] = ["exec", "open", "mmap"];
const coverage: readonly Fact[] = sensors.map((sensor) => ({
  kind: "coverage",
  node: "node-1",
  sensor,
  policy: sensor === "exec" ? "" : "files",
  sinceUs: startUs - 60e6,
  untilUs: endUs,
  basis: "stated",
  pathPrefixes: [""],
  limits: [],
  eventCount: 10,
}));

function containerOf(id: string, given: Parameters<typeof sampleContainerFact>[0] = {}): Fact {
  return sampleContainerFact({
    container: id.repeat(31),
    containerId: id.repeat(64),
    namespace: "shop",
    pod: `web-${id}`,
    workloadKind: "Deployment",
    workload: "web",
    containerName: "web",
    imageName: "registry.example/web:1",
    imageId: `registry.example/web@${digest("a")}`,
    firstSeenUs: startUs,
    lastSeenUs: endUs,
    startedUs: startUs,
    ...given,
  });
}

const used = sampleUse({
  container: "1".repeat(31),
  path: "/usr/lib/libweb.so.1",
  how: "mapped",
  citations: [
    {
      timeUs: startUs + 5,
      node: "node-1",
      execId: "x",
      pid: 7,
      binary: "/usr/bin/server",
      sensor: "mmap",
      policy: "files",
      input: 0,
      offset: 99,
    },
  ],
});

const facts: readonly Fact[] = [containerOf("1"), containerOf("2"), used, ...coverage];

function judgeFacts(given: readonly Fact[], isTurned = false) {
  const set = new FactSet();
  for (const fact of isTurned ? [...given].reverse() : given) set.add(fact);
  const documents = isTurned ? [spare, web] : [web, spare];
  const problems = new ProblemLog();
  const judgement = judge({
    facts: set,
    cluster: createClusterView(),
    pins: { addressNames: new Map(), roles: new Map() },
    identities: [],
    sboms: documents.map(({ sbom }) => sbom),
    scans: documents.map(({ scan }) => scan),
    byHand: [],
    inputNames: ["events.jsonl"],
    settings: defaultSettings,
    problems,
  });
  return { judgement, problems };
}

test("every package of every observed image has one verdict, replicas merged", () => {
  const { judgement } = judgeFacts(facts);
  assert.deepEqual(
    judgement.packages.map((one) => [one.package.name, one.usage.state]),
    [
      ["libweb", "in-use"],
      ["web-tool", "not-observed"],
    ],
  );
  assert.equal(judgement.coverage.length, 2);
});

test("a verdict leads to the raw event", () => {
  const { judgement } = judgeFacts(facts);
  const [first] = judgement.findings;
  const proof = judgement.evidence[first?.usage.evidence[0] ?? ""];
  assert.equal(first?.package.name, "libweb");
  assert.deepEqual([proof?.input, proof?.offset, proof?.pid], ["events.jsonl", 99, 7]);
});

test("a replica that came late makes what was not observed unknown, and leaves use in use", () => {
  const late = containerOf("3", { fromStart: false, startedUs: startUs - 900e6 });
  const { judgement } = judgeFacts([...facts, late]);
  assert.deepEqual(
    judgement.packages.map((one) => one.usage.state),
    ["in-use", "unknown"],
  );
});

test("a scan whose image no container runs is listed, its use unknown", () => {
  const { judgement } = judgeFacts(facts);
  const unseen = judgement.findings.filter(({ workload }) => workload.kind === "Image");
  assert.equal(unseen.length, 2);
  for (const finding of unseen) {
    assert.equal(finding.usage.state, "unknown");
    assert.match(finding.usage.because, /no container was seen to run this image/);
  }
  assert.equal(judgement.funnel.all, 4);
});

test("a container without an SBOM is listed as such, and nothing of it is called unused", () => {
  const stranger = containerOf("4", {
    workload: "other",
    containerName: "other",
    imageName: "registry.example/other:1",
    imageId: `registry.example/other@${digest("c")}`,
  });
  const { judgement } = judgeFacts([...facts, stranger]);
  const summary = judgement.coverage.find(({ workload }) => workload.name === "other");
  assert.equal(summary?.joinedBy, "none");
  assert.equal(summary?.sbom, "");
  assert.ok(judgement.packages.every(({ workload }) => workload.name === "web"));
});

test("the same input in another order gives the same result to the byte", () => {
  const forward = judgeFacts(facts);
  const backward = judgeFacts(facts, true);
  assert.equal(JSON.stringify(backward.judgement), JSON.stringify(forward.judgement));
  assert.deepEqual(backward.problems.list(), forward.problems.list());
});

test("no fact at all: every match is still a finding", () => {
  const { judgement } = judgeFacts([]);
  assert.equal(judgement.findings.length, 4);
  assert.equal(judgement.packages.length, 0);
  assert.equal(judgement.funnel.inUse, 0);
});
