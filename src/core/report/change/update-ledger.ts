/**
 * Holds the ledger of findings: what a new report means for what was tracked.
 * In: tracked findings, the report before, the new one, who still runs, what was signed. Out: the
 * next tracked findings, and one line for each that changed, with its cause.
 * Must never call something fixed without proof, and give the same for findings in any order.
 */

import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import type {
  FindingChange,
  FindingState,
  TrackedFinding,
} from "../../judge/change/finding-change.ts";
import { isTransition } from "../../judge/change/finding-transitions.ts";
import type { ContainerStanding } from "../../judge/change/judge-standing.ts";
import { decisionNames } from "../../judge/decide/decision.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { SignedDecision } from "../../judge/waive/waiver.ts";
import type { Report } from "../report.ts";
import { plural } from "../text-layout.ts";
import { judgeAbsent, sourceOf } from "./judge-absent.ts";
import { judgePresent, type PresentOptions } from "./judge-present.ts";
import { createScene, imageKey, type LedgerScene, livingOf, nameImage } from "./ledger-scene.ts";
import type { LedgerVerdict } from "./ledger-verdict.ts";
import { placeName } from "./place-name.ts";

export interface LedgerInput {
  readonly tracked: readonly TrackedFinding[];
  /** The last one that was recorded; undefined when there is none, or it is not kept. */
  readonly previous: Report | undefined;
  readonly report: Report;
  readonly nowUs: TimeUs;
  /** Of all containers known; those that are not in it run as long as the report shows them. */
  readonly standings: readonly ContainerStanding[];
  /** What people signed, ended or not, withdrawn ones left out. */
  readonly decisions: readonly SignedDecision[];
  /** When each image was scanned, by digest or reference; without, scans have no age. */
  readonly scanTimes?: ReadonlyMap<string, TimeUs>;
  /** **Unit**: microseconds; older scans say nothing any more. */
  readonly scanAgeUsMax?: number;
}

export interface LedgerUpdate {
  /** All of them. **Order**: by id. What is not in the report and did not change is as it was. */
  readonly findings: readonly TrackedFinding[];
  /** **Order**: by rank in the report; then those that left it, by decision, then id. */
  readonly changes: readonly FindingChange[];
}

interface Step {
  readonly was: TrackedFinding | undefined;
  readonly verdict: LedgerVerdict | undefined;
  readonly nowUs: TimeUs;
}

/** **Cost**: linear in both reports and in what is tracked, but for sorting. */
export function updateLedger(input: LedgerInput): LedgerUpdate {
  const { tracked, report, previous, nowUs } = input;
  const scene = createScene(previous, report, input.standings);
  const isLiving = createLivingTest(scene);
  const isFirst = tracked.length === 0 && previous === undefined;
  const { decisions } = input;
  const tellOld = (finding: Finding) => tellOldScan(finding, input);
  const options: PresentOptions = { scene, isFirst, nowUs, decisions, tellOldScan: tellOld };
  const known = new Map(tracked.map((one) => [one.id, one]));
  const next = new Map(known);
  const lines: Line[] = [];
  const take = (id: string, kept: TrackedFinding, step: Step, rank: number) => {
    next.set(id, kept);
    if (step.verdict !== undefined) lines.push({ rank, change: lineOf(id, step.verdict, step) });
  };
  for (const finding of report.findings) {
    const was = known.get(finding.id);
    if (isLiving(finding)) {
      const step = { was, verdict: judgePresent(was, finding, options), nowUs };
      take(finding.id, keepPresent(finding, step, scene), step, finding.rank);
    } else if (was === undefined) {
      const step = { was, verdict: bornDead(isFirst), nowUs };
      take(finding.id, keepPresent(finding, step, scene), step, finding.rank);
    }
  }
  for (const was of tracked) {
    const there = scene.after.findings.get(was.id);
    if (there !== undefined && isLiving(there)) continue;
    const step = { was, verdict: judgeAbsent(was, scene, isLiving), nowUs };
    take(was.id, keepAbsent(was, step), step, rankOf(was));
  }
  return {
    findings: [...next.values()].sort((a, b) => compareText(a.id, b.id)),
    changes: lines.sort(compareLines).map(({ change }) => change),
  };
}

interface Line {
  readonly rank: number;
  readonly change: FindingChange;
}

function compareLines(a: Line, b: Line): number {
  return a.rank - b.rank || compareText(a.change.finding, b.change.finding);
}

/** After all that the report ranks. */
function rankOf({ decision }: TrackedFinding): number {
  return 1e12 + decisionNames.indexOf(decision);
}

/** What only containers that ended had is in nothing that runs. */
function createLivingTest(scene: LedgerScene): (finding: Finding) => boolean {
  const living = new Map<string, ReadonlySet<string>>();
  return ({ workload, image }) => {
    const place = placeName(workload);
    if (!scene.containers.has(place)) return true;
    let images = living.get(place);
    if (images === undefined) {
      images = new Set(livingOf(scene, place).map((one) => one.imageKey));
      living.set(place, images);
    }
    return images.has(imageKey(image));
  };
}

function bornDead(isFirst: boolean): LedgerVerdict {
  const because = "only containers that ended had it";
  const cause = isFirst ? "first-report" : "workload-gone";
  return { to: "gone", cause, because, evidence: [], before: {}, after: {} };
}

/** **Unit**: microseconds. */
const dayUs = 86_400e6;

function tellOldScan({ image }: Finding, input: LedgerInput): string {
  const { scanTimes, scanAgeUsMax = 0, nowUs } = input;
  const scannedUs = scanTimes?.get(image.digest) ?? scanTimes?.get(image.reference);
  if (scannedUs === undefined || scanAgeUsMax <= 0 || nowUs - scannedUs <= scanAgeUsMax) return "";
  const days = Math.floor((nowUs - scannedUs) / dayUs);
  return `${nameImage(image)} was scanned ${plural(days, "day")} ago, and not since`;
}

/** What is new is open once it is seen again; the rest stays what it is. */
function settle(state: FindingState): FindingState {
  return ["new", "changed", "regressed"].includes(state) ? "open" : state;
}

function keepPresent(finding: Finding, step: Step, scene: LedgerScene): TrackedFinding {
  const { was, verdict, nowUs } = step;
  const { vulnerability, image, decision, usage, exposure, privileged, waiver } = finding;
  return {
    id: finding.id,
    state: verdict?.to ?? settle(was?.state ?? "new"),
    vulnerability: vulnerability.id,
    aliases: vulnerability.aliases,
    package: sourceOf(finding, scene),
    packageType: finding.package.type,
    version: finding.package.version,
    workload: placeName(finding.workload),
    imageReference: image.reference,
    imageDigest: image.digest,
    decision: decision.name,
    usage: usage.state,
    exposed: exposure.exposed,
    privileged,
    suppressedUntil: waiver?.until ?? "",
    firstReportedUs: was?.firstReportedUs ?? nowUs,
    lastReportedUs: nowUs,
    changedUs: verdict === undefined ? (was?.changedUs ?? nowUs) : nowUs,
  };
}

function keepAbsent(was: TrackedFinding, { verdict, nowUs }: Step): TrackedFinding {
  if (verdict === undefined) return was;
  return { ...was, state: verdict.to, suppressedUntil: "", changedUs: nowUs };
}

function lineOf(id: string, verdict: LedgerVerdict, { was, nowUs }: Step): FindingChange {
  const from = was?.state ?? "";
  if (!isTransition(from, verdict.to)) {
    throw new Error(`a finding that is ${from} cannot become ${verdict.to}`);
  }
  return { finding: id, timeUs: nowUs, from, ...verdict };
}
