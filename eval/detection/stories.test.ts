/** Holds that attacks written by hand are told, single techniques leave a signal, work is quiet. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadMeasuredRules } from "./load-detectors.ts";
import { printHandStories } from "./print-stories.ts";
import { storyFolder } from "./run-detection.ts";
import { judgeStory, listStory, sumStories } from "./score-stories.ts";
import { playStory, readStories, type StoryKind, type StoryResult } from "./stories.ts";

const rules = await loadMeasuredRules(join(import.meta.dirname, "..", "..", "rules"));
const { stories, problems } = readStories(storyFolder);
const results = stories.map((story) => playStory(story, rules.all));

function failing(kind: StoryKind, of: readonly StoryResult[] = results): readonly string[] {
  return of
    .filter((one) => one.story.kind === kind && one.story.blind === "" && !judgeStory(one).holds)
    .map(({ story }) => story.name);
}

test("all stories can be read, and each has its own name", () => {
  assert.deepEqual(problems, []);
  assert.equal(new Set(stories.map(({ name }) => name)).size, stories.length);
});

test("nearly each attack by hand is one incident", () => {
  const { count, held, single } = sumStories(results, "attacks");
  assert.ok(count > 100);
  assert.ok(held >= 0.97 * count, failing("attacks").join("; "));
  assert.ok(single >= 0.95 * held);
});

test("attacks are told where only programs are seen to start and end", () => {
  const few = stories
    .filter(({ kind }) => kind === "attacks")
    .map((story) => playStory(story, rules.all, { onlyPrograms: true }));
  const { count, held } = sumStories(few, "attacks");
  assert.ok(held >= 0.93 * count, failing("attacks", few).join("; "));
});

test("most single techniques leave a signal", () => {
  const { count, held } = sumStories(results, "techniques");
  assert.ok(held >= 0.9 * count, failing("techniques").join("; "));
});

test("ordinary work by hand is no grave incident, and seldom one of medium", () => {
  const { high, count, held } = sumStories(results, "ordinary");
  assert.equal(high, 0);
  assert.ok(count - held <= 3, failing("ordinary").join("; "));
});

test("a story is listed with what fired, and the section names what does not hold", () => {
  const told = results.find(({ story }) => story.kind === "attacks");
  assert.ok(told !== undefined);
  const lines = listStory(told);
  assert.match(lines[1] ?? "", /^== holds attacks\//);
  assert.ok(lines.some((line) => line.startsWith("  incident ")));
  const printed: string[] = [];
  printHandStories(storyFolder, rules.all, (line = "") => printed.push(line));
  for (const name of [...failing("attacks"), ...failing("ordinary")]) {
    assert.ok(printed.some((line) => line.includes(name)));
  }
});
