/** Tests of `judge-canaries.ts`, `watch-canaries.ts` and `canary-mark.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStory } from "../../testing/event-story.ts";
import type { Argument } from "../event/event.ts";
import type { CoverageFact } from "../observe/fact.ts";
import { canaryArgument, canaryEnding, canaryToken } from "./canary-mark.ts";
import {
  type CanaryRound,
  createCanaryState,
  judgeCanary,
  silentReason,
  silentSensors,
  unexercisedPolicies,
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

const token = "abcdefgh12345678";
const mark = { token, programPath: "/usr/bin/node", directory: "/tmp/x" };
const marked = (pid: number, more = {}) => ({
  ...{ pid, binary: "/usr/bin/node", arguments: `-e x ${canaryArgument(token)}` },
  ...more,
});

test("events of a marked process are its own, and those of all others are nobody's canary", () => {
  const story = createStory(node);
  const own = story.exec(marked(10));
  const other = story.exec({ pid: 11, binary: "/usr/bin/node", arguments: "waggle-canary" });
  story.open(own, filePath);
  story.open(other, filePath);
  story.map(own, "/usr/lib/libc.so.6");
  story.load(own, "/usr/lib/libc.so.6");
  story.hook(own, "tcp_connect", {});
  story.hook(own, "__x64_sys_setuid", { policy: "rights" });
  story.exit(own);
  const watch = createCanaryWatch();
  watch.expect(mark);
  const seen = story.events.map((event) => watch.see(event));
  assert.deepEqual(seen, [true, false, true, false, true, true, true, true, true]);
  const sensors = watch.take().map((one) => `${one.token} ${one.sensor} ${one.policy}`.trim());
  for (const sensor of ["exec", "open", "mmap", "loader", "other rights"]) {
    assert.ok(
      sensors.some((one) => one.startsWith(`${token} ${sensor}`)),
      sensor,
    );
  }
  assert.deepEqual(watch.take(), []);
});

test("who copies a mark, guesses one or comes from another program is no canary", () => {
  const story = createStory(node);
  const late = story.exec(marked(12, { startUs: 2_000 }));
  const first = story.exec(marked(10, { startUs: 1_000 }));
  const again = story.exec(marked(13, { startUs: 3_000 }));
  const shell = story.exec(marked(14, { startUs: 500, binary: "/tmp/evil" }));
  story.exec({
    ...{ pid: 15, binary: "/usr/bin/node", startUs: 1 },
    arguments: canaryArgument("abcdefgh99999999"),
  });
  for (const process of [late, first, again, shell]) story.open(process, filePath);
  const watch = createCanaryWatch();
  assert.ok(
    story.events.every((event) => !watch.see(event)),
    "none is expected yet",
  );
  watch.expect(mark);
  const seen = story.events.map((event) => watch.see(event));
  // The copy that is told first is believed until the one that began first is told.
  assert.deepEqual(seen, [true, true, false, false, false, false, true, false, false]);
  watch.expect({ ...mark, token: "b".repeat(16) });
  watch.expect({ ...mark, token: "c".repeat(16) });
  assert.ok(
    story.events.every((event) => !watch.see(event)),
    "its time is over",
  );
});

test("only what a canary is known to do is nobody's act: all else in its process is judged", () => {
  const story = createStory(node);
  const own = story.exec(marked(10));
  story.open(own, filePath);
  story.open(own, "/etc/shadow");
  story.hook(own, "__x64_sys_setuid", { arguments: [integer(own.uid)] });
  story.hook(own, "__x64_sys_setuid", { arguments: [integer(own.uid + 1)] });
  story.hook(own, "__x64_sys_ptrace", {});
  story.hook(own, "tcp_connect", {});
  const copy = story.exec(marked(11));
  story.open(copy, filePath);
  const watch = createCanaryWatch();
  watch.expect(mark);
  const verdicts = story.events.map((event) => "process" in event && watch.isOwnAct(event));
  assert.deepEqual(verdicts, [true, true, false, true, false, false, false, false, false]);
});

const integer = (value: number): Argument => ({ kind: "integer", label: "", value });

test("policies that no canary exercises are named, not taken for good", () => {
  const state = createCanaryState();
  const memory = coverage({ sensor: "other", policy: "memory", pathPrefixes: [] });
  const given = round(1, all, { coverage: [...stated, memory] });
  judgeCanary(state, given);
  assert.deepEqual(silentSensors(state), []);
  assert.deepEqual(unexercisedPolicies(state, given), ["memory"]);
  const told = sighting({ sensor: "other", policy: "memory" });
  const next = round(2, [...all, told], { coverage: [...stated, memory] });
  judgeCanary(state, next);
  assert.deepEqual(unexercisedPolicies(state, next), []);
});

test("a token is one plain word, in arguments as Tetragon joins them", () => {
  assert.equal(canaryToken(`"-e a b" ${canaryArgument("k2j4h6g8")} /tmp/x`), "k2j4h6g8");
  for (const text of ["", "waggle-canary=short", "waggle-canary=UPPERCASE", "canary=k2j4h6g8"]) {
    assert.equal(canaryToken(text), undefined, text);
  }
});
