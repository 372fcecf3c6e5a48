/**
 * Holds what every implementation of the port `Store` must do.
 * In: a way to make an empty one, and to see what a killed process would leave of it. Out: one test
 * a promise; the last is the law: whatever is repeated, reordered among writers or cut short, the
 * hash is that of each batch once.
 */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import type { FindingChange, TrackedFinding } from "../core/judge/change/finding-change.ts";
import type { SignedDecision } from "../core/judge/waive/waiver.ts";
import type { Fact, LossFact } from "../core/observe/fact.ts";
import { factKey } from "../core/observe/fact-key.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { arbitraryFact } from "../testing/arbitrary-facts.ts";
import { sampleProcessFact, sampleSignal, sampleStep } from "../testing/sample-detect-facts.ts";
import {
  sampleContainerFact,
  sampleCoverage,
  sampleLoss,
  samplePrivilege,
} from "../testing/sample-facts.ts";
import type { FactBatch, HistoryBatch, Note, ScanRecord, Store } from "./store.ts";
import { type ErrorCode, WaggleError } from "./waggle-error.ts";

export interface StoreUnderTest {
  /** Empty at first. */
  readonly store: Store;
  /** What another process would find if this one were killed now; closed with the rest. */
  crash(): Promise<Store>;
  close(): Promise<void>;
}

type Promised = (what: string, check: (one: StoreUnderTest) => Promise<void>) => void;

export function checkStore(adapter: string, make: () => Promise<StoreUnderTest>): void {
  const promise: Promised = (what, check) => {
    test(`${adapter}: ${what}`, async () => {
      const one = await make();
      try {
        await check(one);
      } finally {
        await one.close();
      }
    });
  };
  checkBatches(promise);
  checkRefusals(promise);
  checkReading(promise);
  checkForgetting(promise);
  checkReports(promise);
  checkChanges(promise);
  checkForgotten(promise);
  checkNotes(promise);
  checkRecords(promise);
  checkLaw(adapter, make);
}

/** A batch as a law or a test needs it. */
export function sampleBatch(given: Partial<FactBatch> = {}): FactBatch {
  return {
    writer: "w",
    sequence: 1,
    timeUs: 10,
    settled: [],
    open: [],
    dropped: [],
    positions: {},
    ...given,
  };
}

/** The hash that a store must have after these batches of one or more writers, each once. */
export function hashOfBatches(batches: readonly FactBatch[]): string {
  const set = new FactSet();
  const open = new Map<string, Fact>();
  for (const batch of batches) {
    for (const fact of batch.settled) set.add(fact);
    for (const key of batch.dropped) open.delete(`${batch.writer} ${key}`);
    for (const fact of batch.open) open.set(`${batch.writer} ${factKey(fact)}`, fact);
  }
  for (const fact of open.values()) set.add(fact);
  return hash("sha256", set.canonical(), "hex");
}

function hashOf(facts: readonly Fact[]): string {
  return hashOfBatches([sampleBatch({ settled: facts })]);
}

async function listAll<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function listFacts(store: Store): Promise<readonly Fact[]> {
  return await listAll(store.facts.facts());
}

async function rejectsWith(code: ErrorCode, work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WaggleError, `expected a WaggleError, got ${String(error)}`);
  assert.equal(error.code, code);
}

const early = sampleContainerFact({ lastSeenUs: 5, ended: false });
const late = sampleContainerFact({ lastSeenUs: 9, ended: true, dumped: true });

