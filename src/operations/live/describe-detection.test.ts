/** Tests of `describe-detection.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleIncident } from "../../testing/sample-incident.ts";
import { type DetectionParts, describeDetection, detectionMetrics } from "./describe-detection.ts";
import { renderMetrics } from "./metrics-text.ts";

const one = sampleIncident();
const counts = { sent: 3, resent: 0, failed: 1, known: 0, deadLettered: 2, lost: 0, waiting: 4 };
const parts: DetectionParts = {
  listings: () => [],
  known: {
    signalCounts: () => new Map([["high", 7]] as const),
    lossCounts: () => new Map([["detect-eviction", 9]]),
    droppedCount: 5,
    telling: { fullCount: 40, letGoCount: 30 },
  },
  placesLeftOut: () => ({ workloads: 2, replicas: 0 }),
  incidents: () => [
    { ...one, severity: "low" },
    { ...one, severity: "critical" },
    { ...one, severity: "critical", state: "updated" },
    { ...one, severity: "high", state: "closed" },
  ],
  routes: () => new Map([["on-call", counts]]),
};

test("what is open is counted, gravest first; what closed is not", () => {
  assert.deepEqual(describeDetection(parts), {
    leftOut: [
      { reason: "incident-facts", count: 5 },
      { reason: "place-facts", count: 30 },
      { reason: "place-facts-of-one", count: 40 },
      { reason: "place-workloads", count: 2 },
    ],
    openIncidents: [
      { severity: "critical", count: 2 },
      { severity: "low", count: 1 },
    ],
    routes: [{ name: "on-call", sent: 3, waiting: 4, dead: 2 }],
  });
});

test("metrics count signals, incidents, losses and notices", () => {
  const text = renderMetrics(detectionMetrics(parts));
  for (const line of [
    'waggle_signals{level="high"} 7',
    'waggle_signals{level="low"} 0',
    'waggle_incidents{severity="critical",state="updated"} 1',
    'waggle_incidents{severity="high",state="closed"} 1',
    'waggle_detection_lost{reason="detect-eviction"} 9',
    'waggle_detection_lost{reason="incident-facts"} 5',
    'waggle_detection_lost{reason="place-facts"} 30',
    'waggle_detection_lost{reason="place-facts-of-one"} 40',
    'waggle_detection_lost{reason="place-workloads"} 2',
    'waggle_detection_lost{reason="place-replicas"} 0',
    'waggle_notices_dead_total{route="on-call"} 2',
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
});
