/** Holds what an action says of its findings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { partly, rankSketches, sketchImage, whole } from "../../../testing/sample-plan.ts";
import { type Candidate, decisionOf, isRemoval, listNames, toAction } from "./candidate.ts";

const drafts = rankSketches([
  sketchImage("b", [{ name: "x", vulnerability: { cvssVector: partly } }]),
  sketchImage("a", [
    { name: "y", vulnerability: { cvssVector: "" } },
    { name: "z", vulnerability: { cvssVector: whole } },
  ]),
]);
const candidate: Candidate = {
  kind: "upgrade-package",
  key: ["k"],
  drafts,
  does: "upgrade x",
  because: ["first"],
  given: { package: "x" },
};

test("the most urgent of its findings decides, and all are counted", () => {
  const action = toAction(candidate);
  assert.equal(decisionOf(drafts), "act-now");
  assert.deepEqual([action.decision, action.deadlineDays], ["act-now", 3]);
  assert.deepEqual(action.counts, { "act-now": 2, soon: 1, scheduled: 0, "next-upgrade": 0 });
  assert.deepEqual(
    action.findings,
    drafts.map(({ finding }) => finding.id),
  );
  assert.equal(action.upgrades.length, 3);
});

test("it says where, by name or by number, and what rests on assumptions", () => {
  const many = toAction(candidate);
  assert.equal(many.title, "upgrade x: removes 3 findings in 2 workloads");
  assert.equal(many.image, null);
  assert.deepEqual(
    many.workloads.map(({ name }) => name),
    ["a", "b"],
  );
  assert.deepEqual(many.because, ["first", "1 of the 2 to act on now rests on what is assumed"]);
  const soon = drafts.filter(({ finding }) => finding.decision.name === "soon");
  const one = toAction({ ...candidate, drafts: soon, kind: "close-exposure" });
  assert.equal(one.title, "upgrade x: lowers 1 finding in shop/b");
  assert.equal(one.image?.reference, "registry.example/b:1");
  assert.deepEqual(one.because, ["first"]);
});

test("its id is that of its kind and key, whatever it removes", () => {
  const { id } = toAction(candidate);
  assert.equal(toAction({ ...candidate, drafts: drafts.slice(1) }).id, id);
  assert.notEqual(toAction({ ...candidate, kind: "watch" }).id, id);
  assert.notEqual(toAction({ ...candidate, key: ["other"] }).id, id);
});

test("upgrades remove, mitigations do not, and long lists are counted", () => {
  assert.deepEqual(
    (["replace-release", "rebuild-on-base", "watch", "drop-privilege"] as const).map(isRemoval),
    [true, true, false, false],
  );
  assert.equal(listNames(["a", "b", "c"], 2), "a, b and 1 more");
});

test("a container beside the one a workload is called after is told apart", () => {
  const [draft] = drafts;
  assert.ok(draft !== undefined);
  const workload = { ...draft.finding.workload, container: "proxy" };
  const beside = { ...draft, finding: { ...draft.finding, workload } };
  assert.match(toAction({ ...candidate, drafts: [beside] }).title, /\/proxy$/);
});
