/**
 * Holds what a possible action is before it has a place in the plan.
 * In: findings that one thing a person does would remove or lower. Out: the action without rank.
 */
import { compareText } from "../../event/compare-text.ts";
import type { DraftFinding } from "../build-findings.ts";
import { fingerprint } from "../fingerprint.ts";
import { nameWorkload } from "../name-workload.ts";
import { workloadKey } from "../workload-key.ts";
import type { Action, ActionKind } from "./action.ts";
import { type DecisionName, decisionNames } from "./decision.ts";
import { deadlineDays } from "./decision-table.ts";

export interface Candidate {
  readonly kind: ActionKind;
  /** Tells it from others of its kind, and stays the same from run to run. */
  readonly key: readonly string[];
  /** **Shape**: at least one. **Order**: by rank. */
  readonly drafts: readonly DraftFinding[];
  /** What it does, without what that removes; untrusted names inside. */
  readonly does: string;
  readonly because: readonly string[];
  readonly given: Partial<Pick<Action, "package" | "type" | "from" | "to" | "atLeast" | "layer">>;
}

/** The most urgent decision of its findings. */
export function decisionOf(drafts: readonly DraftFinding[]): DecisionName {
  const names = new Set(drafts.map(({ finding }) => finding.decision.name));
  return decisionNames.find((name) => names.has(name)) ?? "next-upgrade";
}

export function isAssumed({ finding }: DraftFinding): boolean {
  return finding.decision.inputs.some(({ assumed }) => assumed);
}

/** The action, with rank 0. */
export function toAction({ kind, key, drafts, does, because, given }: Candidate): Action {
  const decision = decisionOf(drafts);
  const workloads = new Map(
    drafts.map(({ finding: { workload } }) => [workloadKey(workload), workload]),
  );
  const images = new Map(drafts.map(({ finding: { image } }) => [JSON.stringify(image), image]));
  const [image] = images.values();
  const verb = isRemoval(kind) ? "removes" : kind === "watch" ? "would decide" : "lowers";
  const found = plural(drafts.length, "finding");
  const [only] = workloads.values();
  const where =
    workloads.size === 1 && only !== undefined
      ? nameWorkload(only)
      : plural(workloads.size, "workload");
  return {
    id: fingerprint(["action", kind, ...key]),
    rank: 0,
    kind,
    decision,
    deadlineDays: deadlineDays[decision],
    title: `${does}: ${verb} ${found} in ${where}`,
    image: images.size === 1 && image !== undefined ? image : null,
    workloads: [...workloads].sort(([a], [b]) => compareText(a, b)).map(([, one]) => one),
    package: "",
    type: "",
    from: [],
    to: "",
    atLeast: "",
    layer: "unknown",
    ...given,
    findings: drafts.map(({ finding }) => finding.id),
    counts: countDecisions(drafts),
    upgrades: [...new Set(drafts.map(({ finding }) => finding.upgrade))].sort(compareText),
    because: [...tellIncidents(drafts), ...because, ...tellAssumed(drafts, decision)],
  };
}

/** Whether findings are gone after it, and not merely less urgent. */
export function isRemoval(kind: ActionKind): boolean {
  return kind === "upgrade-package" || kind === "rebuild-on-base" || kind === "replace-release";
}

/** What is to be done with findings of a decision. */
export const dueWords: Readonly<Record<DecisionName, string>> = {
  "act-now": "to act on now",
  soon: "to act on soon",
  scheduled: "to schedule",
  "next-upgrade": "for the next upgrade",
};

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Names in order, the rest counted. */
export function listNames(names: readonly string[], countMax = 5): string {
  const left = names.length - countMax;
  return `${names.slice(0, countMax).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function countDecisions(drafts: readonly DraftFinding[]): Action["counts"] {
  const counts = { "act-now": 0, soon: 0, scheduled: 0, "next-upgrade": 0 };
  for (const { finding } of drafts) counts[finding.decision.name] += 1;
  return counts;
}

function tellAssumed(drafts: readonly DraftFinding[], decision: DecisionName): readonly string[] {
  const urgent = drafts.filter(({ finding }) => finding.decision.name === decision);
  const assumedCount = urgent.filter(isAssumed).length;
  if (assumedCount === 0) return [];
  const rest = assumedCount === 1 ? "rests" : "rest";
  return [
    `${assumedCount} of the ${urgent.length} ${dueWords[decision]} ${rest} on what is assumed`,
  ];
}

/** What is said of the finding that an incident weighs most for. */
function tellIncidents(drafts: readonly DraftFinding[]): readonly string[] {
  const weights = drafts.flatMap(({ facts }) => facts.incident ?? []);
  const gravest = weights.find(({ isCause }) => isCause) ?? weights[0];
  if (gravest === undefined) return [];
  const raised = drafts.filter(({ finding: { decision } }) =>
    decision.modifiers.some(({ name, effect }) => name === "incident" && effect === "raises"),
  );
  const count = raised.length === 0 ? "" : ` (raises ${plural(raised.length, "finding")})`;
  return [`under attack: ${gravest.because}${count}`];
}
