/**
 * Tests of the operations as other surfaces call them: `table.ts`, `inspect.ts`, `ps.ts`,
 * `scan.ts`, `explain.ts`, `make-report.ts`; and of the document about the configuration.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import type { ScanRequest } from "../ports/scanner.ts";
import { stillContext } from "../testing/still-context.ts";
import { readConfig } from "./config.ts";
import { configExample, describeConfig } from "./describe-config.ts";
import { explain } from "./explain.ts";
import { inspect } from "./inspect.ts";
import { makeReport } from "./make-report.ts";
import { type OperationContext, readInput } from "./operation.ts";
import { ps } from "./ps.ts";
import { report } from "./report.ts";
import { fileName, scan } from "./scan.ts";
import { operations } from "./table.ts";

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "fixtures", "cli");
const fixture = (name: string) => new Uint8Array(readFileSync(join(fixtures, name)));
const lines = gunzipSync(fixture("events.jsonl.gz")).toString().trimEnd().split("\n");
const encode = (text: string) => new TextEncoder().encode(text);

const stored = {
  "events.jsonl": encode(`${lines.join("\n")}\n`),
  "sbom.json.gz": fixture("redis.syft.json.gz"),
  "vulns.json.gz": fixture("redis.grype.json.gz"),
  "policy.yaml": fixture("20-file-open.yaml"),
};

function contextOf(
  more: Readonly<Record<string, Uint8Array>> = {},
  scanned: ScanRequest[] = [],
): OperationContext {
  return {
    files: createMemoryFiles(new Map(Object.entries({ ...stored, ...more }))),
    scanner: {
      scan: async (request) => {
        scanned.push(request);
        return { sbomFile: "s", vulnerabilitiesFile: "v", toolVersions: { syft: "1" } };
      },
      match: () => assert.fail("nothing is matched"),
      dataVersion: async () => "",
    },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
  };
}

const sources = {
  ...{ events: ["events.jsonl"], sbom: ["sbom.json.gz"], vulns: ["vulns.json.gz"] },
  policies: ["policy.yaml"],
};

test("every operation describes itself and each key, and refuses keys it does not know", () => {
  for (const operation of operations) {
    assert.match(operation.name, /^[a-z]+(-[a-z]+)*$/);
    assert.notEqual(operation.summary, "");
    const json = z.toJSONSchema(operation.input, { io: "input" });
    assert.equal(json.additionalProperties, false, operation.name);
    for (const [key, property] of Object.entries(json.properties ?? {})) {
      const { description } = property as { description?: string };
      assert.notEqual(description ?? "", "", `${operation.name}.${key}`);
    }
  }
  assert.throws(() => readInput(scan, { target: "x", force: true }), /scan: .*force/);
  assert.throws(() => readInput(report, { events: "x" }), /report: events: .*array/);
});

test("the document about the configuration names each key, and its example is read", () => {
  const text = describeConfig();
  for (const word of ["`minimum-window`", "`maybe-in-use`", "`images`"]) {
    assert.ok(text.includes(word), word);
  }
  const config = readConfig(configExample, "waggle.yaml");
  assert.deepEqual(config["fail-on"], ["kev", "in-use:critical:fixable"]);
});

test("reading a recording in two files gives the verdicts of reading it in one", async () => {
  const half = Math.floor(lines.length / 2);
  const context = contextOf({
    "logs/a-2026-11-22T14-05-00.000.log": encode(`${lines.slice(0, half).join("\n")}\n`),
    "logs/a.log": encode(`${lines.slice(half).join("\n")}\n`),
  });
  const whole = await makeReport(sources, contextOf());
  const split = await makeReport({ ...sources, events: ["logs"] }, context);
  const verdicts = (one: typeof whole) =>
    one.packages.map(({ package: { id }, usage: { state, level, coverage } }) => {
      return [id, state, level, coverage];
    });
  assert.deepEqual(verdicts(split), verdicts(whole));
  assert.equal(split.inputs.filter(({ role }) => role === "events").length, 2);
});

test("events of which none can be read are an error; some broken ones are a problem", async () => {
  const none = contextOf({ "events.jsonl": encode("hello\nworld\n") });
  await assert.rejects(makeReport(sources, none), { message: /no event in it could be read \(2/ });
  await assert.rejects(ps.run({ events: ["events.jsonl"] }, none), { code: "input-unsupported" });
  const some = contextOf({
    "events.jsonl": encode([...lines.slice(0, 99), "hello", ...lines.slice(99)].join("\n")),
  });
  const made = await makeReport(sources, some);
  assert.deepEqual(
    made.problems.map(({ code, count }) => [code, count]),
    [["line-not-json", 1]],
  );
  const reasons = made.coverage.flatMap(({ losses }) => losses.map(({ reason }) => reason));
  assert.deepEqual(reasons, ["damaged-file"]);
});

test("an empty file of events is told, for it is no quiet day", async () => {
  const context = contextOf({ "empty.jsonl": encode("") });
  const codesOf = async (events: readonly string[]) =>
    (await makeReport({ ...sources, events: [...events] }, context)).problems.map(
      ({ code }) => code,
    );
  assert.ok((await codesOf(["empty.jsonl"])).includes("input-empty"));
  assert.ok(!(await codesOf(["events.jsonl"])).includes("input-empty"));
});

test("the same events again change nothing but their count of duplicates", async () => {
  const twice = encode(`${[...lines, ...lines].join("\n")}\n`);
  const whole = await makeReport(sources, contextOf());
  const again = await makeReport(sources, contextOf({ "events.jsonl": twice }));
  assert.deepEqual(again.findings, whole.findings);
  assert.deepEqual(again.funnel, whole.funnel);
});

test("a line that was cut off weakens what was not observed, and never what was seen", async () => {
  const cut = encode(lines.join("\n").slice(0, -300));
  const whole = await makeReport(sources, contextOf());
  const less = await makeReport(sources, contextOf({ "events.jsonl": cut }));
  const states = (one: typeof whole, state: string) =>
    one.packages.filter(({ usage }) => usage.state === state).map(({ package: { id } }) => id);
  assert.deepEqual(states(less, "in-use"), states(whole, "in-use"));
  assert.ok(states(whole, "not-observed").length > 0);
  assert.deepEqual(states(less, "not-observed"), []);
});

test("inspect sorts files by what they are, and uses policies for what could be seen", async () => {
  const files = ["events.jsonl", "sbom.json.gz", "policy.yaml"];
  const found = await inspect.run({ files }, contextOf());
  assert.deepEqual(
    found.eventFiles.map(({ eventCount, containers }) => [eventCount, containers.length]),
    [[lines.length, 1]],
  );
  assert.deepEqual(
    found.documents.map(({ role }) => role),
    ["sbom", "policies"],
  );
  assert.ok(
    found.sensors.some(({ policy, basis }) => policy === "file-open" && basis === "stated"),
  );
  assert.deepEqual(found.problems, []);
});

test("inspect of documents alone needs no events", async () => {
  const found = await inspect.run({ files: ["sbom.json.gz"] }, contextOf());
  assert.deepEqual(found.eventFiles, []);
});

test("inspect tells catalogues and saved reports by content, whatever their name", async () => {
  const saved = JSON.stringify(await makeReport(sources, contextOf()), null, 2);
  const kev = '{"catalogVersion":"2026.08.07","vulnerabilities":[{"cveID":"CVE-2024-1"}]}';
  const epss = "cve,epss,percentile,date\nCVE-2024-1,0.1,0.2,2026-03-28\n";
  const context = contextOf({ a: encode(saved), b: encode(kev), c: encode(epss) });
  const found = await inspect.run({ files: ["a", "b", "c"] }, context);
  const { findings } = JSON.parse(saved);
  assert.deepEqual(
    found.documents.map(({ role, count }) => [role, count]),
    [
      ["report", findings.length],
      ["kev", 1],
      ["epss", 1],
    ],
  );
  assert.ok(found.documents.every(({ details }) => !("filled" in details)));
  assert.deepEqual([found.eventFiles, found.problems], [[], []]);
});

test("ps of the host needs no name of a node", async () => {
  const found = await ps.run({ container: "host", events: ["events.jsonl"] }, contextOf());
  assert.equal(found.container?.id, "host:");
});

test("explain of a package tells its use though no vulnerability matches", async () => {
  const found = await explain.run({ query: "coreutils", ...sources }, contextOf());
  assert.equal(found.understoodAs, "package");
  assert.equal(found.packages[0]?.verdict.package.name, "coreutils");
});

test("scan hands on the target, a plain file name and a bounded time", async () => {
  const requests: ScanRequest[] = [];
  const context = contextOf({}, requests);
  await scan.run({ target: "registry.example/web/nginx:1.27", timeout: "2m" }, context);
  assert.equal(requests[0]?.name, "nginx");
  assert.equal(requests[0]?.timeoutMs, 120_000);
  assert.equal(requests[0]?.outputDirectory, ".");
  await assert.rejects(scan.run({ target: "x", timeout: "soon" }, context), { code: "usage" });
});

test("the name of a scan's files is made of its target and is always a plain one", () => {
  assert.equal(fileName("nginx"), "nginx");
  assert.equal(fileName("localhost:5000/team/app:1.2@sha256:abc"), "app");
  assert.equal(fileName("./images/web.tar.gz"), "web");
  assert.equal(fileName("../.."), "image");
  assert.equal(fileName("/"), "image");
  assert.equal(fileName("..\\evil name"), "evil-name");
});

test("what people signed in the configuration marks findings, and its end is kept", async () => {
  const signed = (vulnerability: string, until: string) =>
    `{vulnerability: ${vulnerability}, status: accepted, reason: r, by: Kim, until: ${until}}`;
  const plain = await makeReport(sources, contextOf());
  const [first, second] = [...new Set(plain.findings.map((one) => one.vulnerability.id))];
  const listed = [signed(first ?? "", "2099-01-01"), signed(second ?? "", "2001-01-01")];
  const text = `decisions: [${listed.join(", ")}]`;
  const settings = { file: "waggle.yaml", config: readConfig(text, "waggle.yaml") };
  const made = await makeReport(sources, { ...contextOf(), settings });
  const marked = made.findings.filter(({ waiver }) => waiver !== null);
  assert.ok(marked.length > 0 && marked.every((one) => one.vulnerability.id === first));
  const codes = made.problems.map(({ code }) => code).filter((code) => /^decision/.test(code));
  assert.deepEqual(codes, ["decision-expired"]);
  assert.deepEqual(
    made.findings.map(({ id, rank }) => [id, rank]),
    plain.findings.map(({ id, rank }) => [id, rank]),
  );
});