function checkBatches(promise: Promised): void {
  promise("an empty store knows nothing and says so", async ({ store }) => {
    const none = { sequence: 0, positions: {}, checkpoint: undefined };
    assert.deepEqual(await store.facts.writer("w"), none);
    assert.deepEqual(await listFacts(store), []);
    assert.equal(await store.facts.hash(), hashOf([]));
    assert.deepEqual(await store.facts.forget(1), {});
    await store.facts.adopt("w");
  });

  promise("a batch is kept whole over a crash: facts, positions, checkpoint", async (one) => {
    const state = { map: new Map([["a", new Set([1])]]), bytes: new Uint8Array([1, 2]), big: 5n };
    const positions = { "follow:/a": { file: "1:2", offset: 77 } };
    const checkpoint = { version: 3, timeUs: 9, positions: { other: { offset: 1 } }, state };
    const batch = sampleBatch({ settled: [early], open: [samplePrivilege()], positions });
    await one.store.facts.commit({ ...batch, checkpoint });
    const after = await one.crash();
    assert.deepEqual(await after.facts.writer("w"), { sequence: 1, positions, checkpoint });
    assert.equal(await after.facts.hash(), hashOf([early, samplePrivilege()]));
    assert.deepEqual(await after.facts.writer("other"), {
      ...{ sequence: 0, positions: {}, checkpoint: undefined },
    });
  });

  promise("open facts are found by their keys, those of the writer alone", async ({ store }) => {
    const open = [samplePrivilege(), sampleCoverage()];
    await store.facts.commit(sampleBatch({ settled: [early], open }));
    await store.facts.commit(sampleBatch({ writer: "other", open: [sampleLoss()] }));
    const keys = [early, samplePrivilege(), sampleLoss()].map(factKey);
    const found = (writer: string, some?: readonly string[]) =>
      listAll(store.facts.openFacts(writer, some));
    assert.deepEqual(await found("w", keys), [samplePrivilege()]);
    assert.equal(hashOf(await found("w")), hashOf(open));
    assert.deepEqual(await found("nobody", keys), []);
    assert.deepEqual(await found("nobody"), []);
  });

  promise(
    "a copied state is that of its moment, whatever goes on before the commit",
    async (one) => {
      const state = { counts: new Map([["a", 1]]) };
      const copy = one.store.facts.copyState(state);
      state.counts.set("a", 2);
      const checkpoint = { version: 1, timeUs: 1, positions: {}, state: copy };
      await one.store.facts.commit(sampleBatch({ checkpoint }));
      const known = await one.store.facts.writer("w");
      assert.deepEqual(known.checkpoint?.state, { counts: new Map([["a", 1]]) });
    },
  );

  promise("a checkpoint stays until the next, and is a copy", async ({ store }) => {
    const state = { count: 1 };
    const checkpoint = { version: 1, timeUs: 1, positions: {}, state };
    await store.facts.commit(sampleBatch({ checkpoint }));
    state.count = 2;
    await store.facts.commit(sampleBatch({ sequence: 2, positions: { a: { offset: 5 } } }));
    const known = await store.facts.writer("w");
    assert.deepEqual(known.checkpoint?.state, { count: 1 });
    assert.deepEqual([known.sequence, known.positions], [2, { a: { offset: 5 } }]);
    await store.facts.commit(sampleBatch({ sequence: 3, checkpoint }));
    assert.deepEqual((await store.facts.writer("w")).checkpoint?.state, { count: 2 });
  });

  promise("a copy whose batch was refused may come again", async (one) => {
    const state = { numbers: new Float64Array(200_000).map((_, at) => Math.sqrt(at)) };
    const copy = one.store.facts.copyState(state);
    const checkpoint = { version: 1, timeUs: 1, positions: {}, state: copy };
    await rejectsWith(
      "state-conflict",
      one.store.facts.commit({ ...sampleBatch({ checkpoint }), sequence: 5 }),
    );
    const broken = failing(sampleBatch({ checkpoint }));
    await assert.rejects(one.store.facts.commit(broken));
    assert.equal((await one.store.facts.writer("w")).checkpoint, undefined);
    await one.store.facts.commit(sampleBatch({ checkpoint }));
    await one.store.facts.commit(sampleBatch({ checkpoint }));
    const after = await one.crash();
    assert.deepEqual((await after.facts.writer("w")).checkpoint?.state, state);
  });

  promise("of checkpoints, large and small, each writer has its last one, whole", async (one) => {
    const large = { numbers: new Float64Array(300_000).map((_, at) => Math.sqrt(at)) };
    const states = [{ small: 1 }, large, { small: 2 }, { ...large, more: "m" }];
    const commit = async (writer: string, sequence: number, state: unknown): Promise<void> => {
      const checkpoint = { version: 1, timeUs: sequence, positions: {}, state };
      await one.store.facts.commit(sampleBatch({ writer, sequence, checkpoint }));
    };
    for (const [at, state] of states.entries()) {
      await commit("w", at + 1, state);
      await commit("other", at + 1, states.at(-1 - at));
      assert.deepEqual((await one.store.facts.writer("w")).checkpoint?.state, state);
    }
    const after = await one.crash();
    assert.deepEqual((await after.facts.writer("w")).checkpoint?.state, states.at(-1));
    assert.deepEqual((await after.facts.writer("other")).checkpoint?.state, states[0]);
  });

  promise("settled facts merge, open ones replace, dropped ones go", async ({ store }) => {
    const key = factKey(early);
    await store.facts.commit(sampleBatch({ settled: [late, early], open: [late] }));
    assert.deepEqual((await listFacts(store)).length, 2);
    await store.facts.commit(sampleBatch({ sequence: 2, open: [early] }));
    assert.deepEqual(
      (await listFacts(store)).map((fact) => fact.kind === "container" && fact.lastSeenUs).sort(),
      [5, 9],
    );
    // What is dropped goes before what comes.
    await store.facts.commit(sampleBatch({ sequence: 3, dropped: [key], open: [late] }));
    assert.equal((await listFacts(store)).length, 2);
    await store.facts.commit(sampleBatch({ sequence: 4, dropped: [key, "unknown"] }));
    assert.deepEqual(await listFacts(store), [late]);
  });

  promise("each writer has its own open facts, and reading merges all", async ({ store }) => {
    await store.facts.commit(sampleBatch({ open: [early] }));
    await store.facts.commit(sampleBatch({ writer: "v", open: [late] }));
    assert.equal(await store.facts.hash(), hashOf([early, late]));
    await store.facts.commit(sampleBatch({ writer: "v", sequence: 2, dropped: [factKey(late)] }));
    assert.deepEqual(await listFacts(store), [early]);
  });

  promise("adopting makes open facts settled, of that writer alone", async ({ store }) => {
    await store.facts.commit(sampleBatch({ settled: [early], open: [late] }));
    await store.facts.commit(sampleBatch({ writer: "v", open: [samplePrivilege()] }));
    await store.facts.adopt("w");
    const { rowCounts } = await store.size();
    assert.deepEqual([rowCounts["settled"], rowCounts["open"]], [1, 1]);
    await store.facts.commit(sampleBatch({ sequence: 2, dropped: [factKey(late)] }));
    assert.equal(await store.facts.hash(), hashOf([early, late, samplePrivilege()]));
  });
}

