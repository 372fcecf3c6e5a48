/**
 * Tries the search for acts that fit together: windows around what came late, and counts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene } from "../../../testing/act-scene.ts";
import { findMatch } from "./find-match.ts";
import type { Mark, SequenceRule, StepTally } from "./sequence-rule.ts";

const scene = new ActScene();
const shell = scene.add({ pid: 1, binary: "/bin/bash" });

function markAt(timeUs: number, told: Partial<Mark> = {}): Mark {
  const ids = { execId: shell.execId, parentExecId: "", entryExecId: shell.execId, pid: 1 };
  const act = { kind: "write" as const, path: `/${timeUs}`, address: "", port: 0, startUs: 0 };
  return { ...ids, ...act, timeUs, tallied: 0, values: [], ...told };
}

function search(tallies: readonly (StepTally | undefined)[], marks: Mark[][], step: number) {
  const fresh = marks[step]?.at(-1);
  assert.ok(fresh !== undefined);
  const steps = tallies.map((tally) => ({ name: "a", alternatives: [], tally, relations: [] }));
  const rule = { steps, withinUs: 10, ordered: true, subjectStep: 0 } as unknown as SequenceRule;
  const episode = { container: "c", lastUs: 0, marks, told: [] };
  return findMatch({ rule, episode, step, fresh, book: scene, mayTell: () => true });
}

const three: StepTally = { kind: "count", atLeast: 3, field: undefined };

test("what comes late finds the window that is around it", () => {
  const marks = [[markAt(1), markAt(20)], [markAt(8)]];
  assert.deepEqual(
    search([undefined, undefined], marks, 1)?.map(([one]) => one?.timeUs),
    [1, 8],
  );
  const late = [[markAt(5)], [markAt(16), markAt(14)]];
  assert.deepEqual(
    search([undefined, undefined], late, 1)?.map(([one]) => one?.timeUs),
    [5, 14],
  );
});

test("acts that count must be within one window, and after what they follow", () => {
  assert.ok(search([three], [[markAt(1), markAt(5), markAt(11)]], 0) !== undefined);
  assert.equal(search([three], [[markAt(1), markAt(5), markAt(12)]], 0), undefined);
  const before = [[markAt(5)], [markAt(1), markAt(6), markAt(7)]];
  assert.equal(search([undefined, three], before, 1), undefined);
  const after = [[markAt(5)], [markAt(8), markAt(6), markAt(7)]];
  assert.equal(search([undefined, three], after, 1)?.[1]?.length, 3);
});

test("one act is never two steps", () => {
  const mark = markAt(3);
  assert.equal(search([undefined, undefined], [[mark], [{ ...mark }]], 1), undefined);
});
