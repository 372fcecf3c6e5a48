/**
 * Holds when which container has its turn to be looked at whole.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LookRounds } from "./look-rounds.ts";

const known = Array.from({ length: 120 }, (_, at) => `c${at}`);

/** The turns of some minutes, one try a second. */
function turns(rounds: LookRounds, fromMs: number, untilMs: number, costMs = 0) {
  const all: (readonly string[])[] = [];
  for (let nowMs = fromMs; nowMs < untilMs; nowMs += 1000) {
    const turn = [...rounds.next(nowMs, () => known)];
    if (turn.length > 0) all.push(turn);
    if (turn.length > 0) rounds.noteCost(costMs);
  }
  return all;
}

test("each that was touched has its turn within two minutes, a few at a time", () => {
  const rounds = new LookRounds(0);
  const touched = known.slice(0, 24);
  rounds.add(new Set(touched));
  assert.deepEqual(turns(rounds, 0, 60_000), []);
  const minute = turns(rounds, 60_000, 120_000);
  assert.equal(minute.length, 12);
  assert.ok(minute.every((turn) => turn.length <= 2));
  assert.deepEqual(new Set(minute.flat()), new Set(touched));
  assert.deepEqual(turns(rounds, 120_000, 240_000), [], "who was not touched since has none");
});

test("each that there is has its turn within ten minutes", () => {
  const rounds = new LookRounds(0);
  const seen = turns(rounds, 0, 600_000);
  assert.ok(seen.every((turn) => turn.length <= 3));
  assert.deepEqual(new Set(seen.flat()), new Set(known));
});

test("more than can be told apart were touched: all are", () => {
  const rounds = new LookRounds(0);
  rounds.add(undefined);
  assert.deepEqual(new Set(turns(rounds, 0, 120_000).flat()), new Set(known));
});

test("turns that cost much come less often, with more each", () => {
  const rounds = new LookRounds(0);
  rounds.add(new Set(known));
  const dear = turns(rounds, 0, 141_000, 800);
  assert.ok(dear.length <= 5, String(dear.length));
  assert.deepEqual(new Set(dear.flat()), new Set(known));
});

test("what waits for its turn is given to a look at all that was touched", () => {
  const rounds = new LookRounds(0);
  rounds.add(new Set(known.slice(0, 12)));
  const first = turns(rounds, 0, 66_000).flat();
  rounds.add(new Set(["new"]));
  const rest = [...(rounds.takeTouched() ?? assert.fail())];
  assert.deepEqual(new Set([...first, ...rest]), new Set([...known.slice(0, 12), "new"]));
  assert.deepEqual(turns(rounds, 66_000, 200_000), []);
});
