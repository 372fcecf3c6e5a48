/**
 * Holds which policies are refused before anybody looks at their hooks, and with which words.
 * Source: each text was given by Tetragon 1.7.0's own `tracingpolicy.FromYAML` for that document.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPolicy } from "./read-policy.ts";
import { Refusal } from "./refusal.ts";

const head = (more = "", name = "p", kind = "TracingPolicy") =>
  `apiVersion: cilium.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const loader = "spec:\n  loader: true\n";
const hook = (lines: string) =>
  `${head()}spec:\n  kprobes:\n  - call: security_file_open\n    syscall: false\n${lines}`;

function refusalOf(yaml: string): string {
  try {
    readPolicy(yaml);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
  return "taken";
}

const notYaml = "failed to unmarshal YAML: error converting YAML to JSON: yaml: ";
const notJson = "failed to unmarshal YAML: error unmarshaling JSON: while decoding JSON: ";
const notTyped =
  "failed to unmarshal into typed object: error unmarshaling JSON: while decoding JSON: json: ";

function check(cases: readonly (readonly [yaml: string, said: string])[]): void {
  for (const [yaml, said] of cases) assert.equal(refusalOf(yaml), said, yaml);
}

test("a document that is no object, or of no kind, is refused", () => {
  check([
    ["", "unknown CRD kind: "],
    ["# only this\n", "unknown CRD kind: "],
    [
      "hello",
      `${notJson}json: cannot unmarshal string into Go value of type map[string]interface {}`,
    ],
    [
      "- a\n",
      `${notJson}json: cannot unmarshal array into Go value of type map[string]interface {}`,
    ],
    ["a: 1\n", `${notJson}Object 'Kind' is missing in '{"a":1}'`],
    [
      `kind: 5\napiVersion: v1\n`,
      `${notJson}Object 'Kind' is missing in '{"apiVersion":"v1","kind":5}'`,
    ],
    [head(loader, "p", "CiliumNetworkPolicy"), "unknown CRD kind: CiliumNetworkPolicy"],
  ]);
  assert.match(refusalOf("a: ["), /^failed to unmarshal YAML: error converting .*: yaml: line 1: /);
  assert.match(refusalOf("a:\n\t- b\n"), /yaml: line 2: /);
});

test("nobody looks at the version, and only the first document counts", () => {
  assert.equal(readPolicy(head(loader).replace("cilium.io/v1alpha1", "v1")).name, "p");
  assert.equal(readPolicy(`---\n${head(loader)}---\n${head(loader, "q")}`).name, "p");
  assert.equal(readPolicy(head("spec: {loader: yes}\n")).spec["loader"], true);
  assert.equal(readPolicy(head(loader, "123")).name, "123");
  assert.equal(readPolicy(head(loader, "2026-01-02")).name, "2026-01-02");
});

test("keys that come twice are refused, wherever", () => {
  const twice = (line: number, key: string) =>
    `${notYaml}unmarshal errors:\n  line ${line}: key "${key}" already set in map`;
  check([
    [`${head(loader)}kind: TracingPolicy\n`, twice(7, "kind")],
    [`${head(loader)}  loader: false\n`, twice(7, "loader")],
    [hook("    args:\n    - index: 0\n      type: file\n      index: 1\n"), twice(12, "index")],
  ]);
});

test("keys that nobody knows are refused, wherever", () => {
  check([
    [`${head(loader)}status: {}\n`, `${notTyped}unknown field "status"`],
    [`${head(loader)}foo: 1\nbar: 2\n`, `${notTyped}unknown field "bar"`],
    [`${head("  foo: 1\n")}${loader}`, `${notTyped}unknown field "foo"`],
    [`${head(loader)}  foo: 1\n`, `${notTyped}unknown field "foo"`],
    [hook("    foo: 1\n"), `${notTyped}unknown field "foo"`],
    [hook("    selectors:\n    - matchFoo: []\n"), `${notTyped}unknown field "matchFoo"`],
    [hook("    args:\n    - {index: 0, type: file, foo: 2}\n"), `${notTyped}unknown field "foo"`],
    [`${head(loader)}constructor: 1\n`, `${notTyped}unknown field "constructor"`],
  ]);
});

test("values of a wrong kind are told as Go tells them", () => {
  const misfit = (what: string, field: string, type: string) =>
    `${notTyped}cannot unmarshal ${what} into Go struct field ${field} of type ${type}`;
  check([
    [
      `${head('spec: {loader: "true"}')}`,
      misfit("string", "TracingPolicySpec.spec.loader", "bool"),
    ],
    [
      `${head("spec: {kprobes: {}}")}`,
      misfit("object", "TracingPolicySpec.spec.kprobes", "[]v1alpha1.KProbeSpec"),
    ],
    [
      hook("    args:\n    - {index: -1, type: int}\n"),
      misfit("number -1", "KProbeArg.spec.kprobes.args.index", "uint32"),
    ],
    [hook('    return: "yes"\n'), misfit("string", "KProbeSpec.spec.kprobes.return", "bool")],
  ]);
});

test("names and namespaces follow Kubernetes' rules", () => {
  const rule = /^validation failed: metadata\.name: Invalid value: "[^"]+": a lowercase RFC 1123/;
  for (const name of ["Bad_Name", "a..b", "a/b", "-a"])
    assert.match(refusalOf(head(loader, name)), rule);
  assert.equal(refusalOf(head(loader, "a".repeat(253))), "taken");
  assert.match(refusalOf(head(loader, "a".repeat(254))), /must be no more than 253 characters$/);
  const required = "metadata.name: Required value: name or generateName is required";
  check([
    [head(loader, "null"), `validation failed: ${required}`],
    [
      `kind: TracingPolicy\n${loader}`,
      `validation failed: ${required}\n.metadata in body is required`,
    ],
    [
      head(`  namespace: x\n${loader}`),
      "validation failed: metadata.namespace: Forbidden: not allowed on this type",
    ],
    [
      head(loader, "p", "TracingPolicyNamespaced"),
      "validation failed: metadata.namespace: Required value",
    ],
  ]);
  const inside = readPolicy(head(`  namespace: x\n${loader}`, "p", "TracingPolicyNamespaced"));
  assert.equal(inside.namespace, "x");
});

test("what the resource definition forbids is told with its place", () => {
  const at = "validation failed: spec.kprobes[0]";
  const tags = (count: number) => hook(`    tags: [${Array(count).fill("ab").join(",")}]\n`);
  const filter = (text: string) => hook(`    selectors:\n    - matchArgs:\n      - {${text}}\n`);
  const binary = "{operator: In, values: [/bin/a]}";
  assert.equal(refusalOf(tags(16)), "taken");
  check([
    [head(), "validation failed: .spec in body is required"],
    [head("spec:\n"), 'validation failed: spec in body must be of type object: "null"'],
    [tags(17), `${at}.tags in body should have at most 16 items`],
    [head("spec: {kprobes: [{syscall: false}]}"), `${at}.call in body is required`],
    [head("spec: {kprobes: [{call: 5}]}"), `${at}.call in body must be of type string: "integer"`],
    [filter("index: 0"), `${at}.selectors[0].matchArgs[0].operator in body is required`],
    [
      filter("operator: Equal, values: [1]"),
      `${at}.selectors[0].matchArgs[0].values[0] in body must be of type string: "integer"`,
    ],
    [hook("    args: [{type: int}]\n"), `${at}.args[0].index in body is required`],
    [
      hook("    selectors:\n    - matchPIDs: [{operator: Equal, values: [1]}]\n"),
      `${at}.selectors[0].matchPIDs[0].operator in body should be one of [In NotIn]`,
    ],
    [
      hook(`    selectors: [{matchBinaries: [${binary}, ${binary}]}]\n`),
      `${at}.selectors[0].matchBinaries in body should have at most 1 items`,
    ],
  ]);
  assert.match(
    refusalOf(filter("operator: Foo")),
    /operator in body should be one of \[Equal NotE/,
  );
});

test("anchors are followed, but not without end", () => {
  assert.equal(refusalOf(hook("    selectors:\n    - &a {matchArgs: []}\n    - *a\n")), "taken");
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"]) {
    bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(",")}]`);
  }
  assert.match(refusalOf(bomb.join("\n")), /excessive aliasing$/);
  assert.match(refusalOf("[".repeat(50_000)), /^failed to unmarshal YAML/);
});
