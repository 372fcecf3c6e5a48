/** Tests each type of correlation, in and out of order, and that what they remember is bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, sampleAct, sampleBook, sampleSubject } from "../../../testing/act-samples.ts";
import type { Act } from "../detect/act.ts";
import type { Hit } from "../detect/detector.ts";
import type { Subject } from "../detect/subject.ts";
import { compileRules } from "./compile-rules.ts";
import { createSigmaDetector } from "./sigma-detector.ts";

const startUs = 1_760_000_000_000_000;
const options = { regex: linearRegex, placeholders: new Map() };

/** A rule for each program. */
const program = (name: string) => ({
  ...{ title: name, name, logsource: { category: "process_creation" }, author: name },
  ...{ level: "medium", detection: { s: { "Image|endswith": `/${name}` }, condition: "s" } },
});
const connects = {
  ...{ title: "net", name: "net", logsource: { category: "network_connection" } },
  detection: { s: { Initiated: "true" }, condition: "s" },
};
const sends = {
  ...{ title: "sends", name: "sends", logsource: { product: "linux", service: "waggle" } },
  detection: { s: { kind: "send" }, condition: "s" },
};

function correlation(more: object, head: object = { title: "C" }) {
  return { ...head, correlation: { "group-by": ["container.id"], timespan: "1m", ...more } };
}

function run(documents: readonly object[], acts: readonly Act[], closesAt = 0): readonly Hit[] {
  const plain = documents.map((one) => ({ source: "r.yml", plain: one }));
  const { set, problems } = compileRules(plain, options);
  assert.deepEqual(problems, []);
  for (const { evaluable } of set.correlations) assert.notEqual(evaluable.state, "never");
  const detector = createSigmaDetector(set);
  let state = detector.start();
  const hits: Hit[] = [];
  const book = sampleBook(acts.map(({ subject }) => subject));
  const context = (nowUs: number) => ({ nowUs, book, hit: (hit: Hit) => void hits.push(hit) });
  for (const act of acts) {
    detector.step(state, act, context(act.timeUs));
    state = detector.load?.(structuredClone(state)) ?? state;
  }
  if (closesAt > 0) detector.tick?.(state, context(startUs + closesAt * 1e6));
  return hits;
}

const at = (seconds: number, command: string, told: Partial<Subject> = {}) =>
  execAct(command, told, startUs + seconds * 1e6);
const titles = (hits: readonly Hit[]) => hits.map(({ rule }) => rule.title);

const three = correlation({ type: "event_count", rules: ["id"], condition: { gte: 3 } });

test("events are counted by group, within the timespan, and told once", () => {
  const ids = (...seconds: readonly number[]) => seconds.map((one) => at(one, "/bin/id"));
  assert.deepEqual(titles(run([program("id"), three], ids(0, 1))), []);
  assert.deepEqual(titles(run([program("id"), three], ids(0, 30, 59))), ["C"]);
  assert.deepEqual(titles(run([program("id"), three], ids(0, 30, 61))), []);
  assert.deepEqual(titles(run([program("id"), three], ids(0, 1, 2, 3, 4, 5, 6))), ["C"]);
  assert.deepEqual(titles(run([program("id"), three], ids(0, 1, 2, 70, 71, 72))), ["C", "C"]);
  const apart = [0, 1, 2].map((one) => at(one, "/bin/id", { container: `c${one}` }));
  assert.deepEqual(titles(run([program("id"), three], apart)), []);
});

test("a correlation has level, techniques and authors of its rules, and who took part", () => {
  const [hit] = run(
    [program("id"), three],
    [0, 1, 2].map((one) => at(one, "/bin/id")),
  );
  assert.equal(hit?.rule.level, "medium");
  assert.equal(hit?.rule.author, "id");
  assert.equal(hit?.rule.kind, "correlation");
  assert.equal(hit?.others.length, 2);
  assert.deepEqual(hit?.because, ["event count: 3 matches within 60 s, by container.id"]);
});

test("generate also tells of the rules themselves", () => {
  const acts = [0, 1, 2].map((one) => at(one, "/bin/id"));
  const loud = correlation({ ...three.correlation, generate: true });
  assert.deepEqual(titles(run([program("id"), loud], acts)), ["id", "id", "id", "C"]);
});

