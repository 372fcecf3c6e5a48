/** Tests what of a session that goes on all the time belongs to an incident. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleProcessFact,
  sampleSignal,
  sampleStep,
} from "../../../testing/sample-detect-facts.ts";
import { sampleStartUs } from "../../../testing/sample-facts.ts";
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import { gatherSessions } from "./session.ts";

const hourUs = 3_600_000_000;

function signal(hours: number, given: Partial<SignalFact> = {}): SignalFact {
  const timeUs = sampleStartUs + hours * hourUs;
  const times = { firstSeenUs: timeUs, lastSeenUs: timeUs };
  return sampleSignal({ entryKind: "startup", entry: "init", process: "bad", ...times, ...given });
}

const novelty = { family: "novelty", ruleKind: "novelty", level: "informational" } as const;
const processes = ["init", "bad", "other"].map((process) =>
  sampleProcessFact({ process, entry: "init", parent: process === "init" ? "" : "init" }),
);

function gather(signals: readonly SignalFact[]) {
  const at = (process: string, hours: number) => {
    const timeUs = sampleStartUs + hours * hourUs;
    const times = { firstSeenUs: timeUs, lastSeenUs: timeUs };
    return sampleStep({ entry: "init", process, subject: `/${process}/${hours}`, ...times });
  };
  const steps = [at("bad", 0), at("bad", 9), at("other", 9)];
  const [session] = gatherSessions({ signals, processes, steps }).sessions;
  assert.ok(session !== undefined);
  return session;
}

test("new behaviour at another time, or of another process, widens nothing", () => {
  const alone = gather([signal(0)]);
  const beside = gather([
    signal(0),
    signal(9, { ...novelty, rule: "late" }),
    signal(0, { ...novelty, rule: "elsewhere", process: "other" }),
  ]);
  assert.deepEqual(beside, alone);
  assert.deepEqual(
    alone.steps.map(({ subject }) => subject),
    ["/bad/0"],
  );
});

test("new behaviour of the same process at that time supports what rules say", () => {
  const { signals, untilUs } = gather([signal(0), signal(0.1, { ...novelty, rule: "new" })]);
  assert.deepEqual(
    signals.map(({ rule }) => rule),
    ["rule", "new"],
  );
  assert.equal(untilUs, sampleStartUs);
});

test("where rules speak, the time reaches to the last of them", () => {
  const { untilUs, steps } = gather([signal(0), signal(9, { rule: "again" })]);
  assert.equal(untilUs, sampleStartUs + 9 * hourUs);
  assert.equal(steps.length, 2);
});
