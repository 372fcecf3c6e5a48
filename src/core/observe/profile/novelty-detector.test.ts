/** Tests what of a stream of events becomes a profile, and when something new is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createObserver } from "../../../engine/observe-events.ts";
import { createStory, type Story } from "../../../testing/event-story.ts";
import { sampleDetector } from "../../../testing/sample-detector.ts";
import type { Event } from "../../event/event.ts";
import { hostKey } from "../container-key.ts";
import { createDetection } from "../detect/detection.ts";
import { FactSet } from "../fact-set.ts";
import type { Profile } from "./frozen-profile.ts";
import { createNoveltyDetector, type NoveltyOptions } from "./novelty-detector.ts";
import { noveltyRules } from "./novelty-rules.ts";

const minuteUs = 60_000_000;
const hourUs = 60 * minuteUs;

function folds(options: NoveltyOptions) {
  const bad = sampleDetector(["exec"], ({ subject }) => subject.name === "evil");
  return [createDetection({ detectors: [bad, createNoveltyDetector(options)] })];
}

function watch(events: Iterable<Event>, options: NoveltyOptions = { learnsAtEnd: true }) {
  const facts = new FactSet();
  const emit = facts.add.bind(facts);
  const observer = createObserver({ folds: folds(options), emit });
  for (const event of events) observer.observe(event);
  observer.finish();
  return facts;
}

function job(story: Story, tool: string, text = "") {
  const cron = story.exec({ pid: 10, binary: "/usr/sbin/cron" });
  const shell = story.exec({ pid: 20, binary: "/bin/sh", arguments: "-c job", parent: cron });
  const made = story.exec({ pid: 21, binary: tool, arguments: text, parent: shell });
  story.exit(made);
  story.exit(shell);
  return { shell, made };
}

function valuesOf(facts: FactSet, dimension = "binary"): readonly string[] {
  return facts.profiles.filter((one) => one.dimension === dimension).map(({ value }) => value);
}

function noveltyOf(facts: FactSet): readonly string[] {
  return facts
    .signals(hostKey("node-1"))
    .filter(({ family }) => family === "novelty")
    .flatMap(({ because }) => because);
}

const frozen = (values: Profile["values"], container = "scheduled"): Profile => ({
  place: { cluster: "*", namespace: "*", kind: "Host", name: "*", container },
  frozen: true,
  watched: ["binary", "child", "arguments"],
  values,
});

test("what sessions do is told once they are over", () => {
  const story = createStory();
  job(story, "/usr/bin/tar", "czf 1.tgz /data");
  const facts = watch(story.events);
  assert.ok(valuesOf(facts).includes("/usr/bin/tar"));
  assert.deepEqual(valuesOf(facts, "arguments"), ["sh -c job", "tar czf <n>.tgz /data"]);
});

test("nothing is learned from a session that a rule speaks of", () => {
  const story = createStory();
  const { shell } = job(story, "/usr/bin/evil");
  story.exec({ pid: 22, binary: "/usr/bin/helper", parent: shell });
  const facts = watch(story.events);
  assert.deepEqual(
    valuesOf(facts).filter((name) => !name.endsWith("cron")),
    [],
  );
});

test("a daemon learns only what is quiet: its end is not the end of sessions", () => {
  const story = createStory();
  job(story, "/usr/bin/tar");
  assert.deepEqual(watch(story.events, {}).profiles, []);
  story.nowUs += 11 * minuteUs;
  story.exec({ pid: 99, binary: "/bin/later" });
  assert.ok(valuesOf(watch(story.events, {})).includes("/usr/bin/tar"));
});

test("nothing is new while a profile is young, and what is new is told once it is old", () => {
  const story = createStory();
  job(story, "/usr/bin/tar");
  story.nowUs += hourUs;
  job(story, "/usr/bin/first");
  assert.deepEqual(noveltyOf(watch(story.events)), []);
  story.nowUs += 24 * hourUs;
  job(story, "/usr/bin/second");
  job(story, "/usr/bin/tar");
  const told = noveltyOf(watch(story.events));
  assert.deepEqual(told, [
    "binary /usr/bin/second is not in the learned profile of node-1, scheduled",
  ]);
});

test("what was told as new is a habit once its session was quiet", () => {
  const story = createStory();
  job(story, "/usr/bin/tar");
  for (const hours of [25, 1]) {
    story.nowUs += hours * hourUs;
    job(story, "/usr/bin/second");
  }
  assert.equal(watch(story.events).signals(hostKey("node-1")).length, 1);
});

test("what deviates from a frozen profile is told at once, and never learned", () => {
  const story = createStory();
  job(story, "/usr/bin/tar", "x");
  const known = watch(story.events).profiles.map(({ dimension, value }) => ({ dimension, value }));
  const profile = frozen(known);
  assert.deepEqual(noveltyOf(watch(story.events, { profiles: [profile] })), []);
  for (let day = 0; day < 3; day++) {
    job(story, "/usr/bin/curl", "http://x/");
    story.nowUs += 24 * hourUs;
  }
  const facts = watch(story.events, { profiles: [profile], learnsAtEnd: true });
  assert.equal(noveltyOf(facts).length, 3);
  assert.ok(!valuesOf(facts).includes("/usr/bin/curl"));
});

test("only what was watched can be new", () => {
  const story = createStory();
  job(story, "/usr/bin/tar");
  const profile = { ...frozen([]), watched: ["destination" as const] };
  assert.deepEqual(noveltyOf(watch(story.events, { profiles: [profile] })), []);
});

test("a known program with new arguments, or of a new starter, is told as that", () => {
  const story = createStory();
  job(story, "/usr/bin/tar", "x");
  const known = watch(story.events).profiles.map(({ dimension, value }) => ({ dimension, value }));
  job(story, "/usr/bin/tar", "y");
  const without = known.filter(({ dimension }) => dimension !== "child");
  assert.match(
    noveltyOf(watch(story.events, { profiles: [frozen(known)] })).join(),
    /^arguments tar y/,
  );
  const told = noveltyOf(watch(story.events, { profiles: [frozen(without)] }));
  assert.ok(
    told.every((text) => text.startsWith("child ")),
    told.join(),
  );
});

test("no rule of novelty is as grave as a rule of its own", () => {
  for (const { level, score, family, tactics } of Object.values(noveltyRules)) {
    assert.deepEqual([level, family, tactics], ["informational", "novelty", []]);
    assert.ok(score < 8);
  }
});

test("law: taken up from a checkpoint anywhere it tells the same", () => {
  const story = createStory();
  for (let at = 0; at < 6; at++) {
    job(story, at === 3 ? "/usr/bin/evil" : `/usr/bin/tool${at % 4}`, `${at} x`);
    story.nowUs += 7 * minuteUs;
  }
  story.nowUs += 30 * hourUs;
  job(story, "/usr/bin/new");
  const whole = watch(story.events).canonical();
  for (let cut = 1; cut < story.events.length; cut += 5) {
    const facts = new FactSet();
    const emit = facts.add.bind(facts);
    const options = { learnsAtEnd: true };
    const first = createObserver({ folds: folds(options), emit });
    for (const event of story.events.slice(0, cut)) first.observe(event);
    const dumped = structuredClone(first.dump());
    const second = createObserver({ folds: folds(options), emit }, dumped);
    for (const event of story.events.slice(cut)) second.observe(event);
    second.finish();
    assert.equal(facts.canonical(), whole, `cut at ${cut}`);
  }
});

test("hostile names become values like any other, bounded and well-formed", () => {
  const story = createStory();
  const names = ["__proto__", "\u0000", "\ud800", "\u202e".repeat(500), "a > b", "/x".repeat(2000)];
  for (const [at, name] of names.entries()) {
    story.exec({ pid: 100 + at, binary: `/${name}`, arguments: name });
  }
  const { profiles } = watch(story.events);
  assert.ok(profiles.length >= names.length);
  for (const { value } of profiles) assert.ok(value.isWellFormed() && value.length <= 400, value);
});
