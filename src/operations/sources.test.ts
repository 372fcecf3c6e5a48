/** Tests of `sources.ts`: what the command line says, what the configuration fills in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "./config.ts";
import type { Settings } from "./operation.ts";
import { resolveSources } from "./sources.ts";

const none: Settings = { file: "", config: {} };

function from(file: string, config: Config): Settings {
  return { file, config };
}

test("lists that the command line gives win over the configuration, one by one", () => {
  const settings = from("waggle.yaml", { events: ["c.jsonl"], sbom: ["c.json"], k8s: ["k.json"] });
  const sources = resolveSources({ events: ["a.jsonl"] }, settings);
  assert.deepEqual(sources.events, ["a.jsonl"]);
  assert.deepEqual(sources.sbom, ["c.json"]);
  assert.deepEqual(sources.k8s, ["k.json"]);
});

test("paths of a configuration elsewhere are relative to it, names before = stay", () => {
  const settings = from("ops/lab/waggle.yaml", {
    events: ["logs", "/var/log/t.log", "-"],
    sbom: ["web=nginx.json", "plain.json", "db=/abs/db.json"],
    images: { "registry.example/web": ["a.json"], redis: "r.json" },
  });
  const sources = resolveSources({}, settings);
  assert.deepEqual(sources.events, ["ops/lab/logs", "/var/log/t.log", "-"]);
  assert.deepEqual(sources.sbom, [
    "web=ops/lab/nginx.json",
    "ops/lab/plain.json",
    "db=/abs/db.json",
    "registry.example/web=ops/lab/a.json",
    "redis=ops/lab/r.json",
  ]);
});

test("without events there is a message that says what to pass", () => {
  assert.throws(() => resolveSources({}, none), /No events: pass --events FILE/);
});

test("a dump of processes alone is enough", () => {
  assert.deepEqual(resolveSources({ processes: ["ps.jsonl"] }, none).processes, ["ps.jsonl"]);
});

test("standard input is read once, and cannot be counted back from its end", () => {
  assert.throws(() => resolveSources({ events: ["-"], sbom: ["-"] }, none), /only once/);
  assert.deepEqual(resolveSources({ events: ["-"] }, none).events, ["-"]);
});
