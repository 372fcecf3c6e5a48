/** Holds the order in which the tree and the folds are called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlainJsonDecoder } from "../core/event/decode-json.ts";
import type { Event } from "../core/event/event.ts";
import { createContainers } from "../core/observe/container.ts";
import type { Fact } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createFileUse } from "../core/observe/file-use.ts";
import type { Fold } from "../core/observe/fold.ts";
import { recordedLines } from "../testing/recorded-events.ts";
import { createObserver } from "./observe-events.ts";

const startUs = 1_790_000_000_000_000;

function throttle(timeUs: number, node = "n"): Event {
  return {
    type: "throttle",
    timeUs,
    node,
    cluster: "",
    input: 0,
    offset: 0,
    started: true,
    cgroup: "",
  };
}

/** A fold that writes down how it is called. */
function createWitness(): { fold: Fold<null>; calls: string[] } {
  const calls: string[] = [];
  const fold: Fold<null> = {
    name: "witness",
    start: () => null,
    step(_state, event, at) {
      calls.push(`step ${event.type} ${at.node?.binary ?? "-"} ${(at.nowUs - startUs) / 1e6}`);
    },
    retire(_state, node) {
      calls.push(`retire ${node.binary}`);
    },
    tick(_state, nowUs) {
      calls.push(`tick ${(nowUs - startUs) / 1e6}`);
    },
    finish() {
      calls.push("finish");
    },
  };
  return { fold, calls };
}

test("ticks come at most once a second of event time, also after a clock was wrong", () => {
  const { fold, calls } = createWitness();
  const observer = createObserver({ folds: [fold], emit: () => {} });
  for (const seconds of [0, 0.5, 1, 1.9, 2, 1, 90_000, 3, 4]) {
    observer.observe(throttle(startUs + seconds * 1e6));
  }
  const ticks = calls.filter((call) => call.startsWith("tick"));
  assert.deepEqual(ticks, ["tick 0", "tick 1", "tick 2", "tick 90000", "tick 3", "tick 4"]);
});

test("an event without a time takes the latest of its own node", () => {
  const { fold, calls } = createWitness();
  const observer = createObserver({ folds: [fold], emit: () => {} });
  const times: readonly (readonly [number, string])[] = [
    [startUs + 5e6, "a"],
    [startUs + 8e6, "b"],
    [0, "a"],
    [0, "b"],
  ];
  for (const [timeUs, node] of times) observer.observe(throttle(timeUs, node));
  const steps = calls.filter((call) => call.startsWith("step"));
  assert.deepEqual(
    steps.map((step) => step.split(" ").at(-1)),
    ["5", "8", "5", "8"],
  );
});

test("what /proc tells of at a start of the sensor does not set the clock back", () => {
  const { fold, calls } = createWitness();
  const observer = createObserver({ folds: [fold], emit: () => {} });
  const listed = (timeUs: number): Event => {
    const exec = recordedEvents().find(({ type }) => type === "exec");
    assert.ok(exec?.type === "exec" && exec.process !== undefined);
    return { ...exec, node: "n", timeUs, process: { ...exec.process, flags: "procFS auid" } };
  };
  observer.observe(listed(startUs - 9e6));
  observer.observe(throttle(0));
  observer.observe(throttle(startUs));
  observer.observe(listed(startUs - 8e6));
  observer.observe(throttle(0));
  const steps = calls.filter((call) => call.startsWith("step"));
  assert.deepEqual(
    steps.map((step) => step.split(" ").at(-1)),
    ["-9", "-9", "0", "-8", "0"],
  );
});

test("at the end each process is retired before the folds finish", () => {
  const { fold, calls } = createWitness();
  const observer = createObserver({ folds: [fold], emit: () => {} });
  for (const event of recordedEvents()) observer.observe(event);
  observer.finish();
  assert.equal(calls.at(-1), "finish");
  assert.ok(calls.at(-2)?.startsWith("retire "));
  const kprobes = calls.filter((call) => call.startsWith("step kprobe"));
  assert.ok(kprobes.length > 50);
  assert.ok(kprobes.every((call) => !call.startsWith("step kprobe - ")));
});

test("the folds of the product give facts of recorded events, once", () => {
  const facts = new FactSet();
  const emitted: Fact[] = [];
  const observer = createObserver({
    folds: [createContainers(), createFileUse()],
    emit: (fact) => {
      emitted.push(fact);
      facts.add(fact);
    },
  });
  for (const event of recordedEvents()) observer.observe(event);
  observer.finish();
  assert.ok(emitted.length > 0);
  assert.ok([...facts.containers].length > 0);
});

function recordedEvents(): readonly Event[] {
  const decoder = createPlainJsonDecoder();
  return recordedLines("pairs").flatMap(
    (line, index) => decoder.decode(line, 0, line.length, 0, index) ?? [],
  );
}
