/** Tests that documents are told apart by content, and refused with a message that helps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureBytes, readBytes, readWritten } from "../../testing/inventory-fixtures.ts";
import { explainUnknown } from "./explain-refusal.ts";

async function refusal(value: unknown): Promise<string> {
  const { document } = await readWritten(value);
  assert.equal(document.kind, "refused", JSON.stringify(document).slice(0, 200));
  return document.kind === "refused" ? `${document.path}|${document.message}` : "";
}

test("the kind is told by content, whatever the order of keys", async () => {
  const syft = { descriptor: { name: "syft" }, schema: { version: "16.0.0" }, artifacts: [] };
  const grype = { descriptor: { name: "grype" }, matches: [] };
  const kinds = async (value: object) => {
    const turned = Object.fromEntries(Object.entries(value).reverse());
    const readings = [await readWritten(value), await readWritten(turned)];
    return readings.map(({ document }) => document.kind).join();
  };
  assert.equal(await kinds(syft), "sbom,sbom");
  assert.equal(await kinds(grype), "scan,scan");
  assert.equal(await kinds({ bomFormat: "CycloneDX", specVersion: "1.4" }), "sbom,sbom");
  assert.equal(await kinds({ spdxVersion: "SPDX-2.2", packages: [] }), "sbom,sbom");
});

test("a document inside an attestation or an export is found", async () => {
  const inner = { spdxVersion: "SPDX-2.3", packages: [{ SPDXID: "SPDXRef-a", name: "a" }] };
  const stored = { apiVersion: "v1beta1", kind: "Sbom", spec: { metadata: {}, spdx: inner } };
  for (const wrapped of [{ sbom: inner }, { predicateType: "x", predicate: inner }, stored]) {
    const { document } = await readWritten(wrapped);
    assert.equal(document.kind === "sbom" && document.sbom.packages.length, 1);
  }
});

test("a byte order mark and any chunking change nothing", async () => {
  const bytes = fixtureBytes("nodeapi.syft.json.gz");
  const marked = new Uint8Array(bytes.length + 3);
  marked.set([0xef, 0xbb, 0xbf]);
  marked.set(bytes, 3);
  const readings = [await readBytes(bytes, 1_000_000), await readBytes(marked, 113)];
  assert.deepEqual(readings[0]?.document, readings[1]?.document);
});

test("what is not JSON is named with what to do", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /is empty/],
    ["  \n", /is empty/],
    ['<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">', /CycloneDX XML/],
    ["<!DOCTYPE html><html>", /web page/],
    ["SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0", /tag-value/],
    ["---\napiVersion: v1", /YAML/],
    ["NAME  INSTALLED  FIXED-IN  TYPE", /Grype's table/],
    ["PK\u0003\u0004rest", /binary: an archive/],
    ["2026-01-01T10:00:00 error: could not pull image", /log or error/],
    ["CONTAINER ID   IMAGE   NAMES", /table of containers.*--containers/],
    ["FROM debian:12", /is no JSON: .*found "F" at byte 0/],
    ["5e18bb80295d 7b8c82ec6fb2", /is no JSON: /],
  ];
  for (const [text, expected] of cases) {
    const message = await refusal(text);
    assert.match(message, expected);
    assert.match(message, /"input\.json": .*`syft IMAGE -o json`/);
  }
  const wide = new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x22, 0]);
  const { document } = await readBytes(wide);
  assert.match(document.kind === "refused" ? document.message : "", /UTF-16/);
});

test("other JSON is named for what it is", async () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ process_exec: {}, time: "x" }, /Tetragon events.*--events/],
    ['{"process_exec":{}}\n{"process_exit":{}}', /Tetragon events/],
    [{ SchemaVersion: 2, Results: [] }, /Trivy/],
    [{ version: "2.1.0", runs: [] }, /SARIF/],
    [{ catalogVersion: "1", vulnerabilities: [] }, /catalogue/],
    [{ apiVersion: "v1", kind: "List", items: [] }, /Kubernetes.*--k8s/],
    [{ payload: "e30=", payloadType: "application/vnd.in-toto+json" }, /signed envelope/],
    [[{ Id: "x" }], /Expected one JSON object, found a list; .*--containers/],
    [{ Id: "x", HostConfig: {} }, /container.*--containers/],
    [{ "@context": "https://openvex.dev/ns", statements: [] }, /OpenVEX/],
    [{ document: {}, product_tree: {}, vulnerabilities: [] }, /CSAF/],
    [{ predicateType: "x", predicate: { builder: {} } }, /attestation of something else/],
    [{ detector: {}, job: {}, manifests: {} }, /dependency snapshot/],
    [{ architecture: "amd64", rootfs: {} }, /configuration of an image/],
    [{ apiVersion: "v1", kind: "Pod", spec: {} }, /Kubernetes object.*--k8s/],
    ["5", /found a single value/],
    [{}, /empty/],
    [{ a: 1, b: 2 }, /keys: "a", "b"/],
    [{ artifacts: [] }, /keys: "artifacts"/],
  ];
  for (const [value, expected] of cases) assert.match(await refusal(value), expected);
});

test("versions that are not read are refused with their path", async () => {
  assert.match(
    await refusal({ spdxVersion: "SPDX-3.0", packages: [] }),
    /^spdxVersion\|.*"SPDX-3\.0"/,
  );
  assert.match(await refusal({ bomFormat: "Other" }), /^bomFormat\|.*Expected "CycloneDX"/);
});

test("a cut or broken document is refused with path, offset and advice", async () => {
  const bytes = fixtureBytes("boot.syft.json.gz");
  const cut = await readBytes(bytes.subarray(0, Math.floor(bytes.length / 2)));
  assert.equal(cut.document.kind, "refused");
  const message = cut.document.kind === "refused" ? cut.document.message : "";
  assert.match(message, /artifacts\[\d+\].*the document ends .* at byte \d+\. The file was cut/);
  assert.match(await refusal('{"artifacts":[{"id":"a",}]}'), /^artifacts\[0\]\|.*not valid JSON/);
});

test("a list that is no list is reported, the rest is read", async () => {
  const { document, problems } = await readWritten({
    artifacts: { a: 1 },
    files: null,
    schema: { version: "16.0.0" },
  });
  assert.equal(document.kind, "sbom");
  const left = problems.find(({ code }) => code === "element-left-out");
  assert.match(left?.message ?? "", /artifacts: expected a list, found an object/);
  const twice = await readWritten({ spdxVersion: "SPDX-2.3", files: "x" });
  assert.equal(twice.problems.find(({ code }) => code === "element-left-out")?.count, 1);
});

test("a refused document leaves no other problems behind", async () => {
  const { document, problems } = await readWritten({ files: ["dist"], packages: [1], name: "x" });
  assert.equal(document.kind, "refused");
  assert.deepEqual(problems, []);
});

test("messages quote little of a hostile document", () => {
  const keys = Array.from({ length: 50 }, (_, index) => `\u001b[2J${"x".repeat(5000)}${index}`);
  const { message } = explainUnknown({ input: "f", kind: "object", keys, texts: new Map() });
  assert.ok(message.length < 1500);
  assert.ok(!message.includes("\u001b"));
});

test("any bytes are refused or read, never thrown at", async () => {
  let seed = 1;
  const next = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed;
  };
  const bytes = fixtureBytes("javaapp.cdx.json.gz");
  for (let run = 0; run < 200; run += 1) {
    const broken = bytes.slice();
    for (let hit = 0; hit < 5; hit += 1) broken[next() % broken.length] = next() % 256;
    const { document } = await readBytes(broken);
    assert.ok(["sbom", "refused"].includes(document.kind));
  }
});
