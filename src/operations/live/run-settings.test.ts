/** Tests of what `run` is told: options, keys of the configuration, defaults, refusals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configJsonSchema, readConfig } from "../config.ts";
import type { Settings } from "../operation.ts";
import { run } from "../run.ts";
import { kebabKey, runFields } from "./run-fields.ts";
import { type RunInput, resolveRun } from "./run-settings.ts";

const none: Settings = { file: "", config: {} };
const configured = (text: string): Settings => ({
  file: "waggle.yaml",
  config: readConfig(text, "waggle.yaml"),
});
const resolve = (input: RunInput, settings = none) =>
  resolveRun({ follow: ["f"], ...input }, settings);

test("every option has a key of the configuration, called as the option is", () => {
  const properties = configJsonSchema()["properties"] as {
    readonly run: { readonly properties: Readonly<Record<string, unknown>> };
  };
  const keys = Object.keys(properties.run.properties).sort();
  assert.deepEqual(keys, Object.keys(run.input.shape).map(kebabKey).sort());
  assert.ok(keys.includes("tetragon-metrics"));
});

test("the command line stands before the configuration, option by option", () => {
  const settings = configured("run: {name: c, settle: 3s, sink: [a, b], scan: off, archive: off}");
  const both = resolve({ name: "n", sink: ["x"] }, settings);
  assert.equal(both.name, "n");
  assert.deepEqual(both.sinks, ["x"], "lists replace, they do not add");
  assert.deepEqual([both.settleUs, both.scan, both.archiveUs], [3e6, "off", 0]);
  assert.equal(
    resolve({ managePolicies: false }, configured("run: {manage-policies: true}")).managePolicies,
    false,
  );
});

test("detection is on unless it is turned off, with rules of the user beside ours", () => {
  assert.deepEqual([resolve({}).detect, resolve({}).rules], ["auto", []]);
  const off = resolve({}, configured("run: {detect: off, rules: [site/rules]}"));
  assert.deepEqual([off.detect, off.rules], ["off", ["site/rules"]]);
});

test("the state directory is that of run:, else that of the whole configuration", () => {
  assert.equal(resolve({}).state, "waggle-state");
  assert.equal(resolve({}, configured("state: all/")).state, "all");
  assert.equal(resolve({}, configured("state: all\nrun: {state: own}")).state, "own");
  assert.equal(resolve({ state: "/" }).state, "/");
});

test("what is left out has its default", () => {
  const { status, sinks, kubeconfig, tls, ...rest } = resolve({});
  assert.deepEqual([status, sinks, kubeconfig, tls], ["127.0.0.1:9464", [], undefined, undefined]);
  const { archiveBytes, archiveUs, retentionUs, scheduleUs, settleUs, canaryUs } = rest;
  const hourUs = 3600e6;
  assert.deepEqual([archiveBytes, archiveUs, retentionUs], [2e9, 24 * hourUs, 30 * 24 * hourUs]);
  assert.equal(rest.historyRetentionUs, 400 * 24 * hourUs);
  assert.deepEqual([scheduleUs, settleUs, canaryUs], [24 * hourUs, 20e6, 0]);
  assert.deepEqual(rest.scanSources, ["containerd", "docker", "podman"], "none that fetches");
});

test("a size or a time that is none is refused by the name of its option", () => {
  for (const [input, named] of [
    [{ archiveSize: "2" }, /archive-size takes a size .*"2"/],
    [{ archiveSize: "0MB" }, /archive-size/],
    [{ archiveSize: "99999999GB" }, /archive-size/],
    [{ archive: "soon" }, /archive takes a duration .*"soon"/],
    [{ settle: "0s" }, /settle takes a duration/],
    [{ schedule: "-1h" }, /schedule/],
    [{ retention: "30" }, /retention/],
    [{ historyRetention: "soon" }, /history-retention takes a duration/],
    [{ canary: "on" }, /canary/],
    [{ scanSource: "web" }, /scan-source takes/],
    [{ tlsCert: "c" }, /tls-cert and tls-key go together/],
  ] as const) {
    assert.throws(() => resolve(input), { code: "usage", message: named });
  }
  assert.equal(resolve({ archiveSize: "3 MiB" }).archiveBytes, 3 * 1024 ** 2);
  assert.equal(resolve({ status: "off" }).status, "");
});

test("without a source of events there is nothing to do", () => {
  assert.throws(() => resolveRun({}, none), { code: "usage", message: /--tetragon unix:/ });
  assert.equal(resolveRun({ discover: true }, none).kubeconfig, "", "discovery asks the cluster");
  assert.equal(resolveRun({ follow: ["f"], kubeconfig: "k" }, none).kubeconfig, "k");
});

test("every server is reached with what is said of TLS; a name alone asks for TLS too", () => {
  const named = resolve({ tetragon: ["a:1", "b:1"], tlsServerName: "t" });
  assert.deepEqual(named.tetragon[1], { address: "b:1", tls: { serverName: "t" } });
  const files = { tlsCa: "ca", tlsCert: "c", tlsKey: "k" };
  assert.deepEqual(resolve(files).tls, { caFile: "ca", certificateFile: "c", keyFile: "k" });
});

test("each option says what it is", () => {
  for (const [key, schema] of Object.entries(runFields)) assert.ok(schema.description, key);
});
