/**
 * Holds the comparison of two reports, by the stable ids of findings, actions, contradictions.
 * In: two reports and what they are called. Out: what is new, gone, changed, and why.
 * Must never call a finding gone when its workload was not looked at.
 */
import { compareText } from "../../event/compare-text.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import { compareFields } from "./compare-findings.ts";
import { explainFields, explainGone, explainNew } from "./explain-change.ts";
import {
  type ActionChange,
  type Cause,
  type ChangedField,
  type ChangeKind,
  type ContradictionChange,
  changeKinds,
  type FieldChange,
  type FindingChange,
  type ReportDiff,
  type ReportSide,
} from "./report-diff.ts";
import { indexReport, type ReportIndex } from "./report-index.ts";

export interface NamedReport {
  readonly name: string;
  readonly report: Report;
}

/** **Cost**: linear in both reports, but for sorting. */
export function diffReports(earlier: NamedReport, later: NamedReport): ReportDiff {
  const before = indexReport(earlier.report);
  const after = indexReport(later.report);
  const changes = [...listChanges(before, after), ...listGone(before, after)];
  const count = (kind: ChangeKind) => changes.filter((one) => one.kind === kind).length;
  const added = count("new");
  const changed = count("changed");
  return {
    before: describeSide(earlier),
    after: describeSide(later),
    counts: {
      new: added,
      changed,
      gone: count("gone"),
      "not-seen": count("not-seen"),
      same: after.findings.size - added - changed,
    },
    findings: changes.toSorted(compareChanges),
    workloads: diffWorkloads(before, after),
    actions: diffActions(earlier.report, later.report),
    contradictions: diffContradictions(earlier.report, later.report),
    limits: tellLimits(before, after),
  };
}

function describeSide({ name, report }: NamedReport): ReportSide {
  const { schemaVersion, generatedAt, window, findings } = report;
  const { from, to } = window;
  return { name, schemaVersion, generatedAt, from, to, findingCount: findings.length };
}

function listChanges(before: ReportIndex, after: ReportIndex): readonly FindingChange[] {
  const areDecided = before.isDecided && after.isDecided;
  return [...after.findings.values()].flatMap((finding) => {
    const earlier = before.findings.get(finding.id);
    if (earlier === undefined) {
      const causes = explainNew(finding, before, after);
      return [describeChange({ kind: "new", after: finding, causes }, before, after)];
    }
    const changes = compareFields(earlier, finding, areDecided);
    if (changes.length === 0) return [];
    const causes = explainFields(changes, earlier, finding);
    const both = { before: earlier, after: finding };
    return [describeChange({ kind: "changed", ...both, changes, causes }, before, after)];
  });
}

function listGone(before: ReportIndex, after: ReportIndex): readonly FindingChange[] {
  return [...before.findings.values()].flatMap((finding) => {
    if (after.findings.has(finding.id)) return [];
    const causes = explainGone(finding, before, after);
    const isUnseen = causes.some(({ cause }) =>
      ["workload-not-seen", "scan-missing"].includes(cause),
    );
    const kind = isUnseen ? "not-seen" : "gone";
    return [describeChange({ kind, before: finding, causes }, before, after)];
  });
}

interface ChangeParts {
  readonly kind: ChangeKind;
  readonly before?: Finding;
  readonly after?: Finding;
  readonly changes?: readonly FieldChange[];
  readonly causes: readonly Cause[];
}

function describeChange(
  parts: ChangeParts,
  earlier: ReportIndex,
  later: ReportIndex,
): FindingChange {
  const { kind, before, after, changes = [], causes } = parts;
  const finding = after ?? before;
  if (finding === undefined) throw new Error("a change is of a finding in one of the reports");
  const { id, vulnerability, workload, inUse, waiver } = finding;
  return {
    kind,
    id,
    vulnerability: vulnerability.id,
    severity: vulnerability.severity,
    package: finding.package.name,
    version: finding.package.version,
    workload,
    rankBefore: before?.rank ?? null,
    rankAfter: after?.rank ?? null,
    decisionBefore: earlier.isDecided ? (before?.decision.name ?? null) : null,
    decisionAfter: later.isDecided ? (after?.decision.name ?? null) : null,
    inUse,
    knownExploited: vulnerability.kev !== null,
    signed: waiver !== null,
    changes,
    causes,
  };
}

function compareChanges(a: FindingChange, b: FindingChange): number {
  const rankOf = ({ rankAfter, rankBefore }: FindingChange) => rankAfter ?? rankBefore ?? 0;
  return (
    changeKinds.indexOf(a.kind) - changeKinds.indexOf(b.kind) ||
    weightOf(a) - weightOf(b) ||
    rankOf(a) - rankOf(b) ||
    compareText(a.id, b.id)
  );
}

const weighty: readonly ChangedField[] = ["usage", "exposed", "privileged", "fix", "kev"];

/** Decisions that moved come before what may move them, and that before the rest. */
function weightOf({ changes }: FindingChange): number {
  if (changes.some(({ field }) => field === "decision")) return 0;
  return changes.some(({ field }) => weighty.includes(field)) ? 1 : 2;
}

function diffWorkloads(before: ReportIndex, after: ReportIndex): ReportDiff["workloads"] {
  const only = (one: ReportIndex, other: ReportIndex) =>
    [...one.workloads]
      .filter(([place]) => !other.workloads.has(place))
      .sort(([a], [b]) => compareText(a, b))
      .map(([, workload]) => workload);
  const appeared = only(after, before);
  const inBoth = after.workloads.size - appeared.length;
  return { appeared, notSeen: only(before, after), inBoth };
}

function diffActions(earlier: Report, later: Report): readonly ActionChange[] {
  const before = new Map(earlier.actions.map((one) => [one.id, one]));
  const after = new Map(later.actions.map((one) => [one.id, one]));
  const all = [...later.actions, ...earlier.actions.filter(({ id }) => !after.has(id))];
  return all.flatMap(({ id, kind: action, title }) => {
    const [was, is] = [before.get(id), after.get(id)];
    if (was?.decision === is?.decision && was?.to === is?.to) return [];
    const kind = was === undefined ? "new" : is === undefined ? "gone" : "changed";
    const to = is?.to ?? was?.to ?? "";
    const decisions = {
      decisionBefore: was?.decision ?? null,
      decisionAfter: is?.decision ?? null,
    };
    return [{ kind, id, action, title, ...decisions, to }];
  });
}

function diffContradictions(earlier: Report, later: Report): readonly ContradictionChange[] {
  const changes = (kind: "new" | "gone", one: Report, other: Report) => {
    const known = new Set(other.contradictions.map(({ id }) => id));
    return one.contradictions
      .filter(({ id }) => !known.has(id))
      .map(({ id, kind: contradiction, workload, observed }) => {
        return { kind, id, contradiction, workload, observed };
      });
  };
  return [...changes("new", later, earlier), ...changes("gone", earlier, later)];
}

function tellLimits(before: ReportIndex, after: ReportIndex): readonly string[] {
  const undecided = [before, after].filter((one) => !one.isDecided && one.findings.size > 0);
  const versions = undecided.map(({ report }) => report.schemaVersion).join(" and ");
  const [was, is] = [before.report.window.to, after.report.window.to];
  return [
    ...(undecided.length > 0
      ? [
          `A report (schema ${versions}) holds no decisions: decisions and exposure are not ` +
            "compared.",
        ]
      : []),
    ...(was !== null && is !== null && is < was
      ? ["The later report ends before the earlier one: are they the right way round?"]
      : []),
  ];
}
