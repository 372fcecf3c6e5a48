/**
 * Holds the rules that both stores share: which facts merge, which batch is new, what is
 * forgotten, what the hash is of.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containerOfFact, factKey, lastSeenOf } from "../../core/observe/fact-key.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import { hashOfBatches, sampleBatch } from "../../ports/store.contract.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { sampleContainerFact, sampleLoss, samplePrivilege } from "../../testing/sample-facts.ts";
import { isNewBatch } from "./check-sequence.ts";
import { isForgettable, widenLosses } from "./forget-rules.ts";
import { hashFacts } from "./hash-facts.ts";
import { MemoryFacts } from "./memory-facts.ts";
import { MemoryHistory } from "./memory-history.ts";
import { MemoryNotes } from "./memory-notes.ts";

const fact = arbitraryFact({ containers: ["c1", "c2"], texts: ["", "a"] });

test("law: merging two facts of one key is what a fact set does", () => {
  fc.assert(
    fc.property(fact, fact, (a, b) => {
      fc.pre(factKey(a) === factKey(b));
      const [both, merged] = [new FactSet(), new FactSet()];
      for (const one of [a, b]) both.add(one);
      merged.add(mergeFact(a, b));
      assert.equal(merged.canonical(), both.canonical());
    }),
    { numRuns: 300 },
  );
});

test("facts of two kinds do not merge", () => {
  assert.throws(() => mergeFact(sampleContainerFact(), sampleLoss()), /of one kind/);
});

test("a fact of a node alone goes with no container", () => {
  assert.equal(containerOfFact(sampleLoss({ container: "" })), "");
  assert.deepEqual(["", "host:n", "host:n%4", "c"].map(isForgettable), [false, false, false, true]);
  assert.equal(lastSeenOf(sampleLoss({ untilUs: 7 })), 7);
});

test("the next sequence is new, one before is not, one after is refused", () => {
  assert.equal(isNewBatch(4, sampleBatch({ sequence: 5 })), true);
  assert.equal(isNewBatch(4, sampleBatch({ sequence: 4 })), false);
  assert.equal(isNewBatch(4, sampleBatch({ sequence: 1 })), false);
  const hole = { code: "state-conflict", message: /"w\\n".*up to 4/ };
  assert.throws(() => isNewBatch(4, sampleBatch({ writer: "w\n", sequence: 6 })), hole);
  for (const sequence of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => isNewBatch(0, sampleBatch({ sequence })), /count from one/);
  }
});

test("a wide loss holds all that it stands for, and says so once", () => {
  const losses = [5, 1, 3].map((sinceUs) => sampleLoss({ sinceUs, untilUs: sinceUs + 1 }));
  const [widened, ...rest] = widenLosses(losses, 10);
  assert.deepEqual(rest, []);
  assert.deepEqual([widened?.wide.sinceUs, widened?.wide.untilUs, widened?.wide.count], [1, 6, 21]);
  assert.equal(widened?.dropped.length, 2);
  assert.deepEqual(widenLosses(losses, 4), []);
});

test("the hash is that of equal knowledge, in whatever order it comes", async () => {
  const facts = [sampleContainerFact(), samplePrivilege(), samplePrivilege({ lastSeenUs: 9 })];
  async function* turned() {
    yield* [...facts, ...facts].reverse();
  }
  assert.equal(await hashFacts(turned()), hashOfBatches([sampleBatch({ settled: facts })]));
});

test("what is in memory is nobody else's to change", async () => {
  const facts = new MemoryFacts();
  const binaries = ["/b"];
  const listen = { kind: "listen", protocol: "tcp", address: "", port: 1, container: "c" } as const;
  const told = { ...listen, firstSeenUs: 1, lastSeenUs: 1, binaries, citations: [] };
  await facts.commit(sampleBatch({ open: [told] }));
  binaries.push("/c");
  for await (const kept of facts.facts()) assert.deepEqual(kept, { ...told, binaries: ["/b"] });

  const history = new MemoryHistory();
  const report = { id: "a", timeUs: 1, trigger: "", body: "{}" };
  await history.record({ report, changes: [], findings: [] });
  report.body = "changed";
  assert.equal((await history.reportAt(1))?.body, "{}");

  const notes = new MemoryNotes();
  const about = ["k"];
  const rest = { timeUs: 1, by: "", text: "", decision: undefined, revokedUs: 0 };
  await notes.add({ id: "n", about, ...rest });
  about.pop();
  assert.equal((await notes.find(["k"], "", 1)).length, 1);
});
