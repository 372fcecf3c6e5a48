/**
 * Holds the plan: the fewest actions that remove the most.
 * In: decided and ranked findings. Out: actions in order, and how many were beyond the bound.
 * Every finding with a fix is in exactly one action; one without in one at most.
 */
import { compareText } from "../../event/compare-text.ts";
import type { DraftFinding } from "../build-findings.ts";
import { compareKeys } from "../compare-keys.ts";
import type { Action } from "./action.ts";
import { type Candidate, decisionOf, isAssumed, isRemoval, toAction } from "./candidate.ts";
import { decisionNames } from "./decision.ts";
import { groupFixes } from "./group-fixes.ts";
import { groupMitigations } from "./group-mitigations.ts";

export interface Plan {
  /** **Order**: by rank. */
  readonly actions: readonly Action[];
  /** The least urgent, beyond the bound. */
  readonly leftOutCount: number;
}

/** **Unit**: actions; a plan of more is read by nobody, and its findings are all listed. */
const actionCountMax = 5000;

export interface ActionRule {
  readonly text: string;
  /** Smaller comes first. */
  readonly key: (candidate: Candidate) => number;
}

function urgentOf({ drafts }: Candidate): readonly DraftFinding[] {
  const decision = decisionOf(drafts);
  return drafts.filter(({ finding }) => finding.decision.name === decision);
}

function exploitationOf({ drafts }: Candidate): number {
  const entries = drafts.map(({ finding }) => finding.vulnerability.kev);
  if (entries.some((kev) => kev?.ransomware === true)) return 0;
  return entries.some((kev) => kev !== null) ? 1 : 2;
}

/** **Order**: the first that tells two actions apart decides; then the ids. */
export const actionRules: readonly ActionRule[] = [
  {
    text: "the most urgent decision among its findings",
    key: ({ drafts }) => decisionNames.indexOf(decisionOf(drafts)),
  },
  {
    text: "one of its findings is used by ransomware, or known to be exploited",
    key: exploitationOf,
  },
  {
    text: "one of its most urgent findings rests on nothing assumed",
    key: (candidate) => (urgentOf(candidate).every(isAssumed) ? 1 : 0),
  },
  {
    text: "it removes findings, then it only lowers them",
    key: ({ kind }) => (isRemoval(kind) ? 0 : 1),
  },
  {
    text: "it removes more of its most urgent findings",
    key: (candidate) => -urgentOf(candidate).length,
  },
  {
    text: "its first finding stands higher",
    key: ({ drafts }) => drafts[0]?.finding.rank ?? 0,
  },
];

/** **Cost**: linear in findings, but for sorting. `findings`: ranked, with their upgrades. */
export function planActions(
  findings: readonly DraftFinding[],
  countMax: number = actionCountMax,
): Plan {
  const candidates = [...groupFixes(findings), ...groupMitigations(findings)];
  const ordered = candidates
    .map((candidate) => ({
      action: toAction(candidate),
      keys: actionRules.map((rule) => rule.key(candidate)),
    }))
    .sort((a, b) => compareKeys(a.keys, b.keys) || compareText(a.action.id, b.action.id));
  const actions = ordered
    .slice(0, countMax)
    .map(({ action }, index) => ({ ...action, rank: index + 1 }));
  return { actions, leftOutCount: ordered.length - actions.length };
}