function checkRefusals(promise: Promised): void {
  promise("a batch that was committed changes nothing when it comes again", async ({ store }) => {
    await store.facts.commit(sampleBatch({ open: [early] }));
    await store.facts.commit(sampleBatch({ sequence: 2, dropped: [factKey(early)] }));
    const before = await store.facts.writer("w");
    await store.facts.commit(sampleBatch({ open: [early], positions: { a: { offset: 1 } } }));
    await store.facts.commit(sampleBatch({ sequence: 2, settled: [early] }));
    assert.deepEqual(await listFacts(store), []);
    assert.deepEqual(await store.facts.writer("w"), before);
  });

  promise("a hole in the sequence is refused and changes nothing", async ({ store }) => {
    await rejectsWith("state-conflict", store.facts.commit(sampleBatch({ sequence: 2 })));
    await store.facts.commit(sampleBatch());
    const hole = sampleBatch({ sequence: 3, settled: [early] });
    await rejectsWith("state-conflict", store.facts.commit(hole));
    assert.deepEqual(await listFacts(store), []);
    assert.equal((await store.facts.writer("w")).sequence, 1);
  });

  promise("a batch that fails in the midst leaves nothing of it", async (one) => {
    await one.store.facts.commit(sampleBatch({ open: [early] }));
    await assert.rejects(one.store.facts.commit(failing(sampleBatch({ sequence: 2 }))));
    const checkpoint = { version: 1, timeUs: 1, positions: {}, state: () => undefined };
    await assert.rejects(one.store.facts.commit(sampleBatch({ sequence: 2, checkpoint })));
    for (const store of [one.store, await one.crash()]) {
      assert.deepEqual(await listFacts(store), [early]);
      assert.equal((await store.facts.writer("w")).sequence, 1);
    }
    await one.store.facts.commit(sampleBatch({ sequence: 2, settled: [late] }));
    assert.equal((await listFacts(one.store)).length, 2);
  });
}

/** The batch with changes before a fact that cannot be read. */
function failing(batch: FactBatch): FactBatch {
  const broken = Object.defineProperty({ ...early }, "container", {
    enumerable: true,
    get: () => {
      throw new Error("broken on purpose");
    },
  });
  return {
    ...batch,
    settled: [...batch.settled, late],
    dropped: [...batch.dropped, factKey(early)],
    open: [...batch.open, samplePrivilege(), broken],
  };
}

function checkReading(promise: Promised): void {
  promise("a reader sees one moment, whatever is committed meanwhile", async ({ store }) => {
    await store.facts.commit(sampleBatch({ settled: manyFacts(1200) }));
    let count = 0;
    for await (const fact of store.facts.facts()) {
      assert.equal(fact.kind, "privilege");
      if (count === 0) {
        const more = manyFacts(1500).slice(1200);
        await store.facts.commit(sampleBatch({ sequence: 2, settled: more }));
      }
      count += 1;
    }
    assert.equal(count, 1200);
    assert.equal((await listFacts(store)).length, 1500);
  });

  promise("a reader meets each fact once, though open ones are settled meanwhile", async (one) => {
    const { facts } = one.store;
    await facts.commit(sampleBatch({ settled: manyFacts(200), open: manyFacts(700).slice(200) }));
    const seen: Fact[] = [];
    for await (const fact of facts.facts()) {
      if (seen.length === 0) await facts.adopt("w");
      seen.push(fact);
    }
    assert.equal(seen.length, 700);
    assert.deepEqual(new Set(seen.map(factKey)), new Set(manyFacts(700).map(factKey)));
  });

  promise("a reader that is left early is in nobody's way", async ({ store }) => {
    await store.facts.commit(sampleBatch({ settled: manyFacts(10) }));
    for await (const fact of store.facts.facts()) {
      assert.ok(fact);
      break;
    }
    const left = store.facts.facts()[Symbol.asyncIterator]();
    await left.next();
    await store.facts.commit(sampleBatch({ sequence: 2, settled: manyFacts(20) }));
    assert.equal((await listFacts(store)).length, 20);
  });

  promise("hostile names stay apart and come back as they were", async (one) => {
    const names = ["__proto__", "a\u0000b", "a", "a\ud800", "a\udfff", "a\ufffd", '"\\', "\\u0000"];
    const facts = names.flatMap((name) => [
      sampleContainerFact({ container: name }),
      samplePrivilege({ detail: name }),
    ]);
    await one.store.facts.commit(sampleBatch({ settled: facts, open: facts }));
    for (const [at, writer] of names.entries()) {
      const positions = { [`s${at}`]: { file: writer } };
      await one.store.facts.commit(sampleBatch({ writer, positions }));
    }
    const after = await one.crash();
    assert.equal(await after.facts.hash(), hashOf(facts));
    assert.equal((await listFacts(after)).length, 2 * facts.length);
    for (const [at, writer] of names.entries()) {
      const known = await after.facts.writer(writer);
      assert.deepEqual(known.positions, { [`s${at}`]: { file: writer } });
    }
    await after.facts.adopt("w");
    assert.deepEqual(await after.facts.forget(Number.MAX_SAFE_INTEGER), {
      ...{ container: names.length, privilege: names.length },
    });
  });
}

