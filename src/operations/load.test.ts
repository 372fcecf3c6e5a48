/**
 * Tests of the loading of documents: `load-inventory.ts`, `load-cluster.ts`, `load-documents.ts`,
 * `load-kubernetes.ts`, `load-processes.ts`, `load-config.ts`, `probe-commands.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { ProblemLog } from "../core/event/problem.ts";
import type { Fact } from "../core/observe/fact.ts";
import { stillContext } from "../testing/still-context.ts";
import { summary } from "./input-summary.ts";
import { loadCluster, loadMetrics, loadPolicies } from "./load-cluster.ts";
import { loadConfig } from "./load-config.ts";
import { loadDocuments } from "./load-documents.ts";
import { loadInventory } from "./load-inventory.ts";
import { loadKubernetes } from "./load-kubernetes.ts";
import { loadProcesses } from "./load-processes.ts";
import type { OperationContext } from "./operation.ts";
import { collectProbeCommands } from "./probe-commands.ts";

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "fixtures", "cli");
const fixture = (name: string) => new Uint8Array(readFileSync(join(fixtures, name)));
const encode = (text: string) => new TextEncoder().encode(text);
const table = "container_id\tname\timage\timage_digest\n";
const id = "945d78906d5d138bc02584ee1e3c052475309eaf285e24d32758fd25cc28a091";

function contextOf(stored: Readonly<Record<string, Uint8Array>>): OperationContext {
  return {
    files: createMemoryFiles(new Map(Object.entries(stored))),
    scanner: {
      scan: () => Promise.reject(new Error("not here")),
      match: () => Promise.reject(new Error("not here")),
      dataVersion: () => Promise.reject(new Error("not here")),
    },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
  };
}

const codes = (problems: ProblemLog) => problems.list().map(({ code }) => code);

test("a directory gives its SBOMs and scans; what is neither is left out and said", async () => {
  const context = contextOf({
    "scans/redis.syft.json.gz": fixture("redis.syft.json.gz"),
    "scans/redis.grype.json.gz": fixture("redis.grype.json.gz"),
    "scans/notes.txt": encode("hello"),
  });
  const problems = new ProblemLog();
  const names = { sbom: ["scans"], vulns: ["scans"] };
  const found = await loadInventory(names, context, problems);
  assert.equal(found.sboms.length, 1);
  assert.equal(found.scans.length, 1);
  assert.deepEqual(codes(problems), ["file-left-out"]);
  assert.deepEqual(
    found.inputs.map(({ role, count }) => [role, count]),
    [
      ["vulnerabilities", 29],
      ["sbom", 15],
    ],
  );
});

test("a named file that is no inventory is refused with its name", async () => {
  const context = contextOf({ "notes.txt": encode("hello") });
  const load = loadInventory({ sbom: ["notes.txt"], vulns: [] }, context, new ProblemLog());
  await assert.rejects(load, { code: "input-unsupported", message: /notes\.txt/ });
});

test("one document may be joined by hand to two containers and is read once", async () => {
  const context = contextOf({ "a.json.gz": fixture("redis.syft.json.gz") });
  const names = { sbom: ["one=a.json.gz", "two=a.json.gz"], vulns: [] };
  const found = await loadInventory(names, context, new ProblemLog());
  assert.equal(found.sboms.length, 1);
  assert.deepEqual(found.byHand, [
    { name: "one", input: "a.json.gz" },
    { name: "two", input: "a.json.gz" },
  ]);
});

test("a policy that is not YAML becomes a problem, others of its file still count", async () => {
  const good = new TextDecoder().decode(fixture("20-file-open.yaml"));
  const context = contextOf({ "p.yaml": encode(`${good}\n---\na: [1\n---\n`) });
  const problems = new ProblemLog();
  const found = await loadPolicies(["p.yaml"], context, problems);
  assert.ok(found.values.length > 0);
  assert.ok(codes(problems).includes("policy-not-yaml"));
});

test("a policy that would grow by its aliases is refused in bounded memory", async () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level++) {
    const refs = Array(10)
      .fill(`*a${level - 1}`)
      .join(", ");
    lines.push(`a${level}: &a${level} [${refs}]`);
  }
  const context = contextOf({ "bomb.yaml": encode(lines.join("\n")) });
  const problems = new ProblemLog();
  const found = await loadPolicies(["bomb.yaml"], context, problems);
  assert.deepEqual(found.values, []);
  assert.ok(codes(problems).includes("policy-not-yaml"));
});

test("metrics and a table of containers are read and counted", async () => {
  const context = contextOf({
    "m.txt": encode("# HELP tetragon_x y\ntetragon_ringbuf_perf_event_lost_total 3\n"),
    "c.tsv": encode(`${table}${id}\tredis\tregistry.example/redis:6\t\n`),
  });
  const problems = new ProblemLog();
  assert.equal((await loadMetrics(["m.txt"], context, problems)).values.length, 1);
  const none = { k8s: [], policies: [], tetragonMetrics: [] };
  const cluster = await loadCluster({ ...none, containers: ["c.tsv"] }, context, problems);
  assert.equal(cluster.identities[0]?.name, "redis");
  assert.deepEqual(cluster.inputs[0]?.count, 1);
});

test("a dump of processes gives facts that cite its place among the inputs", async () => {
  const lines = [
    { type: "host", time: 1_795_356_970.5, boot_id: "b", node: "n" },
    {
      ...{ type: "process", pid: 7, nspid: [7, 1], ppid: 1, start_time: 1_795_356_900 },
      ...{ exe: "/usr/bin/redis-server", argv: ["redis-server"], cwd: "/" },
      cgroup: `0::/kubepods.slice/cri-containerd-${id}.scope`,
      maps: [{ path: "/usr/lib/libssl.so.1.1", exec: true }],
    },
  ];
  const context = contextOf({
    "p.jsonl": encode(`${lines.map((one) => JSON.stringify(one)).join("\n")}\n`),
  });
  const facts: Fact[] = [];
  const request = { names: ["p.jsonl"], firstIndex: 4, emit: (fact: Fact) => facts.push(fact) };
  const { inputs, timesUs } = await loadProcesses(request, context, new ProblemLog());
  assert.deepEqual(
    inputs.map(({ role, count }) => [role, count]),
    [["processes", 1]],
  );
  assert.deepEqual(timesUs, [1_795_356_970_500_000]);
  const uses = facts.filter((fact) => fact.kind === "file-use");
  assert.ok(uses.some(({ path }) => path === "/usr/lib/libssl.so.1.1"));
  assert.ok(uses.every(({ citations }) => citations.every(({ input }) => input === 4)));
});

test("inspecting a document that cannot be read is a problem, not an error", async () => {
  const context = contextOf({ "odd.json": encode("{}") });
  const problems = new ProblemLog();
  const odd = { name: "odd.json", kind: "other", sizeBytes: 2 } as const;
  const found = await loadDocuments([odd], context, problems);
  assert.deepEqual(found, []);
  assert.deepEqual(codes(problems), ["input-unsupported"]);
});

test("a scan that nobody called an SBOM is not said to be of another kind", async () => {
  const name = "redis.grype.json.gz";
  const context = contextOf({ [name]: fixture(name) });
  const problems = new ProblemLog();
  const scan = { name, kind: "inventory", sizeBytes: -1 } as const;
  const [found] = await loadDocuments([scan], context, problems);
  assert.equal(found?.role, "vulnerabilities");
  assert.deepEqual(codes(problems), []);
});

test("a configuration is looked for in the working directory, and may be missing", async () => {
  const { files } = contextOf({ "waggle.yaml": encode("top: 3\n") });
  assert.deepEqual(await loadConfig(files, undefined), { file: "waggle.yaml", config: { top: 3 } });
  const empty = contextOf({}).files;
  assert.deepEqual(await loadConfig(empty, undefined), { file: "", config: {} });
  await assert.rejects(loadConfig(empty, "gone.yaml"), { code: "file-not-found" });
});

test("probes of the configuration go to the containers they name, or it is said", async () => {
  const context = contextOf({ "c.tsv": encode(`${table}${id}\tredis\tx\t\n`) });
  const none = { k8s: [], policies: [], tetragonMetrics: [] };
  const { identities } = await loadCluster(
    { ...none, containers: ["c.tsv"] },
    context,
    new ProblemLog(),
  );
  const probes = [
    { container: "redis", command: "redis-cli ping" },
    { command: "true" },
    { container: "gone", command: "false" },
  ];
  const problems = new ProblemLog();
  const settings = { file: "waggle.yaml", config: { probes } };
  const commands = collectProbeCommands(identities, settings, problems);
  assert.deepEqual(commands.get(id.slice(0, 31)), ["redis-cli ping", "true"]);
  assert.deepEqual(codes(problems), ["probe-without-container"]);
});

test("metrics of another program do not pass for Tetragon's", async () => {
  const context = contextOf({ "m.txt": encode("# HELP x y\nhttp_requests 3\n") });
  const problems = new ProblemLog();
  const { values, inputs } = await loadMetrics(["m.txt"], context, problems);
  assert.deepEqual(values, []);
  assert.equal(inputs[0]?.count, 0);
  assert.deepEqual(codes(problems), ["metrics-not-of-tetragon"]);
});

test("policies are JSON too, however long; a recording among them is a problem", async () => {
  const metadata = { name: "p", note: "x".repeat(2 * 1024 * 1024) };
  const policy = { kind: "TracingPolicy", metadata, spec: { kprobes: [] } };
  const line = '{"process_exec":{}}\n';
  const context = contextOf({
    "p.json": encode(JSON.stringify(policy)),
    "events.jsonl": encode(line.repeat(100_000)),
  });
  const problems = new ProblemLog();
  await loadPolicies(["p.json"], context, problems);
  assert.deepEqual(codes(problems), []);
  await loadPolicies(["events.jsonl"], context, problems);
  assert.deepEqual(codes(problems), ["policy-not-yaml"]);
});

test("a configuration that is cut is refused, not used as far as it goes", async () => {
  const cut = gzipSync(encode("minimum-window: 10m\n".repeat(500))).subarray(0, 40);
  const { files } = contextOf({ "waggle.yaml": cut });
  await assert.rejects(loadConfig(files, undefined), { code: "config-invalid" });
});

const podWithContainer = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "n", name: "p", labels: { app: "a" } },
  spec: { containers: [{ name: "c" }] },
  status: { podIP: "10.1.0.5", containerStatuses: [{ name: "c", containerID: `cri://${id}` }] },
};
const objectsOfServices = [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "n", name: "s" },
    spec: { type: "LoadBalancer", selector: { app: "a" }, ports: [{ port: 80 }] },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "n", name: "p" },
  },
];

test("objects of several files make one view, and each file says what is in it", async () => {
  const list = (items: readonly object[]) => encode(JSON.stringify({ kind: "List", items }));
  const context = contextOf({
    "pods.json": list([podWithContainer, podWithContainer]),
    "rest.json": list([...objectsOfServices, { kind: "Proxy" }, { kind: "Endpoints" }]),
  });
  const problems = new ProblemLog();
  const none = { containers: [], policies: [], tetragonMetrics: [] };
  const k8s = ["pods.json", "rest.json"];
  const { view, inputs, identities } = await loadCluster({ k8s, ...none }, context, problems);
  assert.deepEqual(
    inputs.map(({ details }) => details["objects"]),
    ["pods 2", "endpoints 1, networkpolicies 1, proxies 1, services 1"],
  );
  assert.equal(identities.length, 1);
  assert.equal(view.entriesOf({ namespace: "n", pod: "p" })[0]?.from, "internet");
  assert.equal(view.hasPolicies, true);
  assert.deepEqual(codes(problems), []);
});

test("objects without pods, and policies that are not understood, are said", async () => {
  const calico = {
    apiVersion: "projectcalico.org/v3",
    kind: "GlobalNetworkPolicy",
    metadata: { name: "g" },
  };
  const items = [...objectsOfServices, calico];
  const context = contextOf({ "rest.json": encode(JSON.stringify({ items })) });
  const problems = new ProblemLog();
  const none = { containers: [], policies: [], tetragonMetrics: [] };
  const { view } = await loadCluster({ k8s: ["rest.json"], ...none }, context, problems);
  assert.equal(view.isKnown, true);
  assert.deepEqual(codes(problems).sort(), ["kubernetes-no-containers", "policy-not-understood"]);
  const alone = await loadKubernetes(["rest.json"], context, new ProblemLog());
  assert.deepEqual([alone.values, alone.view.hasPolicies], [[], true]);
  const nothing = await loadCluster({ k8s: [], ...none }, context, new ProblemLog());
  assert.equal(nothing.view.isKnown, false);
});

test("the line of an input names its compression only where there is one", () => {
  const line = { name: "a", sizeBytes: 1, role: "kubernetes", format: "json", count: 0 };
  assert.deepEqual(summary({ ...line, compression: "plain" }).details, {});
  assert.deepEqual(summary({ ...line, compression: "xz" }).details, { compression: "xz" });
});
