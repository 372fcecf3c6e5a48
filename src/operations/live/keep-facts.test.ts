/**
 * Tests of what is written of facts and when: `compare-facts.ts`, `open-ledger.ts`,
 * `keep-facts.ts`, `keep-regularly.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryArchive } from "../../adapters/archive/memory-archive.ts";
import { ManualClock } from "../../adapters/clock/manual-clock.ts";
import { MemoryLog } from "../../adapters/log/memory-log.ts";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import type { Fact, FlowFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { LiveObservation } from "../../engine/live-observation.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { changesOf } from "../../testing/ledger-changes.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { createFolds } from "../create-folds.ts";
import { compareFacts } from "./compare-facts.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { EarlyCall } from "./early-call.ts";
import { FactKeeper } from "./keep-facts.ts";
import { keepRegularly } from "./keep-regularly.ts";
import { OpenLedger } from "./open-ledger.ts";

const messages = recordedMessages();

function observe(): LiveObservation {
  const problems = new ProblemLog();
  return new LiveObservation({ createFolds: () => createFolds([]), tree: {}, problems });
}

function seen(): readonly Fact[] {
  const observation = observe();
  observation.take("s", { kind: "messages", messages });
  return observation.openFacts();
}

const facts = seen();
const flow = facts.find((fact): fact is FlowFact => fact.kind === "flow");
const use = facts.find((fact) => fact.kind === "file-use");
assert.ok(flow !== undefined && use !== undefined);

test("a fact is equal to itself; what only counts on is no news, all else is", () => {
  for (const fact of facts) assert.equal(compareFacts(fact, structuredClone(fact)), "equal");
  assert.equal(compareFacts(use, { ...use, count: use.count + 1 }), "counted");
  assert.equal(compareFacts(use, { ...use, afterWrite: !use.afterWrite }), "news");
  assert.equal(compareFacts(use, { ...use, binaries: [...use.binaries, "/x"] }), "news");
  const [citation] = use.citations;
  assert.ok(citation !== undefined);
  const cited = { ...use, citations: [citation] };
  assert.equal(compareFacts(cited, { ...use, citations: [citation, citation] }), "counted");
  assert.equal(compareFacts({ ...use, citations: [] }, cited), "news");
  assert.equal(compareFacts({ ...flow, failedCount: 0 }, { ...flow, failedCount: 1 }), "news");
  assert.equal(compareFacts({ ...flow, failedCount: 1 }, { ...flow, failedCount: 2 }), "counted");
});

/** Of all containers, and counters in their time. */
const all = { everything: false, containers: undefined, isPartial: false };

test("what counts on is written each eight minutes, news at once, and all at the end", () => {
  const ledger = new OpenLedger([]);
  const counted = { ...use, count: use.count + 1, lastSeenUs: use.lastSeenUs + 1 };
  const open = (fact: Fact, ms: number, everything = false) => {
    const changes = changesOf(ledger, [fact], { nowMs: ms, ...all, everything });
    ledger.note(changes, ms);
    return changes.open.length;
  };
  assert.equal(open(use, 0), 1);
  assert.equal(open(use, 1000), 0);
  assert.equal(open(counted, 479_999), 0);
  assert.equal(open(counted, 480_000), 1);
  assert.equal(open({ ...counted, count: 99 }, 480_001), 0);
  assert.equal(open({ ...counted, count: 99 }, 480_002, true), 1);
  assert.equal(open({ ...counted, count: 99, afterWrite: !use.afterWrite }, 480_003), 1);
});

test("a key that is open no more is dropped, one of an earlier run too", () => {
  const ledger = new OpenLedger([factKey(use), "gone"]);
  const changes = changesOf(ledger, [use, flow], { ...all, nowMs: 0 });
  assert.deepEqual(changes.dropped, ["gone"]);
  assert.equal(changes.open.length, 2, "what the store has of before may be old");
  ledger.note(changes, 0);
  assert.deepEqual(changesOf(ledger, [flow], { ...all, nowMs: 1 }).dropped, [factKey(use)]);
  assert.equal(ledger.count, 2, "asking changes nothing");
});

test("several statements of one key are one open fact", () => {
  const { open } = changesOf(new OpenLedger([]), [use, { ...use, count: use.count + 5 }], {
    ...all,
    nowMs: 0,
  });
  assert.equal(open.length, 1);
});

