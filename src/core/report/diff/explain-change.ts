/**
 * Holds why a finding came, went or changed, as far as two reports can tell.
 * In: the finding, and what both reports know of its place. Out: causes, never none.
 * Must never call something fixed that only was not looked at.
 */
import type { Finding } from "../../judge/verdict.ts";
import type { Cause, FieldChange } from "./report-diff.ts";
import { packageKey, placeOf, type ReportIndex } from "./report-index.ts";
import { tellIncidentLift } from "./tell-incident-lift.ts";

/** Why the later report holds a finding that the earlier one did not. */
export function explainNew(
  finding: Finding,
  before: ReportIndex,
  after: ReportIndex,
): readonly Cause[] {
  const place = placeOf(finding.workload);
  if (!before.workloads.has(place)) {
    return [{ cause: "workload-appeared", detail: "the workload was not seen before" }];
  }
  if (!isScanned(finding, before)) {
    return [{ cause: "scan-missing", detail: "the earlier report had no scan of its image" }];
  }
  return explainVersions(finding, { from: before, to: after, isNew: true });
}

/** Why the later report no longer holds a finding. */
export function explainGone(
  finding: Finding,
  before: ReportIndex,
  after: ReportIndex,
): readonly Cause[] {
  const place = placeOf(finding.workload);
  if (!after.workloads.has(place)) {
    const detail = "the workload was not seen this time: nothing says that it is fixed";
    return [{ cause: "workload-not-seen", detail }];
  }
  if (!isScanned(finding, after)) {
    const detail = "nothing scanned the workload's image this time: nothing says that it is fixed";
    return [{ cause: "scan-missing", detail }];
  }
  return explainVersions(finding, { from: before, to: after, isNew: false });
}

/** A container with a scan, or an image of which there is nothing but a scan. */
function isScanned({ workload }: Finding, { coverage, workloads }: ReportIndex): boolean {
  const place = placeOf(workload);
  const containers = coverage.get(place);
  if (containers === undefined) return workloads.has(place);
  return containers.some(({ scan }) => scan !== "");
}

interface Sides {
  readonly from: ReportIndex;
  readonly to: ReportIndex;
  /** The later report holds the finding, else the earlier. */
  readonly isNew: boolean;
}

function explainVersions(finding: Finding, { from, to, isNew }: Sides): readonly Cause[] {
  const place = placeOf(finding.workload);
  const keys = finding.packages.map((one) => packageKey(finding.workload, one.package));
  const was = textOf(keys.flatMap((key) => [...(from.versions.get(key) ?? [])]));
  const is = textOf(keys.flatMap((key) => [...(to.versions.get(key) ?? [])]));
  const { name } = finding.package;
  const images = [textOf(from.images.get(place) ?? []), textOf(to.images.get(place) ?? [])];
  const isMoved = images[0] !== images[1];
  const moved: readonly Cause[] = isMoved
    ? [{ cause: "image-changed", detail: `another image runs: ${images[0]}, now ${images[1]}` }]
    : [];
  if (was === "" && isNew) return [{ cause: "package-added", detail: `${name} is new` }, ...moved];
  if (is === "" && !isNew) {
    return [{ cause: "package-removed", detail: `${name} is no longer installed` }, ...moved];
  }
  if (was !== is) {
    return [{ cause: "package-changed", detail: `${name} ${was}, now ${is}` }, ...moved];
  }
  const what = isNew ? "the scan lists it now" : "the scan no longer lists it";
  const detail = `${what} for the same version of ${name}`;
  return [{ cause: "vulnerability-data-changed", detail }, ...moved];
}

function textOf(values: Iterable<string>): string {
  return [...new Set(values)].sort().join(", ");
}

/** Causes by the fields that changed; a decision that nothing else explains is due to its rules. */
export function explainFields(
  changes: readonly FieldChange[],
  before: Finding,
  after: Finding,
): readonly Cause[] {
  const causes = changes.flatMap((change) => explainField(change, before, after));
  const distinct = new Map(causes.map((one) => [one.cause, one]));
  if (distinct.size > 0) return [...distinct.values()];
  const inputs = explainDecision(before, after);
  if (inputs.length > 0) return inputs;
  return [{ cause: "rules-changed", detail: "the inputs are alike: rules or settings differ" }];
}

/** The change itself stands beside it: here is only what is behind it. */
function explainField({ field }: FieldChange, before: Finding, after: Finding): readonly Cause[] {
  switch (field) {
    case "decision":
      return explainIncident(before, after);
    case "usage":
      return [explainUse(before, after)];
    case "coverage":
      return [{ cause: "coverage-changed", detail: describeCoverage(after) }];
    case "exposed":
    case "reached-from":
      return [{ cause: "exposure-changed", detail: after.exposure.because }];
    case "privileged":
      return [{ cause: "privilege-changed", detail: "the workload has other rights" }];
    case "version":
      return [{ cause: "package-changed", detail: "another version is installed" }];
    case "image":
      return [{ cause: "image-changed", detail: "another image runs" }];
    case "signed":
      return [{ cause: "signed", detail: describeSigning(before, after) }];
    default:
      return [{ cause: "vulnerability-data-changed", detail: "the scan says otherwise" }];
  }
}

function explainIncident(before: Finding, after: Finding): readonly Cause[] {
  const detail = tellIncidentLift(before.decision, after.decision);
  return detail === "" ? [] : [{ cause: "incident", detail }];
}

function describeCoverage({ usage }: Finding): string {
  return usage.coverageReasons[0] ?? "nothing was missing this time";
}

function describeSigning(before: Finding, { waiver }: Finding): string {
  if (waiver !== null) return `${waiver.by} until ${waiver.until}: ${waiver.reason}`;
  return `the decision of ${before.waiver?.by ?? "nobody"} no longer applies`;
}

/** What the decision was made of, where no field of the finding shows it. */
function explainDecision(before: Finding, after: Finding): readonly Cause[] {
  const inputs = after.decision.inputs.flatMap(({ name, value }): readonly Cause[] => {
    const was = before.decision.inputs.find((one) => one.name === name)?.value;
    if (was === undefined || was === value) return [];
    const cause = name === "exposed" ? "exposure-changed" : "vulnerability-data-changed";
    return [{ cause, detail: `${name} ${was}, now ${value}` }];
  });
  const modifiers = after.decision.modifiers.flatMap(({ name, effect, because }) => {
    const was = before.decision.modifiers.find((one) => one.name === name)?.effect ?? "none";
    if (was === effect) return [];
    return [{ cause: causeOf[name], detail: `${name} ${effect}: ${because}` }];
  });
  return [...inputs, ...modifiers];
}

const causeOf = {
  usage: "coverage-changed",
  privilege: "privilege-changed",
  reach: "exposure-changed",
  role: "exposure-changed",
  incident: "incident",
} as const;

function explainUse(before: Finding, after: Finding): Cause {
  const { state, because, firstSeen } = after.usage;
  if (state === "in-use") {
    const when = firstSeen === null ? "" : ` at ${firstSeen}`;
    return { cause: "first-use", detail: `seen in use${when}: ${because}` };
  }
  if (before.usage.state === "in-use") {
    const detail = `was in use, not seen again: ${state.replace("-", " ")}, ${because}`;
    return { cause: "use-not-seen-again", detail };
  }
  return { cause: "coverage-changed", detail: `use is ${state.replace("-", " ")}: ${because}` };
}
