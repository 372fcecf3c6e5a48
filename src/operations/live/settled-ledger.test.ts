/**
 * Holds what is written of facts that settle again and again.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Fact, PrivilegeFact } from "../../core/observe/fact.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { SettledLedger } from "./settled-ledger.ts";

const anyFact = arbitraryFact({ containers: ["a", "b"], texts: ["1", "2"] });

const right: PrivilegeFact = {
  ...{ kind: "privilege", container: "a", privilege: "root", detail: "", source: "absent" },
  ...{ firstSeenUs: 10, lastSeenUs: 20, citations: [] },
};

test("what says the same is not written again, what counts on waits for the checkpoint", () => {
  const ledger = new SettledLedger();
  const take = (facts: readonly Fact[], everything = false) => {
    const changes = ledger.changes(facts, everything);
    ledger.note(changes);
    return changes.settled;
  };
  assert.deepEqual(take([right, { ...right, lastSeenUs: 30 }]), [{ ...right, lastSeenUs: 30 }]);
  assert.deepEqual(take([right]), []);
  assert.deepEqual(take([right], true), []);
  assert.deepEqual(take([{ ...right, lastSeenUs: 40 }]), []);
  assert.deepEqual(take([{ ...right, lastSeenUs: 35 }]), []);
  assert.deepEqual(take([], true), [{ ...right, lastSeenUs: 40 }]);
  assert.deepEqual(take([], true), []);
  assert.deepEqual(take([{ ...right, lastSeenUs: 50 }]), []);
  const earlier = { ...right, firstSeenUs: 5 };
  assert.deepEqual(
    take([earlier]),
    [{ ...earlier, lastSeenUs: 50 }],
    "news takes along what waits",
  );
  assert.deepEqual(take([], true), []);
});

test("what was not put away is told again", () => {
  const ledger = new SettledLedger();
  assert.equal(ledger.changes([right], false).settled.length, 1);
  assert.equal(ledger.changes([right], false).settled.length, 1);
});

test("law: with each checkpoint the store has all that settled until then", () => {
  const step = fc.record({ facts: fc.array(anyFact, { maxLength: 8 }), everything: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const [ledger, stored, all] = [new SettledLedger(), new FactSet(), new FactSet()];
      for (const { facts, everything } of steps) {
        const changes = ledger.changes(facts, everything);
        ledger.note(changes);
        for (const fact of changes.settled) stored.add(fact);
        for (const fact of facts) all.add(fact);
        if (everything) assert.equal(stored.canonical(), all.canonical());
      }
    }),
  );
});
