/**
 * Holds small made-up values of a workload's context, of flows, decisions and actions for tests,
 * and one report that has all of them, with hostile names in it where asked.
 * In: what a test cares about. Out: whole values. Nothing here is taken from a recording.
 */
import type { Action } from "../core/judge/decide/action.ts";
import type { Decision, DecisionName } from "../core/judge/decide/decision.ts";
import type { Finding } from "../core/judge/verdict.ts";
import type { Waiver } from "../core/judge/waive/waiver.ts";
import type { Report } from "../core/report/report.ts";
import { sampleEdge, sampleWorkloadContext, sampleWorkloadEnd } from "./sample-edges.ts";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleJudgement,
  sampleMatch,
  samplePackage,
  sampleReport,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "./sample-judgement.ts";

export function sampleDecision(name: DecisionName, given: Partial<Decision> = {}): Decision {
  return {
    name,
    deadlineDays: name === "act-now" ? 3 : null,
    forensics: false,
    row: "kev=no exposed=yes automatable=yes impact=total",
    byTable: name,
    inputs: [{ name: "kev", value: "no", basis: "not in the catalogue", assumed: false }],
    modifiers: [],
    ...given,
  };
}

export function sampleWaiver(given: Partial<Waiver> = {}): Waiver {
  return {
    status: "not_affected",
    justification: "vulnerable_code_not_in_execute_path",
    reason: "the parser is never called",
    by: "Kim",
    until: "2026-12-31",
    ...given,
  };
}

export function sampleAction(given: Partial<Action> = {}): Action {
  return {
    id: "a1",
    rank: 1,
    kind: "upgrade-package",
    decision: "act-now",
    deadlineDays: 3,
    title: "Upgrade openssl to 1.1.1n-0",
    image: null,
    workloads: [sampleWorkload("web")],
    package: "openssl",
    type: "deb",
    from: ["1.1.1k-1"],
    to: "1.1.1n-0",
    atLeast: "1.1.1n-0",
    layer: "base",
    findings: [],
    counts: { "act-now": 1, soon: 0, scheduled: 0, "next-upgrade": 0 },
    upgrades: [],
    because: ["known to be exploited"],
    ...given,
  };
}

export interface ContextReportOptions {
  /** Put into every name and text that comes from outside. */
  readonly text?: string;
  /** What becomes of each finding, by its workload's name and its vulnerability. */
  readonly change?: (finding: Finding) => Finding;
  readonly digest?: string;
}

export const sampleDigest = `sha256:${"ab12".repeat(16)}`;

/**
 * Two workloads of one image with two packages of one source: `libssl` is used in `web` and not
 * observed in `api`, `ssl-tool` is used in neither. `web` is to be acted on now.
 */
export function sampleContextReport(options: ContextReportOptions = {}): Report {
  const { text = "", change = (finding) => finding, digest = sampleDigest } = options;
  const version = "1.1.1k-1";
  const [library, tool] = [`libssl${text}`, `ssl-tool${text}`].map((name) =>
    samplePackage({
      name,
      version,
      type: "deb",
      source: `openssl${text}`,
      purl: `pkg:deb/debian/${encodeURIComponent(name.toWellFormed())}@${version}?arch=amd64`,
    }),
  );
  if (library === undefined || tool === undefined) throw new Error("two names give two packages");
  const flaw = sampleVulnerability({
    id: "GHSA-aaaa-bbbb-cccc",
    canonicalId: "CVE-2022-0778",
    severity: "Critical",
    cvssScore: 9.1,
    fixVersions: [`1.1.1n-0${text}`],
    description: `A loop${text}`,
  });
  const images = ["web", "api"].map((name) =>
    sampleImage({
      workload: { ...sampleWorkload(name), name: `${name}${text}` },
      image: { reference: `registry.example/shop/front${text}:1`, digest },
      packages: [
        sampleJudgedPackage(library, sampleUsage(name === "web" ? "in-use" : "not-observed")),
        sampleJudgedPackage(tool, sampleUsage("not-observed")),
      ],
      matches: [sampleMatch(library, flaw), sampleMatch(tool, flaw)],
    }),
  );
  const report = sampleReport(sampleJudgement(images));
  const decided = report.findings.map((finding) => ({
    ...finding,
    decision: sampleDecision(finding.inUse ? "act-now" : "soon"),
  }));
  return {
    ...report,
    findings: decided.map(change),
    workloads: images.map(({ workload }) => sampleWorkloadContext({ workload })),
    flows: [
      sampleEdge({
        from: sampleWorkloadEnd(sampleWorkload("web")),
        to: sampleWorkloadEnd(sampleWorkload("api")),
      }),
    ],
    actions: [sampleAction({ findings: decided.map(({ id }) => id) })],
  };
}