test("order of arrival within 30 s does not matter", () => {
  const order = correlation({ type: "temporal_ordered", rules: ["curl", "chmod", "x"] });
  const documents = ["curl", "chmod", "x"].map(program);
  const acts = [at(0, "/bin/curl"), at(10, "/bin/chmod"), at(20, "/tmp/x"), at(21, "/bin/curl")];
  fc.assert(
    fc.property(fc.shuffledSubarray(acts, { minLength: 4 }), (shuffled) => {
      assert.deepEqual(titles(run([...documents, order], shuffled)), ["C"]);
    }),
  );
  const wrong = [at(0, "/tmp/x"), at(10, "/bin/chmod"), at(20, "/bin/curl")];
  assert.deepEqual(titles(run([...documents, order], wrong)), []);
});

test("temporal: all rules, or as many as the condition says", () => {
  const documents = ["a", "b", "c"].map(program);
  const all = correlation({ type: "temporal", rules: ["a", "b", "c"] });
  const two = correlation({ type: "temporal", rules: ["a", "b", "c"], condition: { gte: 2 } });
  const some = [at(0, "/bin/c"), at(1, "/bin/c"), at(2, "/bin/a")];
  assert.deepEqual(titles(run([...documents, all], some)), []);
  assert.deepEqual(titles(run([...documents, two], some)), ["C"]);
  assert.deepEqual(titles(run([...documents, all], [...some, at(3, "/bin/b")])), ["C"]);
});

test("values are counted once each; one without a value does not count", () => {
  const scan = correlation({
    ...{ type: "value_count", rules: ["net"] },
    condition: { field: ["DestinationIp", "DestinationPort"], gte: 3 },
  });
  const to = (address: string, port: number) =>
    sampleAct({ kind: "connect", address, port, timeUs: startUs, subject: sampleSubject() });
  const acts = [to("10.0.0.1", 1), to("10.0.0.1", 1), to("10.0.0.2", 1), to("", 9)];
  assert.deepEqual(titles(run([connects, scan], acts)), []);
  assert.deepEqual(titles(run([connects, scan], [...acts, to("10.0.0.2", 2)])), ["C"]);
});

const amounts = (...bytes: readonly number[]) =>
  bytes.map((value, second) =>
    sampleAct({ kind: "send", value, timeUs: startUs + second * 1e6, subject: sampleSubject() }),
  );

test("sums are told at once, averages and percentiles when their time is over", () => {
  const of = (type: string, condition: object) =>
    correlation({ type, rules: ["sends"], condition: { field: "bytes", ...condition } });
  const sum = of("value_sum", { gt: 100 });
  assert.deepEqual(titles(run([sends, sum], amounts(50, 50))), []);
  assert.deepEqual(titles(run([sends, sum], amounts(50, 51))), ["C"]);
  const average = of("value_avg", { gte: 20 });
  assert.deepEqual(titles(run([sends, average], amounts(10, 30), 80)), []);
  assert.deepEqual(titles(run([sends, average], amounts(10, 30), 95)), ["C"]);
  assert.deepEqual(titles(run([sends, of("value_median", { eq: 20 })], amounts(1, 20, 99), 95)), [
    "C",
  ]);
  const high = of("value_percentile", { percentile: 90, lt: 99 });
  assert.deepEqual(titles(run([sends, high], amounts(1, 20, 99), 95)), ["C"]);
});

test("few events are only known when the time is over", () => {
  const few = correlation({ type: "event_count", rules: ["id"], condition: { gte: 1, lt: 3 } });
  const ids = (count: number) => Array.from({ length: count }, (_, one) => at(one, "/bin/id"));
  assert.deepEqual(titles(run([program("id"), few], ids(2))), []);
  assert.deepEqual(titles(run([program("id"), few], ids(2), 95)), ["C"]);
  assert.deepEqual(titles(run([program("id"), few], ids(3), 95)), []);
});

