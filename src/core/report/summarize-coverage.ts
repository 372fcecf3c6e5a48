/**
 * Holds the few sentences that say what could not be seen, and what that means for the verdicts.
 * In: a report. Out: plain sentences, the weightiest first, at most eight.
 * Must never call something covered that is not.
 */
import { compareText } from "../event/compare-text.ts";
import { nameWorkload } from "../judge/name-workload.ts";
import type { CoverageSummary, PackageVerdict } from "../judge/verdict.ts";
import type { Report } from "./report.ts";
import { formatCount, plural } from "./text-layout.ts";

export interface CoverageNote {
  /** `gap`: weakens verdicts. `fact`: worth knowing. */
  readonly weight: "gap" | "fact";
  readonly text: string;
}

export function summarizeCoverage(report: Report): readonly CoverageNote[] {
  const { coverage, packages } = report;
  if (coverage.length === 0) {
    return [{ weight: "gap", text: "No container was seen in the events: all use is unknown." }];
  }
  return [
    ...(packages.length === 0 ? [] : [describePackages(packages)]),
    ...describeReasons(packages),
    ...describeUnjoined(coverage),
    ...describeLate(coverage),
    ...describeLosses(coverage),
    ...describeUnseenImages(report),
    describeSensors(coverage),
  ];
}

function describePackages(packages: readonly PackageVerdict[]): CoverageNote {
  const count = (state: string) => packages.filter((one) => one.usage.state === state).length;
  const parts = [
    `${formatCount(count("in-use"))} in use`,
    `${formatCount(count("not-observed"))} not observed`,
    `${formatCount(count("unknown"))} unknown`,
  ];
  return { weight: "fact", text: `${plural(packages.length, "package")}: ${parts.join(", ")}.` };
}

/** Why use is unknown, the most frequent reasons first. */
function describeReasons(packages: readonly PackageVerdict[]): readonly CoverageNote[] {
  const unknown = packages.filter((one) => one.usage.state === "unknown");
  const counts = new Map<string, number>();
  for (const { usage } of unknown) {
    const reason = usage.coverageReasons[0] ?? usage.because;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const frequent = [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b)).slice(0, 2);
  return frequent.map(([reason, count]) => ({
    weight: "gap",
    text: `Use unknown for ${plural(count, "package")}: ${reason.replace(/\.$/, "")}.`,
  }));
}

function describeUnjoined(coverage: readonly CoverageSummary[]): readonly CoverageNote[] {
  const owned = coverage.filter(({ workload }) => workload.kind !== "Host");
  const say = (what: string) => (names: string, are: string) =>
    `${names} ${are} joined to ${what}.`;
  return [
    ...gap(owned, (one) => one.sbom === "", say("no SBOM: nothing is known of their packages")),
    ...gap(
      owned,
      (one) => one.sbom !== "" && one.scan === "",
      say("no scan: no findings are listed"),
    ),
  ];
}

function describeLate(coverage: readonly CoverageSummary[]): readonly CoverageNote[] {
  return gap(
    coverage,
    (one) => !one.fromStart,
    (names) => `${names} ran before the sensors: what was used earlier is not known.`,
  );
}

/** One sentence about the workloads that lack something; none when none does. */
function gap(
  coverage: readonly CoverageSummary[],
  lacks: (one: CoverageSummary) => boolean,
  say: (names: string, are: string) => string,
): readonly CoverageNote[] {
  const namesOf = (containers: readonly CoverageSummary[]) => [
    ...new Set(containers.map(({ workload }) => nameWorkload(workload))),
  ];
  const names = namesOf(coverage.filter(lacks));
  if (names.length === 0) return [];
  const are = names.length === 1 ? "is" : "are";
  if (names.length > 4 && names.length === namesOf(coverage).length) {
    return [{ weight: "gap", text: say(`All ${names.length} workloads`, are) }];
  }
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return [{ weight: "gap", text: say(shown.join(", "), are) }];
}

function describeLosses(coverage: readonly CoverageSummary[]): readonly CoverageNote[] {
  const reasons = new Map<string, number>();
  for (const { losses } of coverage) {
    for (const { reason, count } of losses) {
      reasons.set(reason, Math.max(reasons.get(reason) ?? 0, count));
    }
  }
  if (reasons.size === 0) return [];
  const parts = [...reasons].map(([reason, count]) =>
    count > 0 ? `${reason} (${formatCount(count)})` : reason,
  );
  const text = `Events were, or may have been, lost: ${parts.join(", ")}.`;
  return [{ weight: "gap", text }];
}

function describeUnseenImages({ findings }: Report): readonly CoverageNote[] {
  const names = new Set(
    findings.flatMap(({ workload }) => (workload.kind === "Image" ? [workload.name] : [])),
  );
  if (names.size === 0) return [];
  const text = `${plural(names.size, "scanned image")} was seen in no container: use unknown.`;
  return [{ weight: "gap", text: names.size === 1 ? text : text.replace(" was ", " were ") }];
}

function describeSensors(coverage: readonly CoverageSummary[]): CoverageNote {
  const sensors = coverage.flatMap((one) => one.sensors);
  const names = new Set(sensors.map((one) => one.sensor).filter((name) => name !== "other"));
  const missing = ["exec", "loader", "open", "mmap"].filter((name) => !names.has(name));
  const inferred = sensors.some((one) => one.basis === "inferred" && one.policy !== "");
  const seen = `Sensors: ${[...names].sort().join(", ") || "none"}`;
  const not = missing.length === 0 ? "" : `; not seen: ${missing.join(", ")}`;
  const hint = inferred ? "; pass the policies (--policies) to know what they watch" : "";
  return { weight: "fact", text: `${seen}${not}${hint}.` };
}