function manyFacts(count: number): readonly Fact[] {
  return Array.from({ length: count }, (_, at) => samplePrivilege({ detail: `d${at}` }));
}

function checkForgetting(promise: Promised): void {
  const of = (container: string, lastSeenUs: number): readonly Fact[] => [
    sampleContainerFact({ container, lastSeenUs }),
    samplePrivilege({ container, lastSeenUs: 1 }),
  ];

  promise("containers last seen before go with all that is said of them", async (one) => {
    const kept = [...of("young", 10), ...of("host:n", 1), sampleCoverage({ untilUs: 2 })];
    const orphan = samplePrivilege({ container: "orphan", lastSeenUs: 3 });
    const declared = samplePrivilege({ container: "young-orphan", lastSeenUs: 30 });
    const loss = sampleLoss({ container: "old", sinceUs: 1, untilUs: 50 });
    const settled = [...kept, declared, ...of("old", 9), orphan, loss];
    await one.store.facts.commit(sampleBatch({ settled }));
    await one.store.facts.commit(sampleBatch({ writer: "v", settled: of("old", 8) }));
    const counts = await one.store.facts.forget(10);
    assert.deepEqual(counts, { container: 2, privilege: 3, loss: 1 });
    assert.equal(await one.store.facts.hash(), hashOf([...kept, declared]));
    assert.equal(await (await one.crash()).facts.hash(), hashOf([...kept, declared]));
    assert.deepEqual(await one.store.facts.forget(10), {});
  });

  promise("of a host old signals and what went with them go, and nothing else", async (one) => {
    const about = { container: "host:n" };
    const old = [
      sampleSignal({ ...about, lastSeenUs: 9 }),
      sampleStep({ ...about, lastSeenUs: 9 }),
      sampleProcessFact({ ...about, startUs: 1, exitUs: 9 }),
    ];
    const young = [
      sampleSignal({ ...about, process: "y", lastSeenUs: 10 }),
      sampleStep({ ...about, process: "y", lastSeenUs: 10 }),
      sampleProcessFact({ ...about, process: "y", startUs: 1, exitUs: 10 }),
      sampleProcessFact({ ...about, process: "runs", startUs: 1 }),
      ...of("host:n", 1),
    ];
    await one.store.facts.commit(sampleBatch({ settled: [...old, ...young] }));
    const counts = await one.store.facts.forget(10);
    assert.deepEqual(counts, { signal: 1, step: 1, process: 1 });
    assert.equal(await one.store.facts.hash(), hashOf(young));
  });

  promise("a container that another writer saw later, or that runs, stays", async ({ store }) => {
    const settled = [...of("seen", 1), ...of("runs", 1)];
    const open = [samplePrivilege({ container: "runs", detail: "open" })];
    await store.facts.commit(sampleBatch({ settled }));
    await store.facts.commit(sampleBatch({ writer: "v", settled: of("seen", 20), open }));
    assert.deepEqual(await store.facts.forget(10), {});
    assert.equal((await listFacts(store)).length, 7);
  });

  promise("old losses become one wide loss of their node and reason", async ({ store }) => {
    const loss = (sinceUs: number, given: Partial<LossFact> = {}): LossFact =>
      sampleLoss({ sinceUs, untilUs: sinceUs + 1, count: 1, ...given });
    const settled = [
      ...[loss(3), loss(1, { detail: "" }), loss(2, { detail: "why" })],
      ...[loss(1, { reason: "gap" }), loss(9), loss(20), loss(0, { untilUs: 0 })],
      ...[loss(4, { node: "other" }), loss(5, { node: "other" })],
    ];
    await store.facts.commit(sampleBatch({ settled }));
    assert.deepEqual(await store.facts.forget(10), { loss: 3 });
    const wide = loss(1, { untilUs: 4, count: 3, detail: "why" });
    const other = loss(4, { node: "other", untilUs: 6, count: 2 });
    const rest = [loss(1, { reason: "gap" }), loss(9), loss(20), loss(0, { untilUs: 0 })];
    assert.equal(await store.facts.hash(), hashOf([wide, other, ...rest]));
    // What is wide already takes in what has grown old since.
    assert.deepEqual(await store.facts.forget(30), { loss: 2 });
    const wider = loss(1, { untilUs: 21, count: 5, detail: "why" });
    const left = [loss(1, { reason: "gap" }), loss(0, { untilUs: 0 })];
    assert.equal(await store.facts.hash(), hashOf([wider, other, ...left]));
  });
}