function keeping(observation = observe(), archive?: ArchiveWriter) {
  const store = createMemoryStore();
  const clock = new ManualClock();
  const keeper = new FactKeeper({
    ...{ observation, facts: store.facts, archive, archivedSequence: () => 7, clock },
    ...{ writer: "w", sequence: 0, openKeys: [], checkpointMs: 30_000 },
  });
  return { observation, store, clock, keeper };
}

test("without an event nothing is written, until a checkpoint is due", async () => {
  const { observation, store, clock, keeper } = keeping();
  observation.take("s", { kind: "messages", messages: messages.slice(0, 100) });
  const first = await keeper.keep("regular");
  assert.ok(first?.isCheckpoint, "a crash soon after must find the state");
  assert.ok(first.facts.length > 5);
  assert.equal(await keeper.keep("regular"), undefined);
  await clock.advance(30_000);
  assert.equal((await keeper.keep("regular"))?.isCheckpoint, true);
  const { sequence, checkpoint, positions } = await store.facts.writer("w");
  assert.equal(sequence, 2);
  assert.deepEqual(checkpoint?.positions["archive"], { sequence: 7 });
  assert.deepEqual(positions["archive"], { sequence: 7 });
  assert.equal(await keeper.keep("regular"), undefined);
});

type Store = ReturnType<typeof createMemoryStore>;

/** What is told now of which the store has nothing, or not all; losses apart. */
async function untold(store: Store, observation: LiveObservation): Promise<readonly Fact[]> {
  const stored: Fact[] = [];
  for await (const fact of store.facts.facts()) stored.push(fact);
  const setOf = (facts: readonly Fact[]) => {
    const set = new FactSet();
    for (const fact of facts) set.add(fact);
    return new Set(set.canonical().split("\n"));
  };
  const open = observation.openFacts().filter(({ kind }) => kind !== "loss");
  const [known, whole] = [setOf(stored), setOf([...stored, ...open])];
  return [...whole].filter((line) => !known.has(line)).map((line) => JSON.parse(line));
}

async function unknownKeys(store: Store, observation: LiveObservation) {
  const keys = new Set<string>();
  for await (const fact of store.facts.facts()) keys.add(factKey(fact));
  const open = observation.openFacts().filter(({ kind }) => kind !== "loss");
  return open.map(factKey).filter((key) => !keys.has(key));
}

test("each use is told at once, and soon the store has all that there is to tell", async () => {
  const { observation, store, clock, keeper } = keeping();
  for (let at = 0; at < messages.length; at += 10) {
    observation.take("s", { kind: "messages", messages: messages.slice(at, at + 10) });
    await keeper.keep("regular");
    assert.deepEqual(await unknownKeys(store, observation), [], `after ${at}`);
    await clock.advance(1000);
  }
  await clock.advance(2_000_000);
  await keeper.keep("regular");
  await keeper.keep("regular");
  assert.deepEqual(await untold(store, observation), []);
});

test("what the store refused is told by the next batch", async () => {
  const { observation, store, keeper } = keeping();
  const commit = store.facts.commit.bind(store.facts);
  observation.take("s", { kind: "messages", messages: messages.slice(0, 50) });
  await keeper.keep("regular");
  observation.take("s", { kind: "messages", messages: messages.slice(50, 200) });
  store.facts.commit = () => Promise.reject(new WaggleError("disk-full", "full"));
  await assert.rejects(keeper.keep("regular"), { code: "disk-full" });
  store.facts.commit = commit;
  assert.ok((await unknownKeys(store, observation)).length > 5);
  observation.take("s", { kind: "messages", messages: messages.slice(200, 201) });
  await keeper.keep("regular");
  assert.deepEqual(await unknownKeys(store, observation), []);
});

test("where the archive has what came since, a checkpoint of few events may be older", async () => {
  const archive = new MemoryArchive().openWriter({ sizeBytesMax: 1e9, ageUsMax: 1e15 });
  const { observation, clock, keeper } = keeping(observe(), archive);
  let eventCount = 100;
  Object.defineProperty(observation, "eventCount", { get: () => eventCount });
  const passes = async (ms: number) => {
    await clock.advance(ms);
    return (await keeper.keep("regular"))?.isCheckpoint;
  };
  assert.equal(await passes(0), true);
  assert.equal(await passes(59_000), undefined);
  assert.equal(await passes(1000), true);
  eventCount += 35_999;
  assert.equal(await passes(30_000), false);
  eventCount += 1;
  assert.equal(await passes(1), true);
  eventCount += 100_000;
  assert.equal(await passes(29_000), false);
  assert.equal(await passes(1000), true);
});

