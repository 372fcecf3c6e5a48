/**
 * Holds the ledger of findings: what a new report means for what was tracked.
 * In: tracked findings, the report before, the new one, who still runs, what was signed. Out: the
 * next tracked findings, and one line for each that changed, with its cause.
 * Must never call something fixed without proof, and give the same for findings in any order.
 */

import { compareText } from "../../event/compare-text.ts";
import type { FindingChange, TrackedFinding } from "../../judge/change/finding-change.ts";
import { isTransition } from "../../judge/change/finding-transitions.ts";
import { decisionNames } from "../../judge/decide/decision.ts";
import { judgeAbsent } from "./judge-absent.ts";
import { judgePresent } from "./judge-present.ts";
import type { LedgerInput, LedgerUpdate, LedgerVerdict } from "./ledger.ts";
import { createLivingTest, createScene } from "./ledger-scene.ts";
import { keepAbsent, keepPresent, type Step } from "./track-finding.ts";

/** **Cost**: linear in both reports and in what is tracked, but for sorting. */
export function updateLedger(input: LedgerInput): LedgerUpdate {
  const { tracked, report, previous, nowUs } = input;
  const scene = createScene(previous, report, input.standings);
  const isLiving = createLivingTest(scene);
  const isFirst = tracked.length === 0 && previous === undefined;
  const options = { scene, input, isFirst };
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

function bornDead(isFirst: boolean): LedgerVerdict {
  const because = "only containers that ended had it";
  const cause = isFirst ? "first-report" : "workload-gone";
  return { to: "gone", cause, because, evidence: [], before: {}, after: {} };
}

function lineOf(id: string, verdict: LedgerVerdict, { was, nowUs }: Step): FindingChange {
  const from = was?.state ?? "";
  if (!isTransition(from, verdict.to)) {
    throw new Error(`a finding that is ${from} cannot become ${verdict.to}`);
  }
  return { finding: id, timeUs: nowUs, from, ...verdict };
}
