/**
 * Holds the laws of an observation that lets go of what is over: it tells the same as one that
 * keeps all, and what it keeps does not grow with what came and went.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import fc from "fast-check";
import type { Event } from "../core/event/event.ts";
import type { LifeOptions } from "../core/observe/container-lives.ts";
import type { Fact } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createFolds } from "../operations/create-folds.ts";
import { createStory, type Story, startContainer } from "../testing/event-story.ts";
import { addSocketHook, recordedSockets } from "../testing/flow-events.ts";
import { choices, livelyEvents } from "../testing/lively-events.ts";
import { recordedStart } from "../testing/recorded-start.ts";
import { createObserver, type ObserverDump } from "./observe-events.ts";

const second = 1_000_000;
const tree = { graceUs: 2 * second };
/** So short that it is over as soon as the tree has let go of the last process. */
const short: LifeOptions = {
  everyUs: second,
  quietUs: 5 * second,
  doubtUs: 5000 * second,
  silentUs: 36_000 * second,
};

interface Told {
  readonly facts: FactSet;
  /** How many facts came before the end. */
  readonly earlyCount: number;
}

function observe(events: readonly Event[], releases?: LifeOptions, cutAt = -1): Told {
  const facts = new FactSet();
  let count = 0;
  const emit = (fact: Fact): void => {
    facts.add(fact);
    count += 1;
  };
  const options = { folds: createFolds([]), tree, emit, ...(releases && { releases }) };
  let observer = createObserver(options);
  for (const [at, event] of events.entries()) {
    if (at === cutAt) {
      const dump = v8.deserialize(v8.serialize(observer.dump())) as ObserverDump;
      observer = createObserver(options, dump);
    }
    observer.observe(event);
  }
  const earlyCount = count;
  observer.finish();
  return { facts, earlyCount };
}

/** Counts may be lower where something came again after it was let go of. */
function withoutCounts(facts: FactSet): string {
  const counts = "count|connectionCount|failedCount|sentBytes|receivedBytes|eventCount";
  return facts.canonical().replace(new RegExp(`"(${counts})":\\d+`, "g"), '"$1":0');
}

test("law: what is told early and at the end is what is told at the end alone", () => {
  let earlyCount = 0;
  fc.assert(
    fc.property(choices, fc.nat(1000), (made, place) => {
      const events = livelyEvents(made);
      const [kept, released] = [observe(events), observe(events, short)];
      assert.equal(released.facts.canonical(), kept.facts.canonical());
      earlyCount += released.earlyCount - kept.earlyCount;
      const cut = observe(events, short, place % events.length);
      assert.equal(cut.facts.canonical(), kept.facts.canonical(), "from a copy");
    }),
    { numRuns: 200 },
  );
  assert.ok(earlyCount > 100, `${earlyCount} facts came early`);
});

test("recorded: containers that fall silent are told early, and nothing is told otherwise", () => {
  const silent = { ...short, doubtUs: 5 * second, silentUs: 10 * second };
  let early = 0;
  const files = (["shop", "late", "shell", "host"] as const).map(recordedSockets);
  for (const events of [recordedStart(), ...files]) {
    const [kept, released] = [observe(events), observe(events, silent)];
    assert.equal(withoutCounts(released.facts), withoutCounts(kept.facts));
    early += released.earlyCount - kept.earlyCount;
  }
  assert.ok(early > 0, `${early} facts came early`);
});

/** A container that starts, reads, writes, talks and ends, with a child; what it talks to stays. */
function liveShortly(story: Story, index: number): void {
  const containerId = index.toString(16).padStart(31, "0");
  const pid = 3 * (1 + (index % 100_000));
  const { first } = startContainer(story, { pid, binary: "/bin/job", containerId });
  const [runc] = story.events;
  if (runc?.type === "exec" && runc.process !== undefined) story.exit(runc.process);
  const own = { containerId, inInitTree: true };
  const child = story.exec({ ...own, pid: pid + 1, binary: "/bin/step", parent: first });
  story.open(child, `/data/${index}`);
  story.hook(child, "vfs_write", {
    arguments: [
      { kind: "file", label: "", path: `/tmp/${index}`, flags: "", permission: "-rw-r--r--" },
    ],
  });
  const socket = { cookie: String(index + 1), sourceAddress: `10.1.${index >> 8}.${index & 255}` };
  addSocketHook(story, child, "tcp_connect", { socket });
  addSocketHook(story, child, "tcp_sendmsg", { socket, size: 10 });
  addSocketHook(story, child, "tcp_close", { socket });
  story.exit(child);
  story.exit(first);
}

interface Churn {
  readonly sizes: readonly number[];
  readonly told: ReadonlyMap<Fact["kind"], number>;
  readonly losses: readonly Fact[];
}

function churn(containerCount: number, releases: boolean): Churn {
  const told = new Map<Fact["kind"], number>();
  const losses: Fact[] = [];
  const emit = (fact: Fact): void => {
    told.set(fact.kind, (told.get(fact.kind) ?? 0) + 1);
    if (fact.kind === "loss") losses.push(fact);
  };
  const observer = createObserver({ folds: createFolds([]), emit, releases });
  const story = createStory();
  const sizes: number[] = [];
  for (let index = 0; index < containerCount; index++) {
    story.nowUs += second;
    liveShortly(story, index);
    for (const event of story.events.splice(0)) observer.observe(event);
    if ((index + 1) % (containerCount / 10) === 0) sizes.push(v8.serialize(observer.dump()).length);
  }
  observer.finish();
  return { sizes, told, losses };
}

test("forty thousand short containers leave nothing behind, and all is told", () => {
  const count = 40_000;
  const { sizes, told, losses } = churn(count, true);
  assert.deepEqual(losses, []);
  assert.equal(told.get("container"), count);
  assert.equal(told.get("flow"), count);
  const [early = 0, late = 0] = [sizes[1], sizes.at(-1)];
  assert.ok(late < 1.2 * early, `${early} bytes became ${late}`);
  const all = churn(2000, false);
  const some = churn(2000, true);
  assert.deepEqual([...some.told].sort(), [...all.told].sort());
});