function finding(id: string, given: Partial<TrackedFinding> = {}): TrackedFinding {
  return {
    ...{ id, state: "open", vulnerability: "CVE-2024-1", aliases: [], package: "openssl" },
    ...{ packageType: "deb", version: "1", workload: "shop/web", imageReference: "web:1" },
    ...{ imageDigest: "sha256:1", decision: "soon", usage: "unknown", exposed: "unknown" },
    ...{ privileged: false, suppressedUntil: "" },
    ...{ firstReportedUs: 1, lastReportedUs: 1, changedUs: 1 },
    ...given,
  };
}

function change(of: string, timeUs: number, because = ""): FindingChange {
  return {
    ...{ finding: of, timeUs, from: "new", to: "open", cause: "first-use", because },
    ...{ evidence: ["e1"], before: { usage: "unknown" }, after: { usage: "used" } },
  };
}

function history(id: string, timeUs: number, given: Partial<HistoryBatch> = {}): HistoryBatch {
  const report = { id, timeUs, trigger: `because of ${id}`, body: `{"id":"${id} ä"}` };
  return { report, changes: [], findings: [], ...given };
}

function checkReports(promise: Promised): void {
  const idsOf = async (store: Store): Promise<readonly string[]> =>
    (await store.history.reports(100)).map(({ id }) => id);

  promise("reports are listed latest first and found by time", async (one) => {
    for (const [id, timeUs] of [
      ["a", 10],
      ["c", 30],
      ["b", 20],
      ["b2", 20],
    ] as const) {
      await one.store.history.record(history(id, timeUs));
    }
    const store = await one.crash();
    assert.deepEqual(await idsOf(store), ["c", "b2", "b", "a"]);
    assert.deepEqual(await store.history.reports(1), [
      { id: "c", timeUs: 30, trigger: "because of c", sizeBytes: 13 },
    ]);
    assert.deepEqual(await store.history.reports(0), []);
    assert.equal(await store.history.reportAt(9), undefined);
    assert.deepEqual(await store.history.reportAt(10), history("a", 10).report);
    assert.equal((await store.history.reportAt(29))?.id, "b2");
    assert.equal((await store.history.reportAt(Number.MAX_SAFE_INTEGER))?.id, "c");
  });

  promise("a report that was recorded changes nothing when it comes again", async ({ store }) => {
    const first = history("a", 10, { changes: [change("f", 10)], findings: [finding("f")] });
    await store.history.record(first);
    const again = { ...first, findings: [finding("f", { state: "gone" }), finding("g")] };
    await store.history.record(again);
    assert.deepEqual(await listAll(store.history.findings()), [finding("f")]);
    assert.equal((await store.history.changes({ countMax: 10 })).length, 1);
    assert.deepEqual(await idsOf(store), ["a"]);
  });

  promise("a record that fails in the midst leaves nothing of it", async ({ store }) => {
    const broken = {
      ...change("f", 1),
      get because(): string {
        throw new Error("broken on purpose");
      },
    };
    const batch = history("a", 1, { findings: [finding("f")], changes: [change("f", 1), broken] });
    await assert.rejects(store.history.record(batch));
    assert.deepEqual(await listAll(store.history.findings()), []);
    assert.deepEqual(await store.history.changes({ countMax: 10 }), []);
    assert.deepEqual(await idsOf(store), []);
  });

  promise("old reports go but the latest, changes stay, and none comes back", async ({ store }) => {
    for (const [id, timeUs] of [
      ["a", 10],
      ["b", 20],
      ["c", 30],
    ] as const) {
      await store.history.record(history(id, timeUs, { changes: [change("f", timeUs)] }));
    }
    assert.equal(await store.history.forgetReports(20), 1);
    assert.deepEqual(await idsOf(store), ["c", "b"]);
    assert.equal(await store.history.reportAt(10), undefined);
    assert.equal(await store.history.forgetReports(1000), 1);
    assert.deepEqual(await idsOf(store), ["c"]);
    await store.history.record(history("a", 10, { changes: [change("f", 10)] }));
    assert.deepEqual(await idsOf(store), ["c"]);
    assert.equal((await store.history.changes({ countMax: 10 })).length, 3);
    assert.equal((await store.size()).rowCounts["report"], 1);
  });

  promise("findings take the place of what was kept of them", async (one) => {
    const findings = [finding("f"), finding("g"), finding("a\u0000"), finding("a")];
    await one.store.history.record(history("a", 1, { findings }));
    const changed = finding("f", { state: "fixed", changedUs: 7 });
    await one.store.history.record(history("b", 2, { findings: [changed] }));
    const kept = await listAll((await one.crash()).history.findings());
    const byId = (list: readonly TrackedFinding[]) => new Map(list.map((each) => [each.id, each]));
    assert.deepEqual(byId(kept), byId([changed, ...findings.slice(1)]));
  });
}

