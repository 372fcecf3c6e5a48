/** Tests of `plan-policies.ts`: what a server must do to have the wanted policies, and how fast. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type LoadedState, planPolicies } from "./plan-policies.ts";
import { createPolicy, type PolicyDocument, purposeOfName } from "./policy-document.ts";
import { nextTryUs } from "./retry-load.ts";

const hourUs = 3_600_000_000;
const free = { changesPerHour: 6, nowUs: 10 * hourUs, changesUs: [], tries: new Map() };

function policy(purpose: string, call: string): PolicyDocument {
  return createPolicy(purpose, { hooks: [{ call, syscall: false, args: [] }] });
}

function loaded(name: string, more: Partial<LoadedState> = {}): LoadedState {
  return { name, namespace: "", state: "enabled", mode: "monitor-only", error: "", ...more };
}

const files = policy("files", "security_file_open");
const other = policy("files", "security_mmap_file");
const short = (steps: ReturnType<typeof planPolicies>["steps"]) =>
  steps.map(({ kind, name }) => `${kind} ${name === files.name ? "new" : name}`);

test("what is not loaded is added, what is loaded is kept", () => {
  assert.deepEqual(short(planPolicies([files], [], free).steps), ["add new"]);
  assert.deepEqual(short(planPolicies([files], [loaded(files.name)], free).steps), ["keep new"]);
});

test("a new content is loaded before the old one goes, and the old one names its successor", () => {
  const { steps } = planPolicies([files], [loaded(other.name)], free);
  assert.deepEqual(short(steps), ["add new", `delete ${other.name}`]);
  assert.equal(steps[1]?.after, files.name);
});

test("policies of others are never named, whatever they are called", () => {
  const foreign = [
    loaded("file-open"),
    loaded("waggle-mine"),
    loaded("waggle-files-g123"),
    loaded("my-waggle-files-g12345678"),
    loaded(other.name, { namespace: "team" }),
  ];
  const plan = planPolicies([], foreign, free);
  assert.deepEqual(plan, { steps: [], foreignCount: foreign.length });
});

test("without changes left the old one stays and the new one waits", () => {
  const spent = { ...free, changesUs: Array.from({ length: 6 }, () => free.nowUs - 1) };
  const { steps } = planPolicies([files], [loaded(other.name)], spent);
  assert.deepEqual(short(steps), ["wait new", `keep ${other.name}`]);
  const later = { ...spent, nowUs: spent.nowUs + hourUs };
  assert.equal(planPolicies([files], [loaded(other.name)], later).steps[0]?.kind, "add");
});

test("a server that lost all policies gets them back, though no change is left", () => {
  const { steps } = planPolicies([files], [], { ...free, changesPerHour: 0 });
  assert.deepEqual(short(steps), ["add new"]);
});

const broken = loaded(files.name, { state: "load-error", error: "no such function" });
const tried = (count: number, lastUs: number) => new Map([[files.name, { count, lastUs }]]);
const retries = (given: Partial<typeof free>) =>
  planPolicies([files], [broken, loaded(other.name)], { ...free, ...given }).steps;

test("one that could not be loaded is tried again, and its predecessor stays meanwhile", () => {
  const steps = retries({});
  assert.deepEqual(short(steps), ["retry new", `keep ${other.name}`]);
  assert.match(steps[0]?.why ?? "", /no such function/);
});

test("after each attempt it waits longer; what the server says is told, and when it is due", () => {
  const minuteUs = 60_000_000;
  for (const [count, waitUs] of [
    [1, 5 * minuteUs],
    [2, 10 * minuteUs],
    [5, 80 * minuteUs],
    [9, 6 * hourUs],
  ] as const) {
    const early = retries({ tries: tried(count, free.nowUs - waitUs + 1) });
    assert.deepEqual(short(early), ["failed new", `keep ${other.name}`], String(count));
    assert.match(early[0]?.why ?? "", /load-error: no such function\. Tried .*; again after 19/);
    assert.equal(retries({ tries: tried(count, free.nowUs - waitUs) })[0]?.kind, "retry");
    // The clock was set back since.
    assert.equal(retries({ tries: tried(count, free.nowUs + 1) })[0]?.kind, "retry");
  }
});

test("one that was refused and is not listed waits as well, and has an end", () => {
  const add = (count: number, lastUs: number, there: readonly LoadedState[] = []) =>
    planPolicies([files], there, { ...free, tries: tried(count, lastUs) }).steps;
  const dueUs = free.nowUs - 5 * 60_000_000;
  assert.deepEqual(short(add(1, dueUs)), ["add new"]);
  const [early] = add(1, dueUs + 1);
  assert.deepEqual([early?.kind, early?.again], ["failed", "later"]);
  assert.match(early?.why ?? "", /Tried 1 time; again after 19/);
  assert.equal(add(10, 0)[0]?.again, "never");
  const there = [loaded(other.name)];
  assert.deepEqual(short(add(10, 0, there)), ["failed new", `keep ${other.name}`]);
});

test("what nobody tried is due at once", () => {
  assert.equal(nextTryUs(undefined), 0);
  assert.equal(nextTryUs({ count: 0, lastUs: 5 }), 0);
});

test("attempts have an end, and are changes of the hour", () => {
  const [given] = retries({ tries: tried(10, 0) });
  assert.equal(given?.kind, "failed");
  assert.match(given?.why ?? "", /Tried 10 times: it is not tried any more/);
  const [spent] = retries({ changesPerHour: 0 });
  assert.equal(spent?.kind, "failed");
  assert.match(spent?.why ?? "", /no such function.*used up/);
});

test("what somebody switched off, or fails in another way, is not touched", () => {
  for (const state of ["disabled", "error", "skipped"]) {
    const { steps } = planPolicies([files], [loaded(files.name, { state })], free);
    assert.deepEqual(short(steps), ["failed new"], state);
    assert.doesNotMatch(steps[0]?.why ?? "", /Tried|again/);
  }
});

test("what nothing asks for any more goes, but for what the limit holds back", () => {
  const old = ["a", "b", "c"].map((purpose) => loaded(policy(purpose, "x").name));
  const { steps } = planPolicies([], old, { ...free, changesPerHour: 2 });
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ["delete", "delete", "wait"],
  );
});

const purposes = fc.constantFrom("files", "mappings", "loader", "udp");
const documents = fc
  .uniqueArray(fc.tuple(purposes, fc.nat(3)), { selector: ([purpose]) => purpose })
  .map((list) => list.map(([purpose, at]) => policy(purpose, `call_${at}`)));
const states = fc.constantFrom("enabled", "load-error", "disabled", "loading");

test("any plan touches only ours, keeps within the limit, and leaves no purpose unwatched", () => {
  const servers = fc.uniqueArray(
    fc.oneof(
      fc
        .tuple(purposes, fc.nat(3), states)
        .map(([purpose, at, state]) => loaded(policy(purpose, `call_${at}`).name, { state })),
      fc.string().map((name) => loaded(name)),
    ),
    { selector: ({ name }) => name },
  );
  fc.assert(
    fc.property(documents, servers, fc.nat(4), (wanted, server, changesPerHour) => {
      const { steps } = planPolicies(wanted, server, { ...free, changesPerHour });
      for (const { name } of steps) assert.notEqual(purposeOfName(name), undefined);
      const replaced = steps.filter(({ kind, after }) => kind === "add" && after !== "");
      const gone = steps.filter(({ kind, after }) => kind === "delete" && after === "");
      assert.ok(replaced.length + gone.length <= changesPerHour);
      const done = new Set(server.map(({ name }) => name));
      for (const { kind, name, purpose } of steps) {
        if (kind === "add") done.add(name);
        if (kind === "delete") done.delete(name);
        if (kind === "delete" && wanted.some((one) => one.purpose === purpose)) {
          const working = [...done].some((one) => purposeOfName(one) === purpose);
          assert.ok(working, "the successor comes first");
        }
      }
    }),
  );
});
