/** Holds the spans in which the process tree had no room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LossFact } from "../core/observe/fact.ts";
import { createStory } from "../testing/event-story.ts";
import { EvictionGauge } from "./eviction-gauge.ts";

test("a loss goes from the first to the last moment without room, and no further", () => {
  const losses: LossFact[] = [];
  const take = (loss: LossFact) => void losses.push(loss);
  let gauge = new EvictionGauge(7, take);
  const story = createStory();
  const at = (seconds: number, count: number) => {
    story.nowUs = seconds * 1_000_000 - 1000;
    story.exec({ pid: 1, binary: "/bin/a" });
    gauge.note(story.events.at(-1) ?? assert.fail(), count);
  };
  for (const [seconds, count] of [
    [10, 7],
    [20, 9],
    [30, 12],
  ] as const) {
    at(seconds, count);
  }
  const spanOf = ({ sinceUs, untilUs, count }: LossFact) => [sinceUs / 1e6, untilUs / 1e6, count];
  assert.deepEqual(gauge.losses(0).map(spanOf), [[20, 30, 5]]);
  gauge = new EvictionGauge(12, take, structuredClone(gauge.dump()));
  at(3000, 12);
  assert.deepEqual(gauge.losses(0), []);
  at(3001, 13);
  assert.deepEqual([...losses, ...gauge.losses(0)].map(spanOf), [
    [20, 30, 5],
    [3001, 3001, 1],
  ]);
});
