/** Holds each modifier with its limits, and the laws that no decision may break. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleRoot, sampleUsage } from "../../../testing/sample-judgement.ts";
import { closedExposure, sampleContext } from "../../../testing/sample-workload-context.ts";
import type { UsageState } from "../verdict.ts";
import { decideByInputs } from "./decide-finding.ts";
import { type DecisionInput, decisionNames } from "./decision.ts";
import type { DecisionFacts } from "./modifiers.ts";

/** Letters: known exploited, exposed, automatable, total impact. A small one is assumed. */
function inputsOf(letters: string): readonly DecisionInput[] {
  const names = ["kev", "exposed", "automatable", "impact"] as const;
  return names.map((name, at) => {
    const letter = letters[at] ?? "N";
    const is = letter.toUpperCase() === "Y";
    const value = name === "impact" ? (is ? "total" : "partial") : is ? "yes" : "no";
    return { name, value, basis: "sample", assumed: letter === letter.toLowerCase() };
  });
}

const hourUs = 3600e6;
const host = { ...sampleRoot, privilege: "privileged" as const };

function factsOf(state: UsageState, given: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    usage: sampleUsage(state),
    privileges: [],
    context: undefined,
    observedUs: 48 * hourUs,
    loweringWindowUs: 24 * hourUs,
    ...given,
  };
}

function decide(letters: string, state: UsageState, given: Partial<DecisionFacts> = {}) {
  const decision = decideByInputs(inputsOf(letters), factsOf(state, given));
  const effects = Object.fromEntries(decision.modifiers.map(({ name, effect }) => [name, effect]));
  return { ...decision, effects };
}

test("the table alone decides a package in use, and its row is carried", () => {
  const { name, deadlineDays, forensics, row, byTable } = decide("YYNY", "in-use");
  assert.deepEqual([name, deadlineDays, forensics, byTable], ["act-now", 3, true, "act-now"]);
  assert.equal(row, "kev=yes exposed=yes automatable=no impact=total");
  assert.equal(decide("NNNN", "in-use").deadlineDays, null);
});

test("not observed lowers one step, under good coverage and over the window only", () => {
  assert.equal(decide("NYNY", "not-observed").name, "scheduled");
  assert.equal(decide("NYNY", "not-observed").effects["usage"], "lowers");
  assert.equal(decide("NYNN", "not-observed").name, "next-upgrade");
  const short = decide("NYNY", "not-observed", { observedUs: hourUs });
  assert.deepEqual([short.name, short.effects["usage"]], ["soon", "limited"]);
  const usage = sampleUsage("not-observed", { coverage: "partial" });
  const partial = decide("NYNY", "not-observed", { usage });
  assert.deepEqual([partial.name, partial.effects["usage"]], ["soon", "none"]);
  assert.deepEqual(decide("NNNY", "not-observed").effects["usage"], "none");
});

test("unknown use changes nothing and is called unproven", () => {
  const { name, modifiers } = decide("NYNY", "unknown");
  assert.equal(name, "soon");
  assert.match(modifiers[0]?.because ?? "", /^use unproven/);
});

test("known exploitation is never lowered, and the limit is said", () => {
  for (const letters of ["YNNN", "YYNY", "YNYy", "Yyyy"]) {
    const { name, byTable, effects } = decide(letters, "not-observed");
    assert.equal(name, byTable, letters);
    assert.equal(effects["usage"], "limited", letters);
  }
});

test("exposed and automatable is never lowered where both are known", () => {
  const now = decide("NYYY", "not-observed");
  assert.deepEqual([now.name, now.effects["usage"]], ["act-now", "limited"]);
  const soon = decide("NYYN", "not-observed");
  assert.deepEqual([soon.name, soon.effects["usage"]], ["soon", "limited"]);
  assert.equal(decide("NyYN", "not-observed").name, "soon");
});

