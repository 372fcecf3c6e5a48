/**
 * Holds the laws of an observation that is copied and goes on: from a copy as without one, however
 * often, wherever it is cut, and however long the chains in it are.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import v8 from "node:v8";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { createPlainJsonDecoder } from "../core/event/decode-json.ts";
import type { Event, Process } from "../core/event/event.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createProcessList } from "../core/observe/process-list.ts";
import type { ProcessTreeOptions } from "../core/observe/process-tree.ts";
import { createFolds } from "../operations/create-folds.ts";
import { createStory } from "../testing/event-story.ts";
import { addSocketHook } from "../testing/flow-events.ts";
import { choices, livelyEvents } from "../testing/lively-events.ts";
import { sampleDetector } from "../testing/sample-detector.ts";
import { createObserver, type ObserverDump, observerDumpVersion } from "./observe-events.ts";

type Copy = (dump: ObserverDump) => ObserverDump;

const copies: Readonly<Record<string, Copy>> = {
  "as a structured clone": (dump) => structuredClone(dump),
  "as bytes": (dump) => v8.deserialize(v8.serialize(dump)) as ObserverDump,
};

function copyOf(asBytes: boolean): Copy {
  return (asBytes ? copies["as bytes"] : copies["as a structured clone"]) ?? assert.fail();
}

/** Speaks of some processes only: sessions without signals must stay silent. */
const detector = sampleDetector(["exec", "read", "connect"], ({ kind, subject }) => {
  return kind !== "exec" || subject.pid % 3 === 0;
});

const recordings = [
  ...["events/pairs", "events/observed", "observe/start", "cli/events"],
  ...["flows/shop", "flows/host", "flows/late", "flows/shell"],
] as const;

/** Decoded anew for each call: a daemon that starts again has new objects, too. */
function recorded(name: string): readonly Event[] {
  const file = new URL(`../../fixtures/${name}.jsonl.gz`, import.meta.url);
  const bytes = gunzipSync(readFileSync(file));
  const decoder = createPlainJsonDecoder();
  const events: Event[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const event = decoder.decode(bytes, start, end, 0, start);
    if (event !== undefined) events.push(event);
    start = end + 1;
  }
  return events;
}

interface Cut {
  readonly at: number;
  readonly copy: Copy;
  /** Events after it, as other objects. */
  readonly rest: readonly Event[];
}

/** All facts, of an observation that is taken over by a copy of it at each cut. */
function observe(events: readonly Event[], cuts: readonly Cut[], tree: ProcessTreeOptions = {}) {
  const facts = new FactSet();
  const options = { folds: createFolds([], [detector]), tree, emit: facts.add.bind(facts) };
  let observer = createObserver(options);
  let source = events;
  for (let at = 0; at < events.length; at++) {
    for (const { copy, rest } of cuts.filter((cut) => cut.at === at)) {
      observer = createObserver(options, copy(observer.dump()));
      source = rest;
    }
    const event = source[at];
    if (event !== undefined) observer.observe(event);
  }
  const last = structuredClone(observer.dump());
  observer.finish();
  return { facts: facts.canonical(), last };
}

for (const [name, copy] of Object.entries(copies)) {
  test(`recorded: an observation that goes on from a copy, ${name}, ends in the same facts`, () => {
    for (const file of recordings) {
      const events = recorded(file);
      const whole = observe(events, []).facts;
      const rest = recorded(file);
      const cuts = Array.from({ length: 6 }, (_, part) => Math.floor((events.length * part) / 6));
      for (const at of cuts) {
        assert.equal(observe(events, [{ at, copy, rest }]).facts, whole, `${file} cut at ${at}`);
      }
      const all = cuts.map((at, part) => ({ at, copy, rest: part % 2 === 0 ? rest : events }));
      assert.equal(observe(events, all).facts, whole, `${file} cut six times`);
    }
  });
}

test("law: wherever an observation is cut, and however often, it keeps and gives the same", () => {
  const cutsOf = fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 });
  const small = fc.constantFrom({}, { graceUs: 2_000_000 }, { nodeCountMax: 16 });
  fc.assert(
    fc.property(choices, cutsOf, small, fc.boolean(), (made, places, tree, asBytes) => {
      const events = livelyEvents(made);
      const copy = copyOf(asBytes);
      const cuts = places.map((place) => {
        return { at: place % events.length, copy, rest: structuredClone(events) };
      });
      const [cut, whole] = [observe(events, cuts, tree), observe(events, [], tree)];
      assert.equal(cut.facts, whole.facts);
      assert.deepEqual(cut.last, whole.last);
    }),
    { numRuns: 150 },
  );
});