function checkForgotten(promise: Promised): void {
  promise("findings leave with their changes, but not one that is another by now", async (one) => {
    const old = finding("f", { state: "fixed" });
    const odd = finding("a\u0000", { state: "gone" });
    const kept = [finding("g"), finding("a")];
    const changes = ["f", "g", "a", "a\u0000", "f"].map((id, at) => change(id, at));
    await one.store.history.record(history("a", 1, { findings: [old, odd, ...kept], changes }));
    const back = finding("b", { state: "fixed" });
    await one.store.history.record(history("b", 2, { findings: [{ ...back, state: "open" }] }));
    const asked = [old, odd, back, finding("unknown")];
    assert.deepEqual(await one.store.history.forgetFindings(asked), { findings: 2, changes: 3 });
    assert.deepEqual(await one.store.history.forgetFindings(asked), { findings: 0, changes: 0 });
    assert.deepEqual(await one.store.history.forgetFindings([]), { findings: 0, changes: 0 });
    const store = await one.crash();
    const left = await listAll(store.history.findings());
    assert.deepEqual(left.map(({ id }) => id).sort(), ["a", "b", "g"]);
    const told = await store.history.changes({ countMax: 10 });
    assert.deepEqual(
      told.map((each) => each.finding),
      ["g", "a"],
    );
  });

  promise("notes that are dropped are found no more, by key or word", async (one) => {
    for (const id of ["a", "b"]) await one.store.notes.add(note(id, { text: id, about: ["f"] }));
    await one.store.notes.revoke("b", 5);
    assert.equal(await one.store.notes.drop(["a", "unknown"]), 1);
    assert.equal(await one.store.notes.drop(["a"]), 0);
    const { notes } = await one.crash();
    assert.deepEqual(
      (await notes.all()).map(({ id }) => id),
      ["b"],
    );
    assert.deepEqual(await notes.find(["f"], "a b", 10), []);
    assert.equal(await notes.drop(["b"]), 1);
    assert.deepEqual(await notes.all(), []);
    // A number that was free again must not find the words of another.
    await notes.add(note("c", { text: "other" }));
    assert.deepEqual(await notes.find(["f"], "a b", 10), []);
    assert.equal((await notes.find([], "other", 10)).length, 1);
  });
}

function checkChanges(promise: Promised): void {
  promise("changes are found by time and finding, in their order", async (one) => {
    const changes = [change("f", 10, "1"), change("g", 10, "2"), change("f", 30, "3")];
    await one.store.history.record(history("a", 30, { changes }));
    await one.store.history.record(history("b", 40, { changes: [change("f", 20, "4")] }));
    const store = await one.crash();
    const told = async (query: Partial<Parameters<Store["history"]["changes"]>[0]>) =>
      (await store.history.changes({ countMax: 10, ...query })).map(({ because }) => because);
    assert.deepEqual(await told({}), ["1", "2", "4", "3"]);
    assert.deepEqual(await told({ sinceUs: 20 }), ["4", "3"]);
    assert.deepEqual(await told({ untilUs: 30 }), ["1", "2", "4"]);
    assert.deepEqual(await told({ sinceUs: 10, untilUs: 20, finding: "g" }), ["2"]);
    assert.deepEqual(await told({ finding: "f" }), ["1", "4", "3"]);
    assert.deepEqual(await told({ finding: "unknown" }), []);
    // Of more, the latest.
    assert.deepEqual(await told({ countMax: 2 }), ["4", "3"]);
    assert.deepEqual(await told({ finding: "f", countMax: 1 }), ["3"]);
    assert.deepEqual(await told({ countMax: 0 }), []);
    assert.deepEqual((await store.history.changes({ countMax: 1 }))[0], changes[2]);
  });
}

function note(id: string, given: Partial<Note> = {}): Note {
  return {
    ...{ id, timeUs: 1, by: "ada", text: "", about: [], decision: undefined, revokedUs: 0 },
    ...given,
  };
}

const decision: SignedDecision = {
  ...{ status: "accepted", justification: null, reason: "known", by: "ada", until: "2030-01-01" },
  ...{ vulnerability: "CVE-2024-7", package: "zlib", workload: "", image: "", endUs: 99 },
};