test("what is not observed is not to act on now by assumption alone, one step and no more", () => {
  for (const letters of ["NyYY", "NYyY", "NYyy", "Nyyy"]) {
    const { name, byTable, effects, modifiers } = decide(letters, "not-observed", {
      observedUs: 1,
    });
    assert.deepEqual([byTable, name, effects["usage"]], ["act-now", "soon", "lowers"], letters);
    assert.match(modifiers.at(-1)?.because ?? "", /rest on what is assumed \(/);
    assert.equal(decide(letters, "unknown").name, "act-now", letters);
    assert.equal(decide(letters, "in-use").name, "act-now", letters);
  }
});

test("the host's rights decide by the row of total impact, unless the package is unused", () => {
  const rights = { privileges: [host] };
  const raised = decide("NYYN", "unknown", rights);
  assert.deepEqual([raised.byTable, raised.name], ["soon", "act-now"]);
  assert.equal(raised.effects["privilege"], "raises");
  assert.match(raised.modifiers[0]?.because ?? "", /row kev=no .* impact=total/);
  const exploited = decide("YYNN", "in-use", rights);
  assert.deepEqual([exploited.name, exploited.forensics], ["act-now", true]);
  assert.equal(decide("NNYN", "in-use", rights).effects["privilege"], "none");
  assert.equal(decide("NYYN", "not-observed", rights).name, "soon");
  assert.equal(decide("NYYY", "in-use", rights).effects["privilege"], undefined);
  assert.equal(decide("NYYN", "in-use", { privileges: [sampleRoot] }).name, "soon");
  const denied = { privileges: [{ ...host, source: "denied" as const }] };
  assert.equal(decide("NYYN", "in-use", denied).name, "soon");
});

test("powerful credentials and reached control raise scheduled to soon, and never further", () => {
  for (const context of [
    sampleContext({ credential: {} }),
    sampleContext({ reaches: "secrets" }),
  ]) {
    const raised = decide("NYNN", "unknown", { context });
    assert.deepEqual([raised.name, raised.effects["reach"]], ["soon", "raises"]);
    assert.equal(decide("NYYN", "in-use", { context }).name, "soon");
    assert.equal(decide("NNNY", "in-use", { context }).name, "next-upgrade");
    assert.equal(decide("NNYN", "not-observed", { context }).name, "next-upgrade");
  }
  const weak = [
    sampleContext({ credential: { powerful: false } }),
    sampleContext({ reaches: "database" }),
    sampleContext({ reaches: "secrets", reachedHow: "allowed" }),
  ];
  for (const context of weak) {
    assert.equal(decide("NYNN", "in-use", { context }).effects["reach"], undefined);
  }
});

test("a role that others depend on raises the last step where the impact is total", () => {
  const database = sampleContext({ role: { role: "database", confidence: "pinned" } });
  const raised = decide("NNNY", "in-use", { context: database });
  assert.deepEqual([raised.name, raised.effects["role"]], ["scheduled", "raises"]);
  assert.equal(decide("NNNN", "in-use", { context: database }).name, "next-upgrade");
  assert.equal(decide("NNNY", "not-observed", { context: database }).name, "next-upgrade");
  assert.equal(decide("NYNN", "in-use", { context: database }).name, "scheduled");
  for (const role of [{ role: "database", confidence: "medium" }, { role: "api" }] as const) {
    const context = sampleContext({ role });
    assert.equal(decide("NNNY", "in-use", { context }).name, "next-upgrade");
  }
});

const open = { isCause: false, because: "incident i1 (medium) is open in the workload" };
const cause = { isCause: true, because: "it may be how incident i1 (high) began" };

test("an open incident raises one step, and absence may take that back", () => {
  const namesOf = (usage: "in-use" | "unknown") =>
    ["NNNN", "NYNN", "NYYN", "NYYY"].map(
      (letters) => decide(letters, usage, { incident: open }).name,
    );
  assert.deepEqual(namesOf("in-use"), ["scheduled", "soon", "act-now", "act-now"]);
  // Of an attacked workload not all is due at once: what was seen in use comes first.
  assert.deepEqual(namesOf("unknown"), ["scheduled", "soon", "soon", "act-now"]);
  const raised = decide("NYNN", "in-use", { incident: open });
  assert.deepEqual([raised.byTable, raised.effects["incident"]], ["scheduled", "raises"]);
  assert.match(raised.modifiers[0]?.because ?? "", /incident i1/);
  assert.equal(decide("NYYY", "in-use", { incident: open }).effects["incident"], "none");
  const unused = decide("NYNN", "not-observed", { incident: open });
  assert.deepEqual(
    [unused.name, unused.effects["incident"], unused.effects["usage"]],
    ["scheduled", "raises", "lowers"],
  );
});

test("what may explain an incident is to act on now, with a look at whether it was used", () => {
  for (const letters of ["NNNN", "NYNN", "NYYY"]) {
    const { name, forensics, modifiers } = decide(letters, "in-use", { incident: cause });
    assert.deepEqual([name, forensics], ["act-now", true], letters);
    assert.match(modifiers[0]?.because ?? "", /may be how/);
  }
});

const anyLetters = fc
  .tuple(...["NY", "NYny", "NYny", "NYny"].map((all) => fc.constantFrom(...all)))
  .map((letters) => letters.join(""));
const anyFacts = fc.record({
  observedUs: fc.constantFrom(1, 48 * hourUs),
  privileges: fc.constantFrom([], [host], [sampleRoot]),
  context: fc.constantFrom(
    undefined,
    sampleContext({ credential: {}, role: { role: "secrets" } }),
    sampleContext({ exposure: closedExposure, reaches: "identity" }),
  ),
});

test("unknown use decides as proven use does, and absence one step later at most", () => {
  fc.assert(
    fc.property(anyLetters, anyFacts, (letters, given) => {
      const place = (state: UsageState) =>
        decisionNames.indexOf(decide(letters, state, given).name);
      assert.equal(place("unknown"), place("in-use"));
      const { name, byTable } = decide(letters, "not-observed", given);
      const step = decisionNames.indexOf(name) - decisionNames.indexOf(byTable);
      assert.ok(step === 0 || step === 1, `${letters}: ${step}`);
    }),
    { numRuns: 400 },
  );
});

test("what raises goes one step, and only known inputs, use or rights make act-now", () => {
  fc.assert(
    fc.property(anyLetters, anyFacts, (letters, given) => {
      const { name, byTable, deadlineDays, effects } = decide(letters, "in-use", given);
      const step = decisionNames.indexOf(byTable) - decisionNames.indexOf(name);
      assert.ok(step >= 0 && step <= 2);
      if (name === "act-now" && byTable !== "act-now") assert.equal(effects["privilege"], "raises");
      assert.equal(deadlineDays === null, name === "next-upgrade");
    }),
    { numRuns: 400 },
  );
});

test("no incident makes anything less urgent, and without one nothing is said of any", () => {
  const states = fc.constantFrom<UsageState>("in-use", "not-observed", "unknown");
  fc.assert(
    fc.property(anyLetters, states, anyFacts, (letters, state, given) => {
      const plain = decide(letters, state, given);
      assert.equal(plain.effects["incident"], undefined);
      for (const incident of [open, cause]) {
        const { name } = decide(letters, state, { ...given, incident });
        assert.ok(decisionNames.indexOf(name) <= decisionNames.indexOf(plain.name), letters);
      }
    }),
    { numRuns: 400 },
  );
});