test("law: what a copy gives at its end changes nothing of the original", () => {
  fc.assert(
    fc.property(choices, fc.nat(1000), (made, place) => {
      const events = livelyEvents(made);
      const facts = new FactSet();
      const observer = createObserver({
        folds: createFolds([], [detector]),
        emit: facts.add.bind(facts),
      });
      const soFar = new FactSet();
      for (const [at, event] of events.entries()) {
        if (at === place % events.length) {
          const options = { folds: createFolds([], [detector]), emit: soFar.add.bind(soFar) };
          createObserver(options, structuredClone(observer.dump())).finish();
        }
        observer.observe(event);
      }
      observer.finish();
      assert.equal(facts.canonical(), observe(events, []).facts);
    }),
    { numRuns: 50 },
  );
});

test("law: what was read from a copy is copied as the same again", () => {
  fc.assert(
    fc.property(choices, fc.boolean(), (made, asBytes) => {
      const copy = copyOf(asBytes);
      const options = { folds: createFolds([], [detector]), emit: () => {}, releases: true };
      const observer = createObserver(options);
      for (const event of livelyEvents(made)) observer.observe(event);
      const dump = structuredClone(observer.dump());
      assert.deepEqual(structuredClone(createObserver(options, copy(dump)).dump()), dump);
    }),
    { numRuns: 100 },
  );
});

test("a copy that ends tells what a recording that ended there would", () => {
  const events = recorded("observe/start");
  const half = events.slice(0, 1000);
  const facts = new FactSet();
  const emit = facts.add.bind(facts);
  const observer = createObserver({ folds: createFolds([], [detector]), emit });
  for (const event of half) observer.observe(event);
  createObserver(
    { folds: createFolds([], [detector]), emit },
    structuredClone(observer.dump()),
  ).finish();
  assert.equal(facts.canonical(), observe(half, []).facts);
});

test("a dump names its version, and has an entry for each fold", () => {
  const folds = createFolds([], [detector]);
  const dump = createObserver({ folds, emit: () => {} }).dump();
  assert.equal(dump.version, observerDumpVersion);
  assert.deepEqual(
    [...dump.folds.keys()],
    folds.map(({ name }) => name),
  );
});

test("a list of processes goes on from a copy", () => {
  const events = recorded("observe/start");
  const listOf = (cutAt: number): readonly unknown[] => {
    const list = createProcessList({ container: "", countMax: 1000 });
    const options = { folds: [list], emit: () => {} };
    let observer = createObserver(options);
    for (const [at, event] of events.entries()) {
      if (at === cutAt) observer = createObserver(options, structuredClone(observer.dump()));
      observer.observe(event);
    }
    observer.finish();
    return list.list();
  };
  assert.ok(listOf(-1).length > 5);
  assert.deepEqual(listOf(1500), listOf(-1));
});

/** Whether what is dumped can be written, read, gone on from, and ended, in the same facts. */
function assertWritable(events: readonly Event[], tree: ProcessTreeOptions): void {
  const copy: Copy = (dump) => structuredClone(v8.deserialize(v8.serialize(dump)));
  const cut = { at: events.length - 1, copy, rest: events };
  assert.equal(observe(events, [cut], tree).facts, observe(events, [], tree).facts);
}

test("processes may stand a hundred thousand deep, as children or as images of each other", () => {
  const depth = 100_000;
  const story = createStory();
  let parent: Process | undefined;
  for (let pid = 1; pid <= depth; pid++) {
    parent = story.exec({ pid, binary: `/bin/${pid % 7}`, parent });
  }
  for (let image = 1; image <= 30_000; image++) {
    parent = story.exec({ pid: depth, binary: `/bin/${image % 5}`, flags: "execve", parent });
  }
  if (parent !== undefined) story.open(parent, "/etc/passwd");
  assertWritable(story.events, { nodeCountMax: 3 * depth, graceUs: 1e12 });
});

test("fifty thousand processes may share sockets in one chain", () => {
  const count = 50_000;
  const story = createStory();
  for (let pid = 1; pid <= count; pid++) {
    const process = story.process({ pid, binary: "/bin/peer" });
    for (const cookie of [pid, pid + 1]) {
      const socket = { cookie: String(cookie), sourcePort: 1024 + (cookie % 60_000) };
      addSocketHook(story, process, "tcp_sendmsg", { socket, size: 10 });
    }
  }
  assertWritable(story.events, { nodeCountMax: 2 * count });
});
