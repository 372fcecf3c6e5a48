/** Tests of `judge-canaries.ts`, `watch-canaries.ts` and `canary-mark.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStory } from "../../testing/event-story.ts";
import type { CoverageFact } from "../observe/fact.ts";
import { canaryArgument, canaryEnding, canaryToken } from "./canary-mark.ts";
import {
  type CanaryRound,
  createCanaryState,
  judgeCanary,
  silentReason,
  silentSensors,
} from "./judge-canaries.ts";
import { type CanarySighting, createCanaryWatch } from "./watch-canaries.ts";

const node = "node-1";
const filePath = `/tmp/x${canaryEnding}`;

function coverage(given: Partial<CoverageFact>): CoverageFact {
  return {
    ...{ kind: "coverage", node, sensor: "open", policy: "waggle-files-g1", basis: "stated" },
    ...{ sinceUs: 0, untilUs: 0, pathPrefixes: [`*${canaryEnding}`], limits: [], eventCount: 1 },
    ...given,
  };
}

const stated = [coverage({}), coverage({ sensor: "network", policy: "tcp", pathPrefixes: [] })];

function sighting(given: Partial<CanarySighting> = {}): CanarySighting {
  return { token: "", node, sensor: "exec", policy: "", doing: "", ...given };
}

const doings = (["connects", "accepts", "listens", "sends", "receives"] as const).map((doing) =>
  sighting({ sensor: "network", policy: "tcp", doing }),
);
const all = [sighting(), sighting({ sensor: "open", policy: "waggle-files-g1" }), ...doings];

function round(minute: number, seen: readonly CanarySighting[], more: Partial<CanaryRound> = {}) {
  const startedUs = minute * 60_000_000;
  const token = `token000${minute}`;
  const run = { token, startedUs, endedUs: startedUs + 1000, filePath, port: 4711 };
  const sightings = seen.map((one) => ({ ...one, token }));
  return { node, run, coverage: stated, sightings, ...more };
}

test("while all sensors report it, a canary loses nothing", () => {
  const state = createCanaryState();
  assert.deepEqual(judgeCanary(state, round(1, all)), []);
  assert.deepEqual(judgeCanary(state, round(2, all)), []);
  assert.deepEqual(silentSensors(state), []);
});

test("a silent sensor is down from the last canary that it reported, and comes back", () => {
  const state = createCanaryState();
  judgeCanary(state, round(1, all));
  const [loss] = judgeCanary(
    state,
    round(
      6,
      all.filter(({ sensor }) => sensor !== "open"),
    ),
  );
  assert.equal(loss?.reason, silentReason("waggle-files-g1"));
  assert.equal(loss?.sinceUs, 60_001_000);
  assert.equal(loss?.untilUs, 360_001_000);
  const [longer] = judgeCanary(
    state,
    round(
      11,
      all.filter(({ sensor }) => sensor !== "open"),
    ),
  );
  assert.equal(longer?.sinceUs, 60_001_000, "the same loss goes on");
  assert.deepEqual(silentSensors(state), ["open waggle-files-g1"]);
  assert.deepEqual(judgeCanary(state, round(16, all)), []);
  assert.deepEqual(silentSensors(state), []);
});

test("one that never reported is down from the first canary that it was bound to see", () => {
  const state = createCanaryState();
  const [loss] = judgeCanary(state, round(1, [sighting(), ...doings]));
  assert.equal(loss?.sinceUs, 60_000_000);
});

test("a return probe that fell silent is told by its doing", () => {
  const state = createCanaryState();
  const losses = judgeCanary(
    state,
    round(
      1,
      all.filter(({ doing }) => doing !== "receives"),
    ),
  );
  assert.deepEqual(
    losses.map(({ reason, detail }) => [reason, detail]),
    [[silentReason("tcp"), "did not report a canary: receives"]],
  );
});

test("when not even the process is seen, the whole node is down, once", () => {
  const losses = judgeCanary(createCanaryState(), round(1, []));
  assert.deepEqual(
    losses.map(({ reason }) => reason),
    ["sensor-silent"],
  );
});

test("nobody is held to what he does not state: other paths, conditions, guesses", () => {
  const unbound = [
    coverage({ pathPrefixes: ["/app"] }),
    coverage({ policy: "narrow", limits: ["only programs In /x"] }),
    coverage({ policy: "guess", basis: "inferred" }),
    coverage({ sensor: "network", policy: "none", limits: ["connects not watched"] }),
  ];
  const run = round(1, [sighting()], { coverage: unbound });
  const losses = judgeCanary(createCanaryState(), { ...run, run: { ...run.run, port: 0 } });
  assert.deepEqual(losses, []);
});

test("sensors of mappings are held to what they reported once, and gone ones to nothing", () => {
  const state = createCanaryState();
  const mapped = sighting({ sensor: "mmap", policy: "waggle-mappings-g1" });
  const with_ = [...stated, coverage({ sensor: "mmap", policy: "waggle-mappings-g1" })];
  judgeCanary(state, round(1, [...all, mapped], { coverage: with_ }));
  assert.equal(judgeCanary(state, round(2, all, { coverage: with_ })).length, 1);
  assert.deepEqual(judgeCanary(state, round(3, all)), []);
});

test("events of a marked process are its own, and those of all others are nobody's canary", () => {
  const story = createStory(node);
  const marked = story.exec({
    pid: 10,
    binary: "/usr/bin/node",
    arguments: `-e x ${canaryArgument("abcdefgh1")}`,
  });
  const other = story.exec({ pid: 11, binary: "/usr/bin/node", arguments: "waggle-canary" });
  story.open(marked, filePath);
  story.open(other, filePath);
  story.map(marked, "/usr/lib/libc.so.6");
  story.load(marked, "/usr/lib/libc.so.6");
  story.hook(marked, "tcp_connect", {});
  story.exit(marked);
  const watch = createCanaryWatch();
  const seen = story.events.map((event) => watch.see(event));
  assert.deepEqual(seen, [true, false, true, false, true, true, true, true]);
  const sensors = watch.take().map(({ token, sensor }) => `${token} ${sensor}`);
  assert.deepEqual(sensors.slice(0, 4), [
    "abcdefgh1 exec",
    "abcdefgh1 open",
    "abcdefgh1 mmap",
    "abcdefgh1 loader",
  ]);
  assert.deepEqual(watch.take(), []);
});

test("a token is one plain word, in arguments as Tetragon joins them", () => {
  assert.equal(canaryToken(`"-e a b" ${canaryArgument("k2j4h6g8")} /tmp/x`), "k2j4h6g8");
  for (const text of ["", "waggle-canary=short", "waggle-canary=UPPERCASE", "canary=k2j4h6g8"]) {
    assert.equal(canaryToken(text), undefined, text);
  }
});
