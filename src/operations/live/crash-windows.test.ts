/**
 * Holds what a daemon finds after it was killed between any two of its steps: what it read, what it
 * archived, what it put away.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryArchive } from "../../adapters/archive/memory-archive.ts";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import type { LiveOptions } from "../../engine/live-observation.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FactStore } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { createFolds } from "../create-folds.ts";
import { createArchiving } from "./archive-records.ts";
import { FactKeeper } from "./keep-facts.ts";
import { openKeysOf } from "./open-keys.ts";
import { archivePosition, resumeObservation } from "./resume-observation.ts";

const name = "tetragon:a";
const writer = "w";
const limits = { ageUsMax: Number.MAX_SAFE_INTEGER, sizeBytesMax: 4_000_000 };
const messages = recordedMessages();

/** What survives a crash: a store, an archive. */
class Machine {
  readonly store = createMemoryStore();
  readonly archive = new MemoryArchive();
  elapsedMs = 0;

  /** A daemon as it starts, with what only lives in its memory. */
  async start(facts: FactStore = this.store.facts) {
    const written: ArchiveWriter = this.archive.openWriter(limits);
    const archiving = createArchiving(written, new Set([name]));
    const live: LiveOptions = {
      createFolds: () => createFolds([]),
      tree: {},
      problems: new ProblemLog(),
      onRecord: archiving.onRecord,
    };
    const resumed = await resumeObservation({
      ...{ facts, writer, live, archive: this.archive.openReader() },
      volatileNames: new Set([name]),
    });
    archiving.sequence = await written.flush();
    archiving.skipUntil(resumed.archivedOffsets);
    const clock: Clock = {
      nowUs: () => 1,
      elapsedMs: () => this.elapsedMs,
      wait: async () => {},
    };
    const keeper = new FactKeeper({
      ...{ observation: resumed.observation, facts, archive: written, clock, writer },
      archivedSequence: () => archiving.sequence,
      sequence: resumed.sequence,
      openKeys: await openKeysOf(facts, writer),
      checkpointMs: 1000,
    });
    const { observation } = resumed;
    const take = (from: number, to: number) =>
      observation.take(name, { kind: "messages", messages: messages.slice(from, to) });
    const gap = (reason: string) =>
      observation.take(name, { kind: "gap", reason, count: 0, detail: "" });
    return { ...resumed, written, keeper, take, gap };
  }

  /** All facts but where events may be missing. */
  async facts(): Promise<string> {
    const facts = new FactSet();
    for await (const fact of this.store.facts.facts()) if (fact.kind !== "loss") facts.add(fact);
    return facts.canonical();
  }

  async losses() {
    const facts = new FactSet();
    for await (const fact of this.store.facts.facts()) facts.add(fact);
    return [...facts.losses];
  }
}

async function undisturbed(): Promise<string> {
  const machine = new Machine();
  const { take, keeper } = await machine.start();
  take(0, messages.length);
  await keeper.keep("final");
  return machine.facts();
}

test("a crash between archive and store, or after both, loses nothing archived", async () => {
  const whole = await undisturbed();
  for (const crashes of ["after the commit", "before the commit"]) {
    const machine = new Machine();
    let at = 0;
    for (const to of [40, 90, 130, 200, messages.length]) {
      const { take, keeper, written, how } = await machine.start();
      assert.equal(how, at === 0 ? "anew" : "checkpoint");
      take(at, to - 10);
      await keeper.keep("regular");
      take(to - 10, to);
      machine.elapsedMs += 1;
      if (crashes === "after the commit" || to === messages.length) await keeper.keep("final");
      else await written.flush();
      at = to;
    }
    assert.equal(withoutOffsets(await machine.facts()), withoutOffsets(whole), crashes);
  }
});

/** Copies are not archived, so that places differ by them. */
function withoutOffsets(text: string): string {
  return text.replace(/"offset":\d+/g, "");
}

test("the first batch of a run has the state with it: a crash soon after finds it", async () => {
  const machine = new Machine();
  const first = await machine.start();
  first.take(0, 50);
  assert.equal((await first.keeper.keep("regular"))?.isCheckpoint, true);
  first.take(50, 60);
  assert.equal((await first.keeper.keep("regular"))?.isCheckpoint, false);
  const second = await machine.start();
  assert.equal(second.how, "checkpoint");
  assert.equal(second.replayedCount, 10);
});

test("a gap said between archive and store is covered by that of the restart", async () => {
  const machine = new Machine();
  const first = await machine.start();
  first.take(0, 50);
  await first.keeper.keep("regular");
  const leftUs = first.observation.timeUs;
  first.gap("reconnect");
  first.take(60, 120);
  await first.written.flush();
  const second = await machine.start();
  second.take(130, messages.length);
  await second.keeper.keep("final");
  const restarts = (await machine.losses()).filter(({ reason }) => reason === "restart");
  assert.ok(restarts.length > 0);
  for (const { sinceUs } of restarts) assert.ok(sinceUs < leftUs);
});

test("records that the archive cannot bring back are a loss", async () => {
  const machine = new Machine();
  const first = await machine.start();
  first.take(0, 50);
  await first.keeper.keep("regular");
  first.take(50, 200);
  await first.keeper.keep("regular");
  const [segment] = await machine.archive.openReader().segments();
  machine.archive.harm(segment?.name ?? "");
  const second = await machine.start();
  second.take(200, messages.length);
  await second.keeper.keep("final");
  const reasons = new Set((await machine.losses()).map(({ reason }) => reason));
  assert.ok(reasons.has("archive"), [...reasons].join());
});

test("a batch whose answer was lost is not passed over when it comes again", async () => {
  const machine = new Machine();
  let breaks = true;
  const inner = machine.store.facts;
  const facts = Object.create(inner) as FactStore;
  facts.commit = async (batch) => {
    await inner.commit(batch);
    if (breaks) throw new WaggleError("disk-full", "the answer did not come");
  };
  facts.writer = (one) => inner.writer(one);
  const { take, gap, keeper } = await machine.start(facts);
  take(0, 50);
  await assert.rejects(keeper.keep("regular"));
  breaks = false;
  gap("reconnect");
  take(60, messages.length);
  await keeper.keep("regular");
  const { sequence } = await inner.writer(writer);
  assert.equal(sequence, 2);
  const reasons = new Set((await machine.losses()).map(({ reason }) => reason));
  assert.ok(reasons.has("reconnect"));
});

test("a state of another version leaves facts and places, and each source is told of", async () => {
  const machine = new Machine();
  const position = { file: "f", offset: 77 };
  const positions = { "follow:b": position, [archivePosition]: { sequence: 0 } };
  const checkpoint = { version: -1, timeUs: 5_000_000, positions, state: "?" };
  const batch = { writer, sequence: 1, timeUs: 1, settled: [], open: [], dropped: [], positions };
  await machine.store.facts.commit({ ...batch, checkpoint });
  const first = await machine.start();
  assert.equal(first.how, "facts-only");
  // Nothing came from the file yet: its place is kept all the same.
  await first.keeper.keep("regular");
  const second = await machine.start();
  assert.equal(second.how, "checkpoint");
  assert.deepEqual(second.positions["follow:b"], position);
  const open = first.observation.openFacts().filter(({ kind }) => kind === "loss");
  assert.equal(open.length, 2);
  for (const fact of open) assert.equal(fact.kind === "loss" && fact.sinceUs, 4_999_999);
});
