/** Holds how sure an incident may be, and which gaps it names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleStartUs } from "../../../testing/sample-facts.ts";
import {
  sampleCase,
  sampleSignal,
  sampleStep,
  webContainer,
} from "../../../testing/sample-incident.ts";
import type { LossFact } from "../../observe/fact.ts";
import type { IncidentInput } from "./incident-input.ts";
import { judgeConfidence, listGaps } from "./judge-confidence.ts";
import { judgeFirstAccess } from "./judge-first-access.ts";

const place = { process: "sh", entry: "sh", second: 10 };
const loss: LossFact = {
  kind: "loss",
  node: "node-1",
  container: "",
  reason: "ring-buffer",
  sinceUs: sampleStartUs,
  untilUs: sampleStartUs + 60_000_000,
  count: 7,
  detail: "",
};

function sure(given: Partial<IncidentInput>) {
  const found = sampleCase(given);
  return judgeConfidence(found, judgeFirstAccess(found));
}

test("a high rule and two families under full sight are high, without a doubt", () => {
  assert.deepEqual(sure({}), { confidence: "high", doubts: [] });
});

test("a lone medium rule is a doubt; one on cut data more so", () => {
  const medium = { level: "medium", score: 25 } as const;
  assert.equal(sure({ signals: [sampleSignal(place, medium)] }).confidence, "medium");
  const cut = sure({ signals: [sampleSignal(place, { ...medium, incomplete: true })] });
  assert.equal(cut.confidence, "low");
  assert.match(cut.doubts.join(" "), /1 of 1 matches rest on incomplete data/);
});

test("losses in its time are told and doubted, those of another day or container are not", () => {
  assert.match(sure({ losses: [loss] }).doubts.join(" "), /may have been lost/);
  const gaps = listGaps(sampleCase({ losses: [loss] }));
  assert.match(gaps[0] ?? "", /7 events were lost on “node-1” \(“ring-buffer”\)/);
  const others = [
    { ...loss, sinceUs: 1, untilUs: 2 },
    { ...loss, node: "node-2" },
    { ...loss, container: "other" },
  ];
  assert.deepEqual(sure({ losses: others }).doubts, []);
});

test("that the content of what was written is not known is said where it starts something", () => {
  const gapsOf = (subject: string) => {
    const steps = [sampleStep(place, { what: "write", subject })];
    return listGaps(sampleCase({ signals: [sampleSignal(place)], steps })).join("\n");
  };
  assert.match(gapsOf("/etc/cron.d/x"), /What was written into files/);
  assert.doesNotMatch(gapsOf("/srv/data"), /What was written into files/);
});

test("what detection let go of elsewhere on the node is a gap, but no doubt", () => {
  const eviction = { ...loss, reason: "detect-eviction" };
  assert.deepEqual(sure({ losses: [eviction] }).doubts, []);
  assert.equal(listGaps(sampleCase({ losses: [eviction] })).length, 1);
  const own = { ...eviction, container: webContainer };
  assert.equal(sure({ losses: [own] }).doubts.length, 1);
});

test("sensors that were not there, and containers seen too late, are named", () => {
  const containers = [
    sampleContainerFact({ container: webContainer, pod: "web-0", fromStart: false }),
  ];
  const gaps = listGaps(sampleCase({ coverage: [], containers })).join("\n");
  assert.match(gaps, /No network sensor told of connections on “node-1”/);
  assert.match(gaps, /No write sensor/);
  assert.match(gaps, /Container “web-0” was not watched from its start/);
  assert.deepEqual(listGaps(sampleCase()), []);
});
