/**
 * Holds the tests of the process list of a container.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createObserver } from "../../engine/observe-events.ts";
import { containerA, createStory, startContainer } from "../../testing/event-story.ts";
import { createProcessList } from "./process-list.ts";

function list(countMax: number, container = containerA) {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh" });
  const inA = { containerId: containerA, inInitTree: true };
  const flags = "execve";
  const main = story.exec({ ...inA, pid: 10, binary: "/server", flags, parent: first });
  for (const pid of [11, 12, 13]) story.open(story.fork(main, { pid }), "/etc/x");
  story.exec({ ...inA, pid: 14, binary: "/helper", parent: main });
  const fold = createProcessList({ container, countMax });
  const observer = createObserver({ folds: [fold], emit: () => undefined });
  for (const event of story.events) observer.observe(event);
  observer.finish();
  return fold;
}

test("processes stand below their parents, equal forks in one line", () => {
  const shown = list(100)
    .list()
    .map(({ depth, binary, actor, sameCount }) => `${depth} ${binary} ${actor} ${sameCount}`);
  assert.deepEqual(shown, [
    "0 /proc/self/exe runtime 1",
    "0 /entry.sh startup 1",
    "1 /server service 1",
    "2 /server service 3",
    "2 /helper service 1",
  ]);
});

test("a container is found by the beginning of its id, and no other is listed", () => {
  assert.equal(list(100, containerA.slice(0, 6)).list().length, 5);
  assert.equal(list(100, "b").list().length, 0);
  assert.equal(
    list(100, "")
      .list()
      .every(({ container }) => container === containerA),
    true,
  );
});

test("beyond its bound it says how many are left out", () => {
  const fold = list(3);
  assert.equal(fold.list().length, 3);
  assert.equal(fold.leftOutCount(), 4);
});

test("processes that name themselves or each other as parents are listed all the same", () => {
  const story = createStory();
  const inA = { containerId: containerA, binary: "/a" };
  const first = story.exec({ ...inA, pid: 10 });
  const second = story.exec({ ...inA, pid: 11, parent: first });
  const third = story.exec({ ...inA, pid: 12, parent: second });
  const self = story.exec({ ...inA, pid: 13 });
  const parents = new Map([
    [first.execId, third.execId],
    [self.execId, self.execId],
  ]);
  const fold = createProcessList({ container: containerA, countMax: 100 });
  const observer = createObserver({ folds: [fold], emit: () => undefined });
  for (const event of story.events) {
    if (!("process" in event) || event.process === undefined) continue;
    const parentExecId = parents.get(event.process.execId) ?? event.process.parentExecId;
    observer.observe({ ...event, process: { ...event.process, parentExecId } });
  }
  observer.finish();
  assert.deepEqual(
    fold
      .list()
      .map(({ pid }) => pid)
      .sort(),
    [10, 11, 12, 13],
  );
});