function checkNotes(promise: Promised): void {
  promise("notes are kept as they are, once, and revoked once", async (one) => {
    const first = note("a", { text: "x", about: ["f1"], decision });
    await one.store.notes.add(first);
    await one.store.notes.add(note("b", { timeUs: 2 }));
    await one.store.notes.add(note("a", { text: "other words under the same id" }));
    const { notes } = await one.crash();
    assert.deepEqual(plain(await notes.all()), plain([first, note("b", { timeUs: 2 })]));
    assert.equal(await notes.revoke("a", 50), true);
    assert.equal(await notes.revoke("a", 60), false);
    assert.equal(await notes.revoke("unknown", 60), false);
    assert.equal((await notes.all())[0]?.revokedUs, 50);
    // Revoked is said no longer, yet stays in the list.
    assert.deepEqual(await notes.find(["f1"], "x", 10), []);
  });

  promise("equal keys come first, and what is found says why", async ({ store }) => {
    await store.notes.add(note("words", { text: "the loader opens openssl once", timeUs: 9 }));
    await store.notes.add(note("about", { about: ["f1", "CVE-2024-1"] }));
    await store.notes.add(note("decided", { decision, text: "loader" }));
    await store.notes.add(note("both", { about: ["f1", "zlib"], timeUs: 5 }));
    await store.notes.add(note("any", { decision: { ...decision, package: "" } }));
    const found = await store.notes.find(["f1", "zlib", "", "zlib"], "Loader, OPENSSL!", 10);
    assert.deepEqual(
      found.map((one) => [one.note.id, one.matched]),
      [
        ["both", ["f1", "zlib"]],
        ["about", ["f1"]],
        ["decided", ["zlib"]],
        ["words", ["Loader,", "OPENSSL!"]],
      ],
    );
    const some = await store.notes.find(["f1", "zlib"], "openssl", 1);
    assert.deepEqual(
      some.map((one) => one.note.id),
      ["both"],
    );
    const byVulnerability = await store.notes.find(["CVE-2024-7"], "", 10);
    assert.deepEqual(byVulnerability.map((one) => one.note.id).sort(), ["any", "decided"]);
  });

  promise("rarer and more words weigh more", async ({ store }) => {
    for (let at = 0; at < 20; at++) {
      await store.notes.add(note(`n${at}`, { text: `package of the team ${at}` }));
    }
    await store.notes.add(note("rare", { text: "the team isolates it by seccomp" }));
    await store.notes.add(note("both", { text: "package isolated: seccomp of the team" }));
    const found = await store.notes.find([], "package seccomp", 3);
    assert.deepEqual(found.map((one) => one.note.id).slice(0, 2), ["both", "rare"]);
    assert.equal(found.length, 3);
  });

  promise("words are words: no operator, quote or accent means anything", async ({ store }) => {
    await store.notes.add(note("a", { text: "Überprüft: CVE-2021-44228 NEAR the café, 日本語" }));
    await store.notes.add(note("b", { text: "CVE-2020-1 and 44228 2021 apart" }));
    const idsOf = async (words: string) =>
      (await store.notes.find([], words, 10)).map((one) => one.note.id);
    assert.deepEqual(await idsOf("CVE-2021-44228"), ["a"]);
    assert.deepEqual(await idsOf("uberpruft"), ["a"]);
    assert.deepEqual(await idsOf("日本語"), ["a"]);
    assert.deepEqual(await idsOf('"near"'), ["a"]);
    const hostile = [
      ...["", " ", '"', '""', "'", "*", "ca*", "NEAR(", "NEAR(cafe the, 5)", "text:cafe", "^"],
      ...["- + ( ) { }", "\u0000", '"\u0000', "\ud800", "🦀", "x".repeat(10_000), "; DROP TABLE"],
      ...["AND OR NOT", "terms : *", "a\u0000b", "\u202e", '" '.repeat(5_000)],
    ];
    for (const words of hostile) {
      const ids = await idsOf(words);
      assert.ok(
        ids.every((id) => id === "a" || id === "b"),
        words,
      );
    }
    assert.deepEqual(await idsOf("ca*"), []);
    assert.deepEqual(await store.notes.find(hostile, hostile.join(" "), 0), []);
    assert.deepEqual(await store.notes.find(["'", '"', "\u0000"], "", 9), []);
  });
}

/** Of what is undefined a store may keep nothing. */
function plain(notes: readonly Note[]): unknown {
  return notes.map(({ decision: decided, ...rest }) => ({ ...rest, decision: decided ?? null }));
}

