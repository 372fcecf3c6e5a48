/** Holds that losses of detection are told once each, and never grow without a bound. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FactSet } from "../fact-set.ts";
import { DetectLosses } from "./detect-losses.ts";

function told(losses: DetectLosses) {
  const facts = new FactSet();
  losses.emit((fact) => facts.add(fact));
  return facts.losses;
}

test("losses of one container and reason are one, from the first to the last", () => {
  const losses = new DetectLosses();
  for (const timeUs of [10, 30, 20]) {
    losses.note({ node: "n", container: "c" }, "detect-flood", timeUs, "why");
  }
  losses.note({ node: "n", container: "c" }, "detect-eviction", 5, "why");
  const flood = told(losses).find(({ reason }) => reason === "detect-flood");
  assert.deepEqual([flood?.sinceUs, flood?.untilUs, flood?.count], [10, 30, 3]);
  assert.equal(told(losses).length, 2);
});

test("what is over is told and forgotten; what goes on stays", () => {
  const losses = new DetectLosses();
  losses.note({ node: "n", container: "old" }, "detect-flood", 1, "why");
  losses.note({ node: "n", container: "new" }, "detect-flood", 3_600_000_000, "why");
  const facts = new FactSet();
  losses.release(3_700_000_000, (fact) => facts.add(fact));
  assert.deepEqual(
    facts.losses.map(({ container }) => container),
    ["old"],
  );
  assert.deepEqual(
    told(new DetectLosses(losses.dump())).map(({ container }) => container),
    ["new"],
  );
});

test("beyond the bound of containers the node stands for the others", () => {
  const losses = new DetectLosses();
  for (let at = 0; at < 5000; at++) {
    losses.note({ node: "n", container: `c${at}` }, "detect-flood", at, "why");
  }
  const all = told(losses);
  assert.ok(all.length <= 1025);
  assert.equal(
    all.reduce((sum, { count }) => sum + count, 0),
    5000,
  );
});
