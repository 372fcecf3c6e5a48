/**
 * Holds a made-up report of any size: for how large a page is, how fast, and how it looks.
 * In: how many findings and workloads. Out: a whole report in which everything fits together:
 * flows, paths, contexts, decisions, actions, proofs. The same numbers give the same report.
 */
import type { WorkloadContext } from "../core/judge/context/workload-context.ts";

import { decisionNames } from "../core/judge/decide/decision.ts";
import type { Evidence, Finding, Funnel, FunnelStage } from "../core/judge/verdict.ts";
import { noDetection } from "../core/report/incident-summary.ts";
import { type Report, reportSchemaVersion } from "../core/report/report.ts";
import { sampleActions } from "./sample-large-actions.ts";
import { sampleFinding } from "./sample-large-finding.ts";
import { samplePlaces } from "./sample-large-places.ts";

export interface LargeSample {
  readonly findingCount: number;
  readonly workloadCount: number;
}

export function sampleLargeReport({ findingCount, workloadCount }: LargeSample): Report {
  const tiers = samplePlaces(workloadCount);
  const evidence: Record<string, Evidence> = {};
  const findings = Array.from({ length: findingCount }, (_, index) =>
    sampleFinding(index, tiers, evidence),
  )
    .sort((a, b) => orderOf(a) - orderOf(b))
    .map((finding, index) => ({ ...finding, rank: index + 1 }));
  const { contexts, flows, coverage } = tiers;
  for (const flow of flows) {
    for (const id of flow.evidence) evidence[id] = tiers.proofOf(id, flow);
  }
  const actions = sampleActions(findings);
  return {
    schemaVersion: reportSchemaVersion,
    generatedAt: "2026-01-02T10:00:00Z",
    window: { ...tiers.window, seconds: 86_400, eventCount: 1_234_567 },
    inputs: [
      {
        name: "events/tetragon.log.gz",
        role: "events",
        format: "jsonl",
        sizeBytes: 123_456_789,
        count: 1_234_567,
        details: { compression: "gzip" },
      },
      {
        name: "scans/all.grype.json",
        role: "vulnerabilities",
        format: "grype",
        sizeBytes: 12_345_678,
        count: findingCount,
        details: { tool: "grype 0.121.2" },
      },
    ],
    coverage,
    funnel: countFunnel(findings),
    upgrades: [],
    findings,
    packages: [],
    workloads: contexts,
    flows,
    actions,
    contradictions: contradict(contexts),
    incidents: [],
    detection: noDetection,
    evidence,
    problems: [
      {
        code: "container-without-sbom",
        weight: "doubtful",
        count: 4,
        first: { input: "", offset: -1, line: 0 },
        message:
          'Container "batch" has no SBOM: none given has its digest. Its packages are unknown.',
      },
    ],
  };
}

function orderOf({ decision, id }: Finding): number {
  return decisionNames.indexOf(decision.name) * 1e9 + Number.parseInt(id.slice(0, 6), 16);
}

function contradict(contexts: readonly WorkloadContext[]): Report["contradictions"] {
  return contexts.slice(3, 5).map(({ workload }, index) => ({
    id: `k${index}`,
    kind: index === 0 ? "policy-denies-flow" : "image-differs",
    workload,
    declared: "NetworkPolicy default-deny lets nobody in",
    observed: "12 connections from edge/ingress to port 3000",
    meaning: "The policy is not enforced, or was added later: look at the CNI.",
    evidence: [],
  }));
}

function countFunnel(findings: readonly Finding[]): Funnel {
  const steps = {
    all: () => true,
    critical: (one: Finding) => one.critical,
    fixable: (one: Finding) => one.critical && one.fixable,
    privileged: (one: Finding) => one.critical && one.fixable && one.privileged,
    inUse: (one: Finding) => one.critical && one.fixable && one.privileged && one.inUse,
    actNow: (one: Finding) => one.decision.name === "act-now",
  };
  const stage = (test: (one: Finding) => boolean): FunnelStage => {
    const left = findings.filter(test);
    return {
      matches: left.reduce((sum, { packages }) => sum + packages.length, 0),
      findings: left.length,
      vulnerabilities: new Set(left.map(({ vulnerability }) => vulnerability.id)).size,
      upgrades: new Set(left.map(({ upgrade }) => upgrade)).size,
    };
  };
  const stages = {
    all: stage(steps.all),
    critical: stage(steps.critical),
    fixable: stage(steps.fixable),
    privileged: stage(steps.privileged),
    inUse: stage(steps.inUse),
    actNow: stage(steps.actNow),
  };
  const unknown = (one: Finding) => steps.privileged(one) && one.usage.state === "unknown";
  return {
    all: stages.all.matches,
    critical: stages.critical.matches,
    fixable: stages.fixable.matches,
    privileged: stages.privileged.matches,
    inUse: stages.inUse.matches,
    criticalFixableInUse: stage((one) => steps.fixable(one) && one.inUse).matches,
    unknownUse: stage(unknown).matches,
    actNow: stages.actNow.matches,
    actNowAssumed: 0,
    actNowActions: 0,
    actionsLeftOut: 0,
    stages,
    definitions: { all: "Matches of the scanner.", critical: "Severity Critical, or in KEV." },
  };
}
