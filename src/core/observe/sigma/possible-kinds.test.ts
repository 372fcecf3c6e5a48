/** Tests which acts a rule can be about, and that pruning never changes what it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, hookEvent, sampleAct, sampleBook } from "../../../testing/act-samples.ts";
import { ActReader } from "../detect/act-reader.ts";
import { compileExpression } from "./expression.ts";
import { actsOf } from "./log-source.ts";
import { possibleKinds, pruneExpression } from "./possible-kinds.ts";
import { readSearches } from "./read-searches.ts";

const audit = actsOf({ category: "", product: "linux", service: "auditd" });
assert.ok(typeof audit === "object");
const { fields, kinds } = audit;

function read(detection: Readonly<Record<string, unknown>>) {
  const options = { fields, regex: linearRegex, placeholders: new Map(), keywordFields: [] };
  const expression = readSearches(detection, ["detection"], options, []);
  assert.ok(expression);
  return expression;
}

test("the type of a record decides the kinds", () => {
  const detection = (search: object) => read({ s: search, condition: "s" });
  assert.deepEqual(possibleKinds(detection({ type: "EXECVE" }), kinds), ["exec"]);
  assert.equal(possibleKinds(detection({ type: "PATH" }), kinds).includes("exec"), false);
  assert.deepEqual(possibleKinds(detection({ SYSCALL: "memfd_create" }), kinds), [
    "memory-file",
    "call",
  ]);
  assert.deepEqual(possibleKinds(detection({ type: "LOGIN" }), kinds), []);
  assert.deepEqual(possibleKinds(detection({ a0: "x", nametype: "DELETE" }), kinds), []);
});

test("what cannot be for these kinds falls away, and nothing else changes", () => {
  const expression = read({
    a: { type: "SYSCALL", "exe|endswith": "/useradd" },
    b: { type: "ADD_USER" },
    c: { type: "EXECVE", a1: "-x" },
    condition: "(a or b or c) and not b",
  });
  const possible = possibleKinds(expression, kinds);
  const pruned = pruneExpression(expression, possible);
  assert.equal(pruned.kind, "or");
  assert.ok(pruned.kind === "or" && pruned.parts.length === 2);
  const reader = new ActReader();
  const [whole, less] = [compileExpression(expression), compileExpression(pruned)];
  const { subject } = execAct("/usr/sbin/useradd u");
  const acts = [
    ...[execAct("/usr/sbin/useradd u"), execAct("/bin/ls -x"), execAct("/bin/ls")],
    ...possible.map((kind) => sampleAct({ kind, subject, event: hookEvent("sys_call") })),
  ];
  for (const act of acts) {
    reader.show(act, sampleBook());
    assert.equal(less(reader), whole(reader), act.kind);
  }
});
