/** Tests of `incident-facts.ts`: as the store has them, whatever comes, and within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { Fact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { sampleProcess, sampleSignal, webContainer } from "../../testing/sample-incident.ts";
import { type BatchFacts, IncidentFacts } from "./incident-facts.ts";
import { isTelling } from "./telling-facts.ts";

const kinds = new Set(["signal", "process", "step", "container", "coverage", "loss", "listen"]);
const names = { containers: [webContainer, "host:n1"], texts: ["a", "b", "c"] };
const facts = fc.array(arbitraryFact(names), { maxLength: 12 });

/** A batch as the keeper writes it: open facts of one key once, dropped ones were open. */
function batchOf(settled: readonly Fact[], wished: readonly Fact[], openKeys: Set<string>) {
  const open = [...new Map(wished.map((fact) => [factKey(fact), fact])).values()];
  const opened = new Set(open.map(factKey));
  const dropped = [...openKeys].filter((key, at) => at % 2 === 0 && !opened.has(key));
  for (const key of dropped) openKeys.delete(key);
  for (const key of opened) openKeys.add(key);
  return { settled, open, dropped };
}

function canonical(all: Iterable<Fact>): string {
  const set = new FactSet();
  for (const fact of all) if (kinds.has(fact.kind)) set.add(fact);
  return set.canonical();
}

function whole(all: Iterable<Fact>): string {
  const set = new FactSet();
  for (const fact of all) set.add(fact);
  return set.canonical();
}

test("after any batches the facts are those of the store", async () => {
  const batches = fc.array(fc.tuple(facts, facts), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(batches, async (given) => {
      const store = createMemoryStore();
      const known = new IncidentFacts();
      const openKeys = new Set<string>();
      for (const [index, [settled, wished]] of given.entries()) {
        const batch: BatchFacts = batchOf(settled, wished, openKeys);
        const about = { writer: "w", sequence: index + 1, timeUs: 1, positions: {} };
        await store.facts.commit({ ...about, ...batch });
        known.note(batch);
      }
      const stored: Fact[] = [];
      for await (const fact of store.facts.facts()) stored.push(fact);
      assert.equal(canonical(known.facts().all()), canonical(stored));
      const loaded = new IncidentFacts();
      await loaded.load(store.facts, "w");
      assert.equal(canonical(loaded.facts().all()), canonical(stored));
      for (const { telling } of [known, loaded]) {
        assert.equal(
          whole(names.containers.flatMap((container) => telling.of(container))),
          whole(stored.filter(isTelling)),
        );
      }
    }),
    { numRuns: 60 },
  );
});

const none = { settled: [], open: [], dropped: [] };
const signal = (second: number) => sampleSignal({ process: `p${second}`, entry: "e", second });

test("only signals are news; each rule and process counts once", () => {
  const known = new IncidentFacts();
  const process = sampleProcess({ process: "p1", entry: "e", second: 1 });
  assert.equal(known.note({ ...none, open: [process] }), false);
  assert.equal(known.note({ ...none, open: [signal(1)] }), true);
  assert.equal(known.note({ ...none, settled: [signal(1), signal(2)] }), true);
  assert.equal(
    [...known.signalCounts().values()].reduce((sum, count) => sum + count, 0),
    2,
  );
  assert.equal(known.note({ ...none, dropped: [factKey(signal(1))] }), false);
});

test("beyond the bound the oldest go, and are counted", () => {
  const known = new IncidentFacts({ detectedCountMax: 10 });
  const all = Array.from({ length: 25 }, (_, second) => signal(second));
  for (const fact of all) known.note({ ...none, settled: [fact] });
  const kept = known.facts().signals(webContainer);
  assert.ok(kept.length <= 10 && kept.length >= 9);
  assert.equal(kept.length + known.droppedCount, 25);
  assert.ok(kept.some(({ process }) => process === "p24"));
  assert.ok(!kept.some(({ process }) => process === "p0"));
});

test("of flows the addresses of a container stay, a few of them", () => {
  const known = new IncidentFacts();
  const flow = (localAddresses: readonly string[]): Fact =>
    ({
      ...{ kind: "flow", container: webContainer, direction: "in", protocol: "tcp", port: 80 },
      ...{ peer: "192.0.2.9", actor: "service", origin: "service", actorReason: "", count: 1 },
      ...{ failedCount: 0, sentBytes: 0, receivedBytes: 0, names: [], binaries: [] },
      ...{ firstSeenUs: 1, lastSeenUs: 1, citations: [], localAddresses },
    }) as unknown as Fact;
  known.note({ ...none, open: [flow(["10.0.0.1"])] });
  known.note({ ...none, settled: [flow(["10.0.0.1", "10.0.0.2"])] });
  for (let at = 0; at < 100; at++) known.note({ ...none, open: [flow([`10.0.1.${at}`])] });
  const [kept] = known.localFlows(webContainer);
  assert.deepEqual(kept?.localAddresses.slice(0, 2), ["10.0.0.1", "10.0.0.2"]);
  assert.equal(kept?.localAddresses.length, 64);
  assert.deepEqual(known.addressed, [webContainer]);
});