test("aliases group by different fields", () => {
  const pair = correlation({
    ...{ type: "temporal", rules: ["net", "nc"], "group-by": ["who"] },
    aliases: { who: { net: "ProcessId", nc: "ParentProcessId" } },
  });
  const parent = sampleSubject({ pid: 77 });
  const connected = sampleAct({ kind: "connect", subject: parent, timeUs: startUs });
  const child = at(1, "/bin/nc", { parent });
  assert.deepEqual(titles(run([connects, program("nc"), pair], [connected, child])), ["C"]);
  const stranger = at(1, "/bin/nc", { parent: sampleSubject({ pid: 78 }) });
  assert.deepEqual(titles(run([connects, program("nc"), pair], [connected, stranger])), []);
});

test("correlations of correlations take the values of the last event", () => {
  const many = correlation(
    { ...three.correlation, "group-by": ["namespace"] },
    { title: "many", name: "many" },
  );
  const workload = (namespace: string) => {
    return { cluster: "", namespace, kind: "Pod", name: "p", container: "c" };
  };
  const then = correlation({ type: "temporal_ordered", rules: ["many", "nc"], timespan: "5m" });
  const acts = [0, 1, 2].map((one) => at(one, "/bin/id", { workload: workload("n") }));
  const last = at(9, "/bin/nc", { workload: workload("n") });
  const documents = [then, many, program("id"), program("nc")];
  assert.deepEqual(titles(run(documents, [...acts, last])), ["C"]);
  assert.deepEqual(titles(run(documents, acts)), []);
});

test("a correlation that cannot run says why, and its rules are told as ever", () => {
  const why = (document: object) => {
    const plain = [document, program("id")].map((one) => ({ source: "r.yml", plain: one }));
    const { set } = compileRules(plain, options);
    const evaluable = set.correlations[0]?.evaluable;
    assert.equal(set.rules[0]?.isSilent, evaluable?.state !== "never");
    return evaluable?.state === "never" ? evaluable.why : "";
  };
  const count = { ...three.correlation };
  assert.match(why(correlation({ ...count, rules: ["nothing"] })), /no rule "nothing"/);
  assert.match(why(correlation({ ...count, "group-by": ["Foo"] })), /no field "Foo"/);
  assert.match(why(correlation({ ...count, condition: { gte: 9999 } })), /counts beyond/);
  assert.match(why(correlation(count, { title: "C", name: "me" })), /^$/);
  const self = correlation({ ...count, rules: ["me"] }, { title: "C", name: "me" });
  assert.match(why(self), /waits for itself/);
  const text = { type: "value_sum", rules: ["id"], condition: { field: "Image", gt: 1 } };
  assert.match(why(correlation(text)), /no number/);
});

test("wrong correlations are refused", () => {
  const wrong = [
    ...[{ type: "often" }, { timespan: "1w" }, { timespan: "0s" }, { rules: [] }, { foo: 1 }],
    ...[{ condition: undefined }, { condition: { near: 1 } }, { condition: { gte: "x" } }],
    ...[{ type: "value_count" }, { condition: { field: "Image", gte: 1 } }, { aliases: { a: 1 } }],
  ];
  for (const more of wrong) {
    const document = correlation({ ...three.correlation, ...more });
    const { problems } = compileRules([{ source: "r", plain: document }], options);
    assert.ok(problems.length > 0, JSON.stringify(more));
  }
});

test("groups and their events are bounded, and what is forgotten is told", () => {
  const plain = [program("id"), correlation({ ...three.correlation, condition: { gte: 2000 } })];
  const { set } = compileRules(
    plain.map((one) => ({ source: "r", plain: one })),
    options,
  );
  const detector = createSigmaDetector(set);
  const state = detector.start();
  const act = at(0, "/bin/id");
  const lost: string[] = [];
  const book = sampleBook();
  const context = {
    ...{ nowUs: startUs, book, hit: () => {} },
    lost: (_: unknown, detail: string) => lost.push(detail),
  };
  for (let one = 0; one < 5000; one += 1) {
    act.subject.container = `c${one}`;
    detector.step(state, act, context);
  }
  assert.equal(state.groups.get("C")?.size, 4096);
  assert.equal(lost.length, 5000 - 4096);
  detector.tick?.(state, { ...context, nowUs: startUs + 100e6 });
  assert.equal(state.groups.get("C")?.size, 0, "nothing can come of them any more");
});
