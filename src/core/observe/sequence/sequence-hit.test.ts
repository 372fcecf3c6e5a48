/**
 * Tries what a hit tells: whose doing it is, why, and what to look for, all of it bounded.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene } from "../../../testing/act-scene.ts";
import type { Subject } from "../detect/subject.ts";
import { makeHit, subjectIdOf, subjectOf } from "./sequence-hit.ts";
import type { Mark, SequenceRule } from "./sequence-rule.ts";

function ruleOf(told: Partial<SequenceRule>): SequenceRule {
  const step = { name: "one", alternatives: [], tally: undefined, relations: [] };
  const types = ["ip", "domain", "url", "file", "command"];
  const indicators = new Set(types);
  const rest = { steps: [step], subjectStep: 0, subjectIs: "process", indicators };
  return { ...rest, head: { id: "a" }, ...told } as unknown as SequenceRule;
}

function markOf(subject: Subject, told: Partial<Mark> = {}): Mark {
  const { execId, parentExecId, pid, entry } = subject;
  const ids = { execId, parentExecId, entryExecId: entry.execId, pid, startUs: 0 };
  const act = { timeUs: 1, kind: "exec" as const, path: "", address: "", port: 0 };
  return { ...ids, ...act, tallied: 0, values: [], ...told };
}

const scene = new ActScene();
const shell = scene.add({ pid: 1, binary: "/bin/bash" });
const tool = scene.add({ pid: 2, binary: "/tmp/a", arguments: "x", parent: shell });

test("the subject is the process of a step, its parent, or its session", () => {
  const mark = markOf(tool);
  assert.equal(subjectOf(ruleOf({}), mark, scene), tool);
  assert.equal(subjectOf(ruleOf({ subjectIs: "parent" }), mark, scene), shell);
  assert.equal(subjectOf(ruleOf({ subjectIs: "entry" }), mark, scene), shell);
  assert.equal(subjectIdOf(ruleOf({}), mark), tool.execId);
  assert.equal(subjectIdOf(ruleOf({ subjectIs: "entry" }), mark), shell.execId);
});

test("of a step that counts a session is told once, whichever process it is", () => {
  const tally = { kind: "count", atLeast: 2, field: undefined } as const;
  const steps = [{ name: "one", alternatives: [], tally, relations: [] }];
  assert.equal(subjectIdOf(ruleOf({ steps }), markOf(tool)), shell.execId);
});

test("indicators name far ends and files in odd places, not oneself nor the system", () => {
  const marks = [
    markOf(tool),
    markOf(shell),
    markOf(tool, { kind: "connect", address: "2001:db8::5", port: 443 }),
    markOf(tool, { kind: "connect", address: "127.0.0.1", port: 80 }),
    markOf(tool, { kind: "write", path: "/etc/cron.d/a" }),
  ];
  const { indicators } = makeHit(ruleOf({}), [marks], tool, scene);
  assert.deepEqual(
    indicators.filter(({ type }) => type !== "command").map(({ value }) => value),
    ["/tmp/a", "2001:db8::5", "/etc/cron.d/a"],
  );
});

test("a hit stays within its bounds, however much took part and however long it is", () => {
  const words = Array.from({ length: 40 }, (_, at) => `http://h${at}.example.com/`).join(" ");
  const many = Array.from({ length: 40 }, (_, at) =>
    scene.add({ pid: 100 + at, binary: "/usr/bin/curl", arguments: words, parent: shell }),
  );
  const hit = makeHit(ruleOf({}), [many.map((one) => markOf(one))], tool, scene);
  assert.equal(hit.others.length, 8);
  assert.equal(hit.indicators.length, 16);
  assert.ok(hit.because.every((reason) => reason.length <= 200));
});

test("a hit that rests on arguments that were cut says so", () => {
  const cut = scene.add({ pid: 300, binary: "/usr/bin/curl" });
  cut.argumentsCut = true;
  assert.equal(makeHit(ruleOf({}), [[markOf(cut)]], cut, scene).incomplete, true);
  assert.equal(makeHit(ruleOf({}), [[markOf(tool)]], tool, scene).incomplete, false);
});
