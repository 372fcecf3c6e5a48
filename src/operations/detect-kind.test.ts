/** Tests of `detect-kind.ts`: the first bytes of each kind of file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { detectKind } from "./detect-kind.ts";

const kind = (text: string) => detectKind(new TextEncoder().encode(text));

test("events are told by their keys, bare or wrapped by a container runtime", () => {
  assert.equal(kind('{"process_exec":{"process":{}},"node_name":"n","time":"2026"}\n'), "events");
  assert.equal(kind('{"time":"2026","node_name":"n","process_exit":{}}\n'), "events");
  assert.equal(kind('2026-03-15T00:06:32.475152409Z stdout F {"process_exec":{}}\n'), "events");
  assert.equal(kind('{"log":"{\\"process_exec\\":{}}\\n","stream":"stdout"}\n'), "events");
});

test("the recorded stream of messages is told by its length prefix", () => {
  assert.equal(detectKind(Uint8Array.of(0, 0, 1, 2, 10, 5, 1)), "events");
});

test("an event that mentions keys of an SBOM stays an event", () => {
  const text = '{"process_exec":{"process":{"arguments":"{\\"artifacts\\": []}"}}}\n';
  assert.equal(kind(text), "events");
});

test("SBOMs and scans are told by their keys", () => {
  assert.equal(kind('{"artifacts":[{"id":"1"}]}'), "inventory");
  assert.equal(kind('{\n "matches": [\n'), "inventory");
  assert.equal(kind('{"$schema":"x","bomFormat":"CycloneDX"}'), "inventory");
  assert.equal(kind('{"spdxVersion":"SPDX-2.3"}'), "inventory");
});

test("cluster objects, container lists, policies, metrics and dumps are told apart", () => {
  assert.equal(kind('{"apiVersion":"v1","items":[],"kind":"List"}'), "kubernetes");
  assert.equal(kind("name\tcontainer_id\timage\nnginx\tabc\tx\n"), "containers");
  assert.equal(kind("CONTAINER ID   IMAGE   COMMAND\nabc  x  y\n"), "containers");
  assert.equal(kind('[{"Id":"abc","Config":{}}]'), "containers");
  assert.equal(kind("# HELP tetragon_events_total x\n"), "metrics");
  assert.equal(kind("HTTP/1.0 200 OK\nDate: x\n\n# HELP go_gc_x y\n"), "metrics");
  assert.equal(kind("apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"), "policies");
  assert.equal(kind('{"type": "host", "boot_id": "x"}\n{"type":"process"}\n'), "processes");
});

test("catalogues and saved reports are told by how they begin", () => {
  const listed = '"vulnerabilities": [{"cveID": "CVE-2024-1"}]';
  assert.equal(kind(`{\n "title": "CISA", "catalogVersion": "2026.08.07", ${listed}`), "kev");
  assert.equal(kind(`{${listed}}`), "kev");
  assert.equal(kind('{"bomFormat":"CycloneDX","vulnerabilities":[]}'), "inventory");
  assert.equal(kind("cve,epss,percentile,date\nCVE-2024-1,0.1,0.2,x\n"), "epss");
  assert.equal(kind("#model_version:v1,score_date:x\ncve,epss,percentile\r\n"), "epss");
  assert.equal(kind('{\n  "schemaVersion": "1.1.0",\n  "generatedAt": null, "window"'), "report");
  assert.equal(kind('{"schemaVersion": 2, "manifests": []}'), "events");
});

test("a mark of UTF-8 at the start changes nothing", () => {
  assert.equal(kind('\uFEFF{"artifacts":[]}'), "inventory");
});

test("what looks like nothing known is other", () => {
  assert.equal(kind(""), "other");
  assert.equal(kind("<html>"), "other");
  assert.equal(kind("cve,score\n"), "other");
});
