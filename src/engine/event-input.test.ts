/** Holds the gathering of what is known of an input, its range of time, and its problems. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Event } from "../core/event/event.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { choices, livelyEvents } from "../testing/lively-events.ts";
import { type EventInput, EventStatistics } from "./event-input.ts";
import { EventRange, isLive } from "./event-range.ts";
import { InputProblems } from "./note-problems.ts";
import { Tally } from "./tally.ts";

const stream = {
  index: 0,
  name: "in",
  format: "jsonl",
  compression: "plain",
  sizeBytes: 1,
  duplicateCount: 0,
  outsideCount: 0,
  unreadableCount: 0,
  cut: undefined,
  damage: undefined,
} as const;

function unknown(timeUs: number, node: string, name = "x"): Event {
  return { type: "unknown", timeUs, node, cluster: "", input: 0, offset: 0, name };
}

function summarize(events: readonly Event[]): EventInput {
  const statistics = new EventStatistics();
  for (const event of events) statistics.add(event, event.timeUs !== 0);
  return statistics.summarize(stream);
}

test("an input without any time has none", () => {
  const input = summarize([unknown(0, "a")]);
  assert.deepEqual([input.firstUs, input.lastUs, input.eventCount], [0, 0, 1]);
  assert.deepEqual(summarize([]).nodes, []);
});

test("nodes without a time do not pull the span to zero", () => {
  const input = summarize([unknown(0, "a"), unknown(50, "b"), unknown(40, "c")]);
  assert.deepEqual([input.firstUs, input.lastUs], [40, 50]);
});

test("nodes and types beyond the bounds are only counted", () => {
  const nodes = Array.from({ length: 5100 }, (_, n) => unknown(n + 1, `node-${n}`));
  assert.equal(summarize(nodes).nodes.length, 5000);
  assert.equal(summarize(nodes).leftOutCount, 100);
  const types = Array.from({ length: 300 }, (_, n) => unknown(n + 1, "a", `type-${n}`));
  assert.equal(summarize(types).typeCounts.size, 256);
  assert.equal(summarize(types).leftOutCount, 44);
});

test("hostile names are counted as any other", () => {
  const tally = new Tally(3);
  for (const name of ["__proto__", "constructor", "__proto__", "b", "c"]) tally.add(name);
  const counts = [...tally.counts()];
  assert.deepEqual(counts, [
    ["__proto__", 2],
    ["b", 1],
    ["constructor", 1],
  ]);
  assert.equal(tally.leftOutCount, 1);
});

test("the range begins with its first moment and ends before its last", () => {
  const range = new EventRange(10, 20);
  const inside = [9, 10, 19, 20].map((time) => range.includes(unknown(time, "a")));
  assert.deepEqual(inside, [false, true, true, false]);
  assert.equal(new EventRange(undefined, undefined).includes(unknown(9, "a")), true);
});

test("what Tetragon tells of earlier processes counts when it tells it", () => {
  const process = { execId: "a", flags: "procFS auid" } as const;
  const exec = (timeUs: number): Event =>
    ({ ...unknown(timeUs, "a"), type: "exec", process, tid: 1, ancestors: [] }) as unknown as Event;
  assert.equal(isLive(exec(1)), false);
  const range = new EventRange(10, 20);
  assert.equal(range.includes(exec(1)), true, "before any moment is known");
  range.includes(unknown(5, "a"));
  assert.equal(range.includes(exec(1)), false);
  range.includes(unknown(15, "a"));
  assert.equal(range.includes(exec(1)), true);
});

test("problems name the input, count by reason and keep the first place", () => {
  const log = new ProblemLog();
  const problems = new InputProblems(log, "in");
  problems.addOddity({ code: "line-too-long", offset: 7, line: 2 });
  problems.addOddity({ code: "line-too-long", offset: 9, line: 3 });
  problems.addUnknown("process_quark", 4, 1);
  problems.addSummary(summarize([unknown(1, "a")]));
  const told = log.list().map(({ code, count, first }) => [code, count, first.input, first.offset]);
  assert.deepEqual(told, [
    ["line-too-long", 2, "in", 7],
    ["event-type-unknown", 1, "in", 4],
  ]);
  for (const { message } of log.list()) {
    assert.match(message, /^[A-Z].*\.$/);
    assert.equal(message.includes("quark"), false);
  }
});

test("law: statistics and ranges of time that go on from a copy tell the same", () => {
  fc.assert(
    fc.property(choices, fc.nat(1000), (made, place) => {
      const events = livelyEvents(made);
      const [fromUs, toUs] = [events[3]?.timeUs, (events.at(-1)?.timeUs ?? 0) - 50_000];
      const tell = (cutAt: number) => {
        let statistics = new EventStatistics();
        let range = new EventRange(fromUs, toUs);
        const inside = events.map((event, at) => {
          if (at === cutAt) {
            statistics = new EventStatistics(structuredClone(statistics.dump()));
            range = new EventRange(fromUs, toUs, structuredClone(range.dump()));
          }
          statistics.add(event, isLive(event));
          return range.includes(event);
        });
        return { inside, input: statistics.summarize(stream) };
      };
      assert.deepEqual(tell(place % events.length), tell(-1));
    }),
    { numRuns: 50 },
  );
});

test("what a copy of statistics gathers is not the original's", () => {
  const statistics = new EventStatistics();
  statistics.add(unknown(1, "a"), true);
  const copy = new EventStatistics(statistics.dump());
  copy.add(unknown(9, "a"), true);
  const { eventCount, lastUs, typeCounts } = statistics.summarize(stream);
  assert.deepEqual([eventCount, lastUs, typeCounts.get("unknown:x")], [1, 1, 1]);
});
