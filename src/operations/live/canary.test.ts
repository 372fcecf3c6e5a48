/** Tests of `canary.ts`: when canaries run, and what becomes of those that are not reported. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoverageFact, Fact } from "../../core/observe/fact.ts";
import type { CanaryMark, CanaryRun } from "../../ports/canary-runner.ts";
import {
  type CanaryVerdict,
  type CanaryWork,
  canaryGraceMs,
  canaryIntervalMs,
  runCanaries,
} from "./canary.ts";

const stated: CoverageFact = {
  ...{ kind: "coverage", node: "node-1", sensor: "open", policy: "p", basis: "stated" },
  ...{ sinceUs: 0, untilUs: 0, pathPrefixes: ["/tmp"], limits: [], eventCount: 1 },
};

interface World {
  readonly facts: Fact[];
  readonly logged: string[];
  readonly waits: number[];
  readonly told: CanaryVerdict[];
}

/** Ends after so many canaries; `isSeen` tells whether the file of that one is reported. */
async function runWorld(
  count: number,
  isSeen: (at: number) => boolean,
  more: Partial<CanaryWork> = {},
): Promise<World> {
  const ending = new AbortController();
  const world: World = { facts: [], logged: [], waits: [], told: [] };
  const expected: CanaryMark[] = [];
  let nowUs = 1_000_000_000;
  let token = "";
  let ran = 0;
  const log = (sentence: string) => world.logged.push(sentence);
  await runCanaries(
    {
      runner: {
        mark: async () => {
          ran += 1;
          token = `token00000000000${ran}`;
          return { token, programPath: "/usr/bin/node", directory: "/tmp/x" };
        },
        run: async (given): Promise<CanaryRun> => {
          assert.equal(given.token, expected.at(-1)?.token, "the watch knows it before it runs");
          const span = { startedUs: nowUs, endedUs: nowUs + 1000 };
          const did = { filePath: "/tmp/x/waggle-canary", port: 0 };
          return { token, ...span, ...did, trouble: "" };
        },
      },
      clock: {
        nowUs: () => nowUs,
        elapsedMs: () => nowUs / 1000,
        wait: async (ms) => {
          world.waits.push(ms);
          nowUs += ms * 1000;
          if (world.waits.length >= count * 2) ending.abort();
        },
      },
      log: { error: log, warn: log, info: log, debug: log },
      ...{ intervalMs: canaryIntervalMs, graceMs: canaryGraceMs },
      node: () => "node-1",
      coverage: () => [stated],
      sightings: () => {
        const exec = { token, node: "node-1", sensor: "exec", policy: "", doing: "" } as const;
        const open = { ...exec, sensor: "open", policy: "p" } as const;
        return isSeen(ran) ? [exec, open] : [exec];
      },
      emit: (fact) => world.facts.push(fact),
      expect: (mark) => expected.push(mark),
      tell: (verdict) => world.told.push(verdict),
      ...more,
    },
    ending.signal,
  );
  return world;
}

test("a canary runs, its events get time to come, then the next waits", async () => {
  const { waits, facts, logged, told } = await runWorld(2, () => true);
  assert.deepEqual(told, Array(2).fill({ silent: [], unexercised: [] }));
  assert.deepEqual(waits, [canaryGraceMs, canaryIntervalMs, canaryGraceMs, canaryIntervalMs]);
  assert.deepEqual([facts, logged], [[], []]);
});

test("a silent sensor becomes a loss, is logged once, and so is its coming back", async () => {
  const { facts, logged } = await runWorld(5, (at) => at === 1 || at > 3);
  assert.deepEqual(
    facts.map((fact) => fact.kind === "loss" && fact.reason),
    ["sensor-silent-of-p", "sensor-silent-of-p"],
  );
  assert.deepEqual(logged, [
    "sensors did not report a canary",
    "all sensors that canaries exercise report them again",
  ]);
});

test("no canary runs while nobody knows which node this is", async () => {
  const run = () => assert.fail("none may run");
  const { facts } = await runWorld(1, () => true, { node: () => "", runner: { mark: run, run } });
  assert.deepEqual(facts, []);
});

test("a canary that could not run is told and blames no sensor", async () => {
  const failed = async ({ token }: CanaryMark): Promise<CanaryRun> => ({
    ...{ token, startedUs: 0, endedUs: 0, filePath: "", port: 0 },
    trouble: "it did not start",
  });
  const mark = async () => ({ token: "t", programPath: "/p", directory: "/d" });
  const { facts, logged } = await runWorld(1, () => false, { runner: { mark, run: failed } });
  assert.deepEqual(facts, []);
  assert.equal(logged[0], "a canary did less than it should");
});