test("a checkpoint is a copy: what comes after it does not reach into it", async () => {
  const { observation, store, keeper } = keeping();
  observation.take("s", { kind: "messages", messages: messages.slice(0, 100) });
  await keeper.keep("checkpoint");
  const before = JSON.stringify((await store.facts.writer("w")).checkpoint);
  observation.take("s", { kind: "messages", messages: messages.slice(100) });
  observation.openFacts();
  assert.equal(JSON.stringify((await store.facts.writer("w")).checkpoint), before);
});

/** **Unit**: milliseconds from each commit to the next. `costMs`: what the n-th takes. */
async function waitsBetween(costMs: (at: number) => number): Promise<readonly number[]> {
  const { observation, keeper, clock, store } = keeping();
  const ending = new AbortController();
  const [atMs, endedMs]: [number[], number[]] = [[], []];
  const commit = store.facts.commit.bind(store.facts);
  store.facts.commit = async (batch) => {
    atMs.push(clock.elapsedMs());
    await clock.wait(costMs(atMs.length), ending.signal);
    await commit(batch);
    endedMs.push(clock.elapsedMs());
  };
  const [log, health, { signal }] = [new MemoryLog(), new DaemonHealth(), ending];
  const urgent = new EarlyCall();
  const onBatch = async () => {};
  const ended = keepRegularly({ keeper, clock, log, health, signal, urgent, onBatch });
  for (let at = 0; at < messages.length; at += 10) {
    observation.take("s", { kind: "messages", messages: messages.slice(at, at + 10) });
    await clock.advance(2000);
  }
  ending.abort();
  await ended;
  return atMs.slice(1).map((ms, at) => ms - (endedMs[at] ?? 0));
}

test("a store that is slow is asked less often", async () => {
  const waits = await waitsBetween(() => 400);
  // 400 ms are a twentieth of eight seconds; checkpoints pay for themselves.
  assert.ok(waits.filter((ms) => ms >= 7600).length >= 2, waits.join(" "));
});

test("what came during a long one does not wait as long as after a short one", async () => {
  const waits = await waitsBetween((at) => (at % 4 === 3 ? 700 : 1));
  // From one beginning to the next it is the same time, or some of it where no events came.
  const afterLong = waits.filter((_, at) => at % 4 === 2);
  assert.ok(afterLong.length > 3, waits.join(" "));
  for (const ms of afterLong) assert.equal((ms + 700) % 880, 0, waits.join(" "));
});

test("stalls hold back nothing", async () => {
  const waits = await waitsBetween((at) => (at % 9 < 3 ? 1500 : 1));
  // Events come each two seconds: where none came there is nothing to put away.
  assert.ok(waits.length > 10 && waits.every((ms) => ms <= 3 * 880), waits.join(" "));
});

test("a rule that matches does not wait for the rhythm, nor makes it a run", async () => {
  const { observation, keeper, clock, store } = keeping();
  const ending = new AbortController();
  const atMs: number[] = [];
  const commit = store.facts.commit.bind(store.facts);
  store.facts.commit = async (batch) => {
    atMs.push(clock.elapsedMs());
    await clock.wait(400, ending.signal);
    await commit(batch);
  };
  const [log, health, { signal }] = [new MemoryLog(), new DaemonHealth(), ending];
  const urgent = new EarlyCall();
  const onBatch = async () => {};
  const ended = keepRegularly({ keeper, clock, log, health, signal, urgent, onBatch });
  for (let at = 0; at < messages.length; at += 10) {
    observation.take("s", { kind: "messages", messages: messages.slice(at, at + 10) });
    urgent.ask();
    await clock.advance(400);
  }
  ending.abort();
  await ended;
  const waits = atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0) - 400);
  assert.ok(waits.length >= 6, waits.join(" "));
  assert.ok(Math.max(...waits) <= 1300, waits.join(" "));
  // Before four were slow they may be a stall: no other rhythm. Then three times what one took.
  assert.ok(
    waits.slice(0, 3).every((ms) => ms + 400 === 880),
    waits.join(" "),
  );
  assert.ok(Math.min(...waits.slice(3)) >= 1200, waits.join(" "));
});
