/** Tests of when a report is due: what stirs, for how long it waits, what is no news. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Fact, FileUseFact, FlowFact } from "../../core/observe/fact.ts";
import {
  sampleContainer,
  sampleContainerFact,
  sampleCoverage,
  samplePrivilege,
} from "../../testing/sample-facts.ts";
import {
  chooseTrigger,
  createTriggers,
  defaultTriggers,
  noteFacts,
  settleTriggers,
  stir,
  type TriggerState,
} from "./choose-trigger.ts";

const web = { workload: "web", workloadKind: "Deployment", containerName: "web", imageId: "x@1" };
const one = sampleContainerFact(web);
const replica = sampleContainerFact({ ...web, container: "d".repeat(31) });
const rolled = sampleContainerFact({ ...web, container: "e".repeat(31), imageId: "x@2" });

function use(given: Partial<FileUseFact> = {}): FileUseFact {
  return {
    kind: "file-use",
    container: sampleContainer,
    path: "/usr/lib/libssl.so.3",
    how: "mapped",
    actor: "service",
    origin: "service",
    actorReason: "",
    count: 1,
    firstSeenUs: 1,
    lastSeenUs: 1,
    binaries: [],
    sensors: [],
    afterWrite: false,
    citations: [],
    ...given,
  };
}

function flow(given: Partial<FlowFact> = {}): FlowFact {
  return {
    kind: "flow",
    container: sampleContainer,
    direction: "inbound",
    protocol: "tcp",
    peer: "203.0.113.9",
    port: 8080,
    actor: "service",
    localAddresses: [],
    connectionCount: 1,
    failedCount: 0,
    sentBytes: 0,
    receivedBytes: 0,
    sendsSeen: false,
    receivesSeen: false,
    firstSeenUs: 1,
    lastSeenUs: 1,
    binaries: [],
    hostNames: [],
    citations: [],
    ...given,
  };
}

const note = (state: TriggerState, facts: readonly Fact[], nowMs = 0) =>
  noteFacts(state, facts, { nowMs, matters: ({ path }) => path.startsWith("/usr") });

/** A state that knows one container, and what then stirs. */
function stirredBy(...facts: readonly Fact[]): string {
  const state = createTriggers(0);
  note(state, [one]);
  settleTriggers(state, 0);
  note(state, facts);
  return chooseTrigger(state, 1e6).because;
}

test("workload, image, first use, way of exposure, right: each stirs by its name", () => {
  const other = sampleContainerFact({ ...web, workload: "api", container: "f".repeat(31) });
  assert.equal(stirredBy(other), "new workload");
  assert.equal(stirredBy(rolled), "new image");
  assert.equal(stirredBy(use()), "first use");
  assert.equal(stirredBy(flow()), "new way of exposure");
  assert.equal(stirredBy(samplePrivilege()), "new privilege");
  assert.equal(
    stirredBy(use(), use({ path: "/usr/a" }), flow()),
    "2 first uses, new way of exposure",
  );
});

test("replicas, visitors, probes, writes, and what no finding is about stir nothing", () => {
  assert.equal(stirredBy(one, replica), "");
  assert.equal(stirredBy(use({ path: "/tmp/x" })), "");
  assert.equal(stirredBy(use({ how: "written" }), use({ actor: "probe" })), "");
  assert.equal(stirredBy(samplePrivilege({ source: "absent" })), "");
  const state = createTriggers(0);
  note(state, [one, replica, use(), flow()]);
  settleTriggers(state, 0);
  const again = [use({ container: replica.container }), flow({ peer: "198.51.100.7" })];
  note(state, [...again, use(), sampleCoverage()]);
  assert.equal(chooseTrigger(state, 1e6).isDue, false);
  note(state, [flow({ peer: "10.0.0.1" })]);
  assert.equal(chooseTrigger(state, 1e6).because, "new way of exposure");
});

test("the end of a roll-out stirs, the end of a job does not", () => {
  const state = createTriggers(0);
  note(state, [one, replica, rolled]);
  settleTriggers(state, 0);
  note(state, [{ ...one, ended: true }]);
  assert.equal(chooseTrigger(state, 1e6).isDue, false);
  note(state, [
    { ...replica, ended: true },
    { ...replica, ended: true },
  ]);
  assert.equal(chooseTrigger(state, 1e6).because, "old image no longer running");
  settleTriggers(state, 0);
  note(state, [{ ...rolled, ended: true }]);
  assert.equal(chooseTrigger(state, 1e6).isDue, false);
});

test("it waits for quiet, but not for ever", () => {
  const state = createTriggers(0);
  stir(state, "scan", 1_000);
  assert.deepEqual(chooseTrigger(state, 1_000), { isDue: false, because: "", waitMs: 20_000 });
  for (let nowMs = 2_000; nowMs < 121_000; nowMs += 1_000) {
    stir(state, "cluster", nowMs);
    assert.equal(chooseTrigger(state, nowMs).isDue, false);
  }
  assert.equal(chooseTrigger(state, 120_999).waitMs, 1);
  const { isDue, because } = chooseTrigger(state, 121_000);
  assert.ok(isDue);
  assert.equal(because, "scan that changed, 119 changes of cluster objects");
  settleTriggers(state, 121_000);
  assert.equal(chooseTrigger(state, 130_000).isDue, false);
});

test("the schedule writes when any fact came, never when nothing did", () => {
  const day = 86_400_000;
  const state = createTriggers(0);
  assert.deepEqual(chooseTrigger(state, day).waitMs, Number.POSITIVE_INFINITY);
  assert.equal(chooseTrigger(state, day - 5).waitMs, 5);
  note(state, [sampleCoverage()]);
  assert.equal(chooseTrigger(state, day - 1).isDue, false);
  assert.equal(chooseTrigger(state, day).because, "schedule");
  const none = { ...defaultTriggers, scheduleMs: 0 };
  assert.equal(chooseTrigger(state, 9 * day, none).isDue, false);
});

test("law: the state keeps its bounds, and the same facts again stir nothing", () => {
  const anyFact = fc.oneof(
    fc.record({ path: fc.constantFrom("/usr/a", "/usr/b", "/tmp/c") }).map(use),
    fc.record({ peer: fc.ipV4(), port: fc.constantFrom(80, 443) }).map(flow),
    fc
      .record({ imageId: fc.constantFrom("x@1", "x@2") })
      .map((given) => sampleContainerFact({ ...web, ...given })),
  );
  fc.assert(
    fc.property(fc.array(anyFact, { maxLength: 30 }), (facts) => {
      const state = createTriggers(0);
      note(state, facts);
      const settled = facts.filter(({ kind }) => kind !== "container");
      settleTriggers(state, 0);
      note(state, settled);
      return chooseTrigger(state, 1e6).because === "";
    }),
  );
  const state = createTriggers(0);
  const many = Array.from({ length: 100_500 }, (_, n) => use({ path: `/usr/${n}` }));
  note(state, many);
  assert.equal(state.seen.size, 100_000);
  assert.equal(state.droppedCount, 500);
  const containers = Array.from({ length: 20_100 }, (_, n) =>
    sampleContainerFact({ ...web, workload: `w${n}`, container: `c${n}` }),
  );
  note(state, containers);
  assert.deepEqual([state.subjects.size, state.running.size], [20_000, 20_000]);
});
