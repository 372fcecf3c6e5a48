/**
 * Tries how steps stand to each other, over forks and programs that became others.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene } from "../../../testing/act-scene.ts";
import type { Subject } from "../detect/subject.ts";
import type { Mark, RelationName } from "./sequence-rule.ts";
import { isRelated } from "./step-relations.ts";

function markOf(subject: Subject, told: Partial<Mark> = {}): Mark {
  const { execId, parentExecId, pid, startUs, entry } = subject;
  const ids = { execId, parentExecId, entryExecId: entry.execId, pid, startUs };
  const act = { timeUs: startUs, kind: "exec" as const, path: "", address: "", port: 0 };
  return { ...ids, ...act, tallied: 0, values: [], ...told };
}

const scene = new ActScene();
const shell = scene.add({ pid: 1, binary: "/bin/bash" });
const fork = scene.add({ pid: 2, binary: "/bin/bash", parent: shell, execSeen: false });
const became = scene.add({ pid: 2, binary: "/bin/sh", parent: shell, startUs: 5 });
const wrapper = scene.add({ pid: 3, binary: "/usr/bin/nohup", parent: became, startUs: 6 });
const wrapped = scene.add({ pid: 3, binary: "/tmp/a", parent: wrapper, startUs: 7, exitUs: 9 });
const below = scene.add({ pid: 4, binary: "/usr/bin/id", parent: wrapped, startUs: 8 });

function holds(name: RelationName, a: Subject, b: Subject): boolean {
  return isRelated({ name, step: 0, value: 0 }, markOf(a), markOf(b), scene);
}

test("a process is the same before and after it becomes another program", () => {
  assert.ok(holds("same-process", fork, became));
  assert.ok(holds("same-process", wrapper, wrapped));
  assert.ok(!holds("same-process", shell, became));
  assert.ok(holds("other-process", shell, became));
});

test("children are those of any image of the parent, never the next image itself", () => {
  assert.ok(holds("child-of", below, wrapped));
  assert.ok(holds("child-of", below, wrapper));
  assert.ok(holds("parent-of", wrapped, below));
  assert.ok(!holds("child-of", wrapped, wrapper));
  assert.ok(!holds("child-of", below, shell));
});

test("who descends from a fork descends from what it became", () => {
  assert.ok(holds("descends-from", below, fork));
  assert.ok(holds("descends-from", below, shell));
  assert.ok(holds("ancestor-of", shell, below));
  assert.ok(!holds("descends-from", shell, below));
  assert.ok(holds("within-tree-of", became, fork));
  assert.ok(holds("within-tree-of", below, fork));
  assert.ok(!holds("within-tree-of", shell, fork));
});

test("programs overlap while both run, and one whose end is unknown runs on", () => {
  const late = scene.add({ pid: 9, binary: "/bin/sh", parent: shell, startUs: 10 });
  assert.ok(holds("overlaps", wrapped, below));
  assert.ok(!holds("overlaps", wrapped, late));
  assert.ok(holds("overlaps", below, late));
});

test("values that are unknown are not the same", () => {
  const relation = { name: "same-value", step: 0, value: 0 } as const;
  const of = (value: string) => markOf(shell, { values: [value] });
  assert.ok(isRelated(relation, of("a"), of("a"), scene));
  assert.ok(!isRelated(relation, of("a"), of("b"), scene));
  assert.ok(!isRelated(relation, of(""), of(""), scene));
});

test("what a forgotten process was to others is not known", () => {
  const gone = scene.add({ pid: 20, binary: "/bin/sh", parent: shell });
  const child = scene.add({ pid: 21, binary: "/usr/bin/id", parent: gone });
  const marks = [markOf(child), markOf(shell)] as const;
  scene.forget(child);
  assert.ok(!isRelated({ name: "descends-from", step: 0, value: 0 }, ...marks, scene));
});
