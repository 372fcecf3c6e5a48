/**
 * Holds what a person is told about changes, before it becomes text or Markdown.
 * In: a comparison. Out: sections of plain lines, the most urgent first; equal changes of one
 * package in one workload are one line. Must never make text for a screen: that is the caller's.
 */

import { nameWorkload } from "../../judge/name-workload.ts";
import { formatCount, plural } from "../text-layout.ts";
import type {
  ActionChange,
  ChangeKind,
  FieldChange,
  FindingChange,
  ReportDiff,
  ReportSide,
} from "./report-diff.ts";

export interface DiffLine {
  readonly text: string;
  /** What comes below it: why. */
  readonly because: readonly string[];
}

export interface DiffSection {
  readonly title: string;
  /** Of all its changes, shown or not. */
  readonly count: number;
  readonly lines: readonly DiffLine[];
}

const titles: Readonly<Record<ChangeKind, string>> = {
  new: "New",
  changed: "Changed",
  gone: "Gone",
  "not-seen": "Not seen this time: gone from the report, not known to be fixed",
};

/** **Order**: new, changed, gone, not seen; then actions, workloads, contradictions. */
export function describeDiff(diff: ReportDiff): readonly DiffSection[] {
  const kinds = Object.entries(titles) as [ChangeKind, string][];
  const sections = kinds.map(([kind, title]) => ({
    title,
    count: diff.counts[kind],
    lines: foldAlike(diff.findings.filter((one) => one.kind === kind)),
  }));
  const plain = (title: string, texts: readonly string[]): DiffSection => ({
    title,
    count: texts.length,
    lines: texts.map((text) => ({ text, because: [] })),
  });
  const { appeared, notSeen } = diff.workloads;
  const all = [
    ...sections,
    plain("Plan", diff.actions.map(describeAction)),
    plain("Workloads seen first", appeared.map(nameWorkload)),
    plain("Workloads not seen this time", notSeen.map(nameWorkload)),
    plain("Where telemetry says otherwise", diff.contradictions.map(describeContradiction)),
  ];
  return all.filter(({ count }) => count > 0);
}

/** `12 new, 3 changed, 40 gone, 0 not seen, 1,555 the same`. */
export function describeCounts({ counts }: ReportDiff): string {
  const { new: added, changed, gone, "not-seen": notSeen, same } = counts;
  const parts = [
    `${formatCount(added)} new`,
    `${formatCount(changed)} changed`,
    `${formatCount(gone)} gone`,
    `${formatCount(notSeen)} not seen`,
    `${formatCount(same)} the same`,
  ];
  return parts.join(", ");
}

/** `a.json: 1,610 findings, 2026-11-22T14:01:16Z to 2026-11-22T14:10:49Z`. */
export function describeSide({ name, from, to, findingCount }: ReportSide): string {
  const short = (time: string) => `${time.slice(0, 19)}Z`;
  const when = from === null || to === null ? "" : `, ${short(from)} to ${short(to)}`;
  return `${name}: ${plural(findingCount, "finding")}${when}`;
}

/** An upgrade that removes forty findings is one line, not forty. */
function foldAlike(changes: readonly FindingChange[]): readonly DiffLine[] {
  const groups = Map.groupBy(changes, (one) =>
    JSON.stringify([nameWorkload(one.workload), one.package, describeMove(one), one.causes]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const ids = [...new Set(group.map((one) => one.vulnerability))];
    const shown = ids.slice(0, 3).join(", ");
    const more = ids.length > 3 ? ` and ${formatCount(ids.length - 3)} more` : "";
    const version = first.version === "" ? "" : ` ${first.version}`;
    const where = `${first.package}${version} of ${nameWorkload(first.workload)}`;
    const because = first.causes.map(({ detail }) => detail);
    return [{ text: `${shown}${more} in ${where}${describeMove(first)}`, because }];
  });
}

function describeMove(change: FindingChange): string {
  const { kind, changes, decisionAfter, decisionBefore, inUse, knownExploited } = change;
  const marks = [
    ...(change.signed ? ["signed by a person"] : []),
    ...(knownExploited ? ["known exploited"] : []),
  ];
  if (kind === "changed") {
    return `: ${[...changes.map(describeField), ...marks].join("; ")}`;
  }
  const decision = decisionAfter ?? decisionBefore;
  const parts = [
    ...(decision === null ? [] : [decision.replaceAll("-", " ")]),
    ...(inUse ? ["in use"] : []),
    ...marks,
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function describeField({ field, before, after }: FieldChange): string {
  return `${field.replaceAll("-", " ")} ${before || "none"} → ${after || "none"}`;
}

function describeAction({ kind, title, decisionBefore, decisionAfter, to }: ActionChange): string {
  const decision = (decisionAfter ?? decisionBefore ?? "").replaceAll("-", " ");
  const was = kind === "changed" ? `, was ${(decisionBefore ?? "none").replaceAll("-", " ")}` : "";
  return `${kind}: ${title} (${decision}${was}${to === "" ? "" : `, to ${to}`})`;
}

function describeContradiction(one: ReportDiff["contradictions"][number]): string {
  return `${one.kind}: ${one.contradiction} of ${nameWorkload(one.workload)}: ${one.observed}`;
}
