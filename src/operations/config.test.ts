/** Tests of `config.ts`: what a configuration may say, and that its errors point at the place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WaggleError } from "../ports/waggle-error.ts";
import { configJsonSchema, readConfig } from "./config.ts";

function refusal(text: string): string {
  try {
    readConfig(text, "waggle.yaml");
  } catch (error) {
    if (error instanceof WaggleError && error.code === "config-invalid") return error.message;
    throw error;
  }
  assert.fail("was accepted");
}

test("a whole configuration is read", () => {
  const config = readConfig(
    [
      "events: [logs/]",
      "sbom:",
      "  - web=nginx.json",
      "fail-on: [kev, in-use:high]",
      "minimum-window: 10m",
      "critical-severities: [Critical, High]",
      "images:",
      "  registry.example/web: [a.json, b.json]",
      "probes:",
      "  - {container: redis, command: redis-cli ping}",
    ].join("\n"),
    "waggle.yaml",
  );
  assert.deepEqual(config.events, ["logs/"]);
  assert.deepEqual(config["fail-on"], ["kev", "in-use:high"]);
  assert.deepEqual(config.images, { "registry.example/web": ["a.json", "b.json"] });
});

test("an empty file and one of comments are empty configurations", () => {
  assert.deepEqual(readConfig("", "waggle.yaml"), {});
  assert.deepEqual(readConfig("# nothing yet\n", "waggle.yaml"), {});
});

test("an unknown key is named with line and column, and the nearest key", () => {
  const message = refusal("events: [a]\nsboms: [b]\n");
  assert.match(message, /^waggle\.yaml:2:1: unknown key "sboms"\. Did you mean "sbom"\?$/);
});

test("an unknown key inside of a list is found at its own line", () => {
  const message = refusal("probes:\n  - command: x\n    conatiner: y\n");
  assert.match(message, /^waggle\.yaml:3:5: unknown key "conatiner"\. Did you mean "container"\?$/);
});

test("a value of the wrong type is named with its key and place", () => {
  assert.match(refusal("top: many\n"), /^waggle\.yaml:1:6: top: .*expected/);
  assert.match(refusal("events:\n  - a\n  - 3\n"), /^waggle\.yaml:3:5: events\.1: /);
  assert.match(refusal("events: file\n"), /^waggle\.yaml:1:9: events: .*expected array/);
});

test("a duration and a condition are checked when the file is read", () => {
  assert.match(refusal("minimum-window: soon\n"), /:1:17: minimum-window: expected a duration/);
  assert.match(refusal("fail-on: [bad]\n"), /:1:11: fail-on\.0: expected words such as critical/);
});

const signed = "vulnerability: CVE-1, reason: r, by: p, until: 2026-12-31";

test("a decision needs who, why and until when, and its justification goes with its status", () => {
  const config = readConfig(`decisions:\n  - {${signed}, status: accepted}\n`, "waggle.yaml");
  assert.equal(config.decisions?.[0]?.until, "2026-12-31");
  const refused = (text: string) => refusal(`decisions:\n  - {${text}}\n`);
  assert.match(refused("vulnerability: CVE-1, status: accepted"), /:2:5: decisions\.0\.reason: /);
  assert.match(refused(`${signed}, status: not_affected`), /needs a justification: one of comp/);
  assert.match(
    refused(`${signed}, status: fixed, justification: component_not_present`),
    /:2:\d+: decisions\.0\.justification: goes with not_affected and false_positive/,
  );
  assert.match(refused(`${signed.replace("-12-31", "-02-31")}, status: fixed`), /the last day it/);
  assert.match(refused(`${signed}, status: fixed, pakage: x`), /"pakage"\. Did you mean "package"/);
});

test("what is no YAML is told with its place", () => {
  assert.match(refusal("events: [a\n"), /^waggle\.yaml:\d+:\d+: not YAML: /);
  assert.match(refusal("- a\n- b\n"), /expected keys and values/);
  assert.match(refusal("a: 1\na: 2\n"), /not YAML/);
});

test("aliases are refused, so that no document can grow in memory", () => {
  assert.match(refusal("events: &a [x]\nsbom: *a\n"), /:2:7: aliases are not taken/);
});

test("a misspelt key of a route gets the keys of routes", () => {
  const route = "notify:\n  - name: a\n    kind: webhook\n";
  const told = refusal(`${route}    min-severty: high\n`);
  assert.match(
    told,
    /^waggle\.yaml:4:5: unknown key "min-severty"\. Did you mean "min-severity"\?$/,
  );
  assert.match(refusal(`${route}    minSeverity: high\n`), /Did you mean "min-severity"\?$/);
  const quiet = `${route}    quiet-hours: {from: "22:00", to: "07:00", timezon: UTC}\n`;
  assert.match(refusal(quiet), /unknown key "timezon"\. Did you mean "timezone"\?/);
});

test("keys that mean something to JavaScript are unknown keys like any other", () => {
  assert.match(refusal("__proto__: {top: 1}\n"), /unknown key "__proto__"/);
  assert.match(refusal("constructor: 1\n"), /unknown key "constructor"/);
});

test("the published schema describes every key", () => {
  const schema = configJsonSchema() as { properties: Record<string, { description?: string }> };
  for (const [key, property] of Object.entries(schema.properties)) {
    assert.notEqual(property.description ?? "", "", key);
  }
});
