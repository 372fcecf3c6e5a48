/** Tests of `watch-hits.ts`, `early-call.ts`, and of the rhythm that heeds them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createDetection } from "../../core/observe/detect/detection.ts";
import type { Detector } from "../../core/observe/detect/detector.ts";
import type { Level } from "../../core/observe/detect/rule.ts";
import { createObserver } from "../../engine/observe-events.ts";
import { createStory } from "../../testing/event-story.ts";
import { sampleDetector } from "../../testing/sample-detector.ts";
import { EarlyCall } from "./early-call.ts";
import { watchHits } from "./watch-hits.ts";

function see(detectors: readonly Detector<unknown>[]) {
  const signals: string[] = [];
  const observer = createObserver({
    folds: [createDetection({ detectors })],
    emit: (fact) => {
      if (fact.kind === "signal") signals.push(`${fact.rule} ${fact.process} ${fact.count}`);
    },
  });
  const story = createStory();
  const shell = story.exec({ pid: 7, binary: "/bin/sh" });
  for (const path of ["/a", "/b", "/c"]) story.open(shell, path);
  story.open(story.exec({ pid: 8, binary: "/bin/sh" }), "/a");
  for (const event of story.events) observer.observe(event);
  observer.finish();
  return signals.sort();
}

test("the first match of a rule and process calls, and signals are what they were", () => {
  const plain = (level: Level) => sampleDetector(["exec", "read"], undefined, level);
  for (const [level, expected] of [
    ["medium", 4],
    ["high", 4],
    ["low", 0],
  ] as const) {
    let calls = 0;
    const hits = watchHits(() => {
      calls += 1;
    });
    assert.deepEqual(see([plain(level), hits]), see([plain(level)]));
    assert.equal(calls, expected, level);
  }
});

test("whoever else listens to rules, as profiles do, hears them all the same", () => {
  const heard = (beside: readonly Detector<unknown>[]) => {
    const told: string[] = [];
    const listener: Detector<unknown> = {
      ...{ name: "listener", listings: [], start: () => undefined, step: () => {} },
      heard: (_, { rule, subject }, context) => {
        assert.ok(context.emit !== undefined, "it may give facts");
        told.push(`${rule.id} ${subject.execId}`);
      },
    };
    see([sampleDetector(["exec", "read"]), listener, ...beside]);
    return told;
  };
  assert.ok(heard([]).length > 0);
  assert.deepEqual(heard([watchHits(() => {})]), heard([]));
});

test("a call is kept until it is taken, then the next one counts", () => {
  const call = new EarlyCall();
  const { signal } = call;
  call.take();
  assert.equal(call.signal, signal, "nobody called");
  call.ask();
  call.ask();
  assert.ok(signal.aborted);
  call.take();
  assert.equal(call.signal.aborted, false);
});