function checkRecords(promise: Promised): void {
  const scan: ScanRecord = {
    ...{ image: "sha256:1", reference: "web:1", state: "failed", timeUs: 1, sbomFile: "" },
    ...{ vulnerabilitiesFile: "", dataVersion: "", error: "no such image", attemptCount: 1 },
  };

  promise("the last scan of an image counts", async (one) => {
    await one.store.scans.put(scan);
    await one.store.scans.put({ ...scan, image: "sha256:2" });
    const made = { ...scan, state: "made", error: "", attemptCount: 2 } as const;
    await one.store.scans.put(made);
    const all = [...(await (await one.crash()).scans.all())];
    all.sort((a, b) => (a.image < b.image ? -1 : 1));
    assert.deepEqual(all, [made, { ...scan, image: "sha256:2" }]);
    const { scans } = await one.crash();
    await scans.drop("sha256:1");
    await scans.drop("unknown");
    assert.deepEqual(await scans.all(), [{ ...scan, image: "sha256:2" }]);
  });

  promise("settings are text by name, whatever the text", async (one) => {
    for (const [at, text] of ["{}", "", "\u0000x", "\ud800", '"\\'].entries()) {
      await one.store.settings.set("a", "before");
      await one.store.settings.set("a", text);
      await one.store.settings.set(`k${text}`, String(at));
      assert.equal(await one.store.settings.get("a"), text);
    }
    const { settings } = await one.crash();
    assert.equal(await settings.get("k\u0000x"), "2");
    assert.equal(await settings.get("unknown"), undefined);
    assert.equal(await settings.get("__proto__"), undefined);
  });

  promise("its size is told, row by row", async ({ store }) => {
    await store.facts.commit(sampleBatch({ settled: [early], open: manyFacts(3) }));
    await store.scans.put(scan);
    await store.settings.set("a", "1");
    await store.notes.add(note("a"));
    const changes = [change("f", 1), change("f", 2)];
    await store.history.record(history("a", 1, { findings: [finding("f")], changes }));
    const { rowCounts, sizeBytes } = await store.size();
    assert.deepEqual(rowCounts, {
      ...{ settled: 1, open: 3, report: 1, change: 2, finding: 1, note: 1, scan: 1, setting: 1 },
    });
    assert.ok(sizeBytes >= 0);
  });
}

const fact = arbitraryFact({ containers: ["c1", "c2", "host:n"], texts: ["", "a", "b"] });
const someFacts = fc.array(fact, { maxLength: 6 });

const batches = fc
  .array(
    fc.record({
      writer: fc.constantFrom("v", "w"),
      settled: someFacts,
      open: someFacts,
      dropped: fc.array(fact.map(factKey), { maxLength: 4 }),
    }),
    { maxLength: 8 },
  )
  .map((list) => {
    const last = new Map<string, number>();
    return list.map((given) => {
      const sequence = (last.get(given.writer) ?? 0) + 1;
      last.set(given.writer, sequence);
      return sampleBatch({ ...given, sequence, positions: { s: { offset: sequence } } });
    });
  });

/** What is done before each batch. */
const troubles = fc.array(
  fc.record({ repeat: fc.nat({ max: 8 }), fails: fc.boolean(), crashes: fc.boolean() }),
  { minLength: 9, maxLength: 9 },
);

function checkLaw(adapter: string, make: () => Promise<StoreUnderTest>): void {
  const law = "repeating, reordering writers, failing and crashing change nothing";
  test(`${adapter}: law: ${law}`, async () => {
    await fc.assert(
      fc.asyncProperty(batches, troubles, fc.boolean(), async (list, before, turned) => {
        // Writers are independent: all of one may come before all of the other.
        const order = [...list].sort((a, b) =>
          turned ? Number(a.writer < b.writer) - Number(a.writer > b.writer) : 0,
        );
        await runBatches(make, order, before);
      }),
      { numRuns: 40 },
    );
  });
}

async function runBatches(
  make: () => Promise<StoreUnderTest>,
  order: readonly FactBatch[],
  before: readonly { repeat: number; fails: boolean; crashes: boolean }[],
): Promise<void> {
  const one = await make();
  try {
    let { store } = one;
    const reopen = one.crash;
    for (const [at, batch] of order.entries()) {
      const trouble = before[at];
      const repeated = order[trouble?.repeat ?? 0];
      if (repeated !== undefined && (trouble?.repeat ?? 0) < at) {
        await store.facts.commit(failing(repeated));
      }
      if (trouble?.fails === true) await assert.rejects(store.facts.commit(failing(batch)));
      await store.facts.commit(batch);
      if (trouble?.crashes === true) store = await reopen();
    }
    assert.equal(await store.facts.hash(), hashOfBatches(order));
    assert.equal(await store.facts.hash(), hashOfBatches([...order].sort(byWriter)));
    for (const writer of ["v", "w"]) {
      const sequence = order.filter((batch) => batch.writer === writer).length;
      assert.equal((await store.facts.writer(writer)).sequence, sequence);
    }
  } finally {
    await one.close();
  }
}

function byWriter(a: FactBatch, b: FactBatch): number {
  return Number(a.writer > b.writer) - Number(a.writer < b.writer);
}
