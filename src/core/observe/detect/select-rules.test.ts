/** Holds that chosen rules of a detector are told, and remember, what all of them do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createObserver } from "../../../engine/observe-events.ts";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { createStory, type Story, storyStartUs } from "../../../testing/event-story.ts";
import { compileSequence } from "../sequence/compile-sequence.ts";
import { createCompileWhere } from "../sequence/compile-where.ts";
import { createSequenceDetector } from "../sequence/sequence-detector.ts";
import type { SequenceRule } from "../sequence/sequence-rule.ts";
import { createDetection } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { selectRules } from "./select-rules.ts";

test("each member that a detector may have is passed on", () => {
  const calls: string[] = [];
  const note = (name: string) => () => void calls.push(name);
  // A member that comes new to the contract must be named here, or this does not compile.
  const whole: Required<Detector<unknown>> = {
    ...{ name: "whole", listings: [], start: note("start"), step: note("step") },
    ...{ tick: note("tick"), heard: note("heard"), release: note("release") },
    ...{ finish: note("finish"), remembered: note("remembered"), dump: note("dump") },
    load: note("load"),
  };
  const chosen = selectRules(whole, () => true);
  assert.deepEqual(Object.keys(chosen).sort(), Object.keys(whole).sort());
  const members = Object.entries(chosen).filter(([, member]) => typeof member === "function");
  for (const [, call] of members) (call as (...given: unknown[]) => void)(undefined, {}, {});
  assert.deepEqual(calls.sort(), members.map(([name]) => name).sort());
});

function lateRule(): SequenceRule {
  const told = {
    ...{ id: "r", title: "A rule", family: "discovery", level: "low", author: "me" },
    ...{ by: "node", within: "10m", ordered: true, subject: "first" },
    steps: [
      { name: "first", act: "exec", where: { name: "early" } },
      { name: "then", act: "exec", where: { name: "late" } },
    ],
  };
  const options = { source: "rule.yaml", compileWhere: createCompileWhere(linearRegex) };
  const { rule, problems } = compileSequence(told, options);
  assert.deepEqual(problems, []);
  return rule ?? assert.fail("it was compiled");
}

function lateStory(): Story {
  const story = createStory();
  const before = { startUs: storyStartUs - 1000, flags: "procFS" };
  const cron = story.exec({ ...before, pid: 10, binary: "/usr/sbin/cron" });
  const early = story.exec({ pid: 20, binary: "/usr/bin/early", parent: cron });
  story.exit(early);
  for (let step = 0; step < 24; step++) {
    story.nowUs += 10_000_000;
    story.open(cron, "/etc/crontab");
  }
  story.exec({ pid: 30, binary: "/usr/bin/late", parent: cron });
  return story;
}

test("chosen rules remember processes as all rules do", () => {
  const detector = createSequenceDetector([lateRule()]) as Detector<unknown>;
  const countSignals = (one: Detector<unknown>): number => {
    let count = 0;
    const observer = createObserver({
      folds: [createDetection({ detectors: [one] })],
      emit: ({ kind }) => {
        if (kind === "signal") count += 1;
      },
    });
    for (const event of lateStory().events) observer.observe(event);
    observer.finish();
    return count;
  };
  assert.equal(countSignals(detector), 1);
  assert.equal(countSignals(selectRules(detector, () => true)), 1);
});
