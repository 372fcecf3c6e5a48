/**
 * Holds the tests of the container facts: who it is, and how fully it was seen.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { containerA, createStory, observe, startContainer } from "../../testing/event-story.ts";
import type { Event } from "../event/event.ts";
import { createContainers } from "./container.ts";

function only(events: readonly Event[]) {
  const [fact, ...more] = observe(events).facts.containers;
  assert.ok(fact !== undefined && more.length === 0);
  return fact;
}

const inA = { containerId: containerA, inInitTree: true };

test("a container whose first program was seen to start is seen from its start", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh" });
  const flags = "execve";
  const main = story.exec({ ...inA, pid: 10, binary: "/server", flags, parent: first });
  const worker = story.fork(main, { pid: 11 });
  story.exit(worker);
  const running = only(story.events);
  assert.equal(running.fromStart, true);
  assert.equal(running.ended, false);
  assert.equal(running.startedUs, first.startTimeUs);
  assert.equal(running.workload, "work");
  story.exit(main);
  assert.equal(only(story.events).ended, true);
});

test("a container that was there before is not, whatever starts in it later", () => {
  const story = createStory();
  const startUs = story.nowUs - 60_000_000;
  const flags = "procFS rootcwd";
  const main = story.exec({ ...inA, pid: 10, binary: "/server", flags, startUs });
  story.exec({ ...inA, pid: 11, binary: "/helper", parent: main });
  const fact = only(story.events);
  assert.equal(fact.fromStart, false);
  assert.equal(fact.startedUs, startUs);
});

test("a restart of the sensor does not undo that the start was seen", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh" });
  const flags = "execve";
  story.exec({ ...inA, pid: 10, binary: "/server", flags, parent: first });
  const born = first.startTimeUs - 500_000;
  const again = { ...inA, flags: "procFS rootcwd", startUs: born };
  const listed = story.exec({ ...again, pid: 10, binary: "/server" });
  assert.equal(only(story.events).fromStart, true);
  assert.equal(only([...story.events].reverse()).fromStart, true);
  story.exit(listed);
  assert.equal(only(story.events).ended, true);
});

test("a container of which only an exec from outside was seen is not seen from its start", () => {
  const story = createStory();
  const inside = { containerId: containerA, inInitTree: false };
  startContainer(story, { ...inside, pid: 20, binary: "/bin/bash" }, "exec");
  assert.equal(only(story.events).fromStart, false);
});

test("the longest id and the fullest pod count, also when they come late", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const pod = { ...first.pod, imageId: "image@sha256:00", containerName: "late" };
  const later = { ...first, containerId: "a".repeat(64), pod } as typeof first;
  story.open(later, "/etc/x");
  const fact = only(story.events);
  assert.equal(fact.containerId, "a".repeat(64));
  assert.equal(fact.imageId, "image@sha256:00");
});

test("more containers than are kept become a loss", () => {
  const fold = createContainers();
  const state = fold.start();
  const story = createStory();
  story.exec({ pid: 1, binary: "/x" });
  const event = story.events[0];
  assert.ok(event !== undefined);
  const emitted: string[] = [];
  const emit = ({ kind }: { kind: string }) => void emitted.push(kind);
  const node = { container: "", node: "n" } as Parameters<typeof fold.step>[2]["node"];
  for (let at = 0; at < 20_000; at++) {
    if (node !== undefined)
      fold.step(state, event, { node: { ...node, container: `c${at}` }, nowUs: 1, emit });
  }
  fold.finish?.(state, emit);
  assert.equal(emitted.filter((kind) => kind === "container").length, 16_384);
  assert.equal(emitted.filter((kind) => kind === "loss").length, 1);
});
