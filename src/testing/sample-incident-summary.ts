/**
 * Holds a made-up summary of an incident for tests of reports.
 * In: what a test cares about. Out: a whole summary.
 */
import type { IncidentSummary } from "../core/report/incident-summary.ts";
import { sampleWorkload } from "./sample-judgement.ts";

export function sampleIncidentSummary(given: Partial<IncidentSummary> = {}): IncidentSummary {
  return {
    id: "5f3a9c1e7b2d4a60",
    severity: "critical",
    score: 214,
    confidence: "high",
    state: "open",
    headline: "A service of shop/web was made to run commands: reverse shell, credentials read",
    firstSeen: "2026-01-01T10:30:00.000000Z",
    lastSeen: "2026-01-01T10:34:00.000000Z",
    node: "node-1",
    workloads: [sampleWorkload()],
    families: ["reverse-shell", "credential-access"],
    tactics: ["execution", "credential-access"],
    techniques: ["T1059.004", "T1552.001"],
    possibleCauses: [],
    contain: ["Block 203.0.113.7 at the egress of shop/web"],
    ...given,
  };
}
