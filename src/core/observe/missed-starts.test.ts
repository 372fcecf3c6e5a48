/** Tests that starts which no event told of become losses, and that ordinary forks do not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containerA, createStory, observe, startContainer } from "../../testing/event-story.ts";
import { foldFacts, sampleBase, sampleExec, sampleNode } from "../../testing/sample-facts.ts";
import type { Event } from "../event/event.ts";
import { createCoverage } from "./coverage.ts";
import { createMissedStarts, emitMissedStarts, noteMissedStart } from "./missed-starts.ts";

function missedIn(events: readonly Event[]): readonly string[] {
  return observe(events)
    .retired.filter(({ startMissed }) => startMissed)
    .map(({ binary }) => binary);
}

function shopping(): { readonly events: readonly Event[]; readonly curlIds: readonly string[] } {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/run.sh" });
  const fork = story.fork(first, { pid: 11 });
  story.open(fork, "/etc/hosts");
  const curl = story.exec({ pid: 11, binary: "/usr/bin/curl", parent: first });
  story.open(curl, "/etc/ssl/openssl.cnf");
  story.exit(curl);
  const worker = story.fork(first, { pid: 12 });
  story.open(worker, "/etc/passwd");
  story.exit(worker);
  return { events: story.events, curlIds: [curl.execId] };
}

test("a program that ran without its start having been told shows that events were lost", () => {
  const { events, curlIds } = shopping();
  assert.deepEqual(missedIn(events), []);
  const isStart = (event: Event) =>
    event.type === "exec" && curlIds.includes(event.process?.execId ?? "");
  assert.deepEqual(missedIn(events.filter((event) => !isStart(event))), ["/usr/bin/curl"]);
});

test("a start that comes late is not missed, in whatever order the events come", () => {
  const { events } = shopping();
  fc.assert(
    fc.property(fc.shuffledSubarray([...events], { minLength: events.length }), (shuffled) => {
      assert.deepEqual(missedIn(shuffled), []);
    }),
  );
});

test("the loss begins with the start that was missed, and only once starts are told at all", () => {
  const startUs = sampleBase(0).timeUs + 5_000_000;
  const node = { ...sampleNode(), startMissed: true, startUs };
  const losses = (events: readonly Event[]) => {
    const facts = foldFacts(createCoverage({ policies: [] }), events, node);
    return facts.filter(({ kind }) => kind === "loss");
  };
  const told = losses([sampleExec(startUs - 1000)]);
  assert.deepEqual(
    told.map((fact) => fact.kind === "loss" && [fact.reason, fact.sinceUs, fact.count]),
    [["missed-start", startUs, 1]],
  );
  assert.deepEqual(losses([sampleExec(startUs + 1000)]), []);
});

test("however many were missed, few losses come of it", () => {
  const missed = createMissedStarts();
  for (let at = 0; at < 5000; at++) noteMissedStart(missed, at * 60_000_000);
  const counts: number[] = [];
  emitMissedStarts(missed, { node: "n", fromUs: 0 }, (fact) => {
    if (fact.kind === "loss") counts.push(fact.count);
  });
  assert.equal(counts.length <= 1001, true);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    5000,
  );
});

test("what a first program of a lost start runs is the service's, without marks too", () => {
  const story = createStory();
  const { shim, first } = startContainer(story, {
    pid: 10,
    binary: "/entrypoint.sh",
    inInitTree: false,
  });
  const inside = { containerId: containerA, inInitTree: false };
  const tool = story.exec({ ...inside, pid: 11, binary: "/usr/bin/mkdir", parent: first });
  story.exit(tool);
  const server = story.exec({ ...inside, pid: 10, binary: "/usr/bin/server", parent: first });
  story.exec({ ...inside, pid: 12, binary: "/usr/bin/id", parent: shim });
  const lost = story.events.filter(
    (event) => !("process" in event) || event.process?.execId !== first.execId,
  );
  const { actorOf } = observe(lost);
  assert.deepEqual([actorOf(tool), actorOf(server)], ["service", "service"]);
});
