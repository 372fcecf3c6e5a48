/**
 * Lists, scenario by scenario, which rules fire where: for people who write rules.
 * In: results of a run. Out: lines of text. Must never judge: numbers are elsewhere.
 */
import { levels } from "../../src/core/observe/detect/rule.ts";
import type { RunResult } from "./evaluate-run.ts";
import type { Scenario } from "./labels.ts";
import { isFalse, type JudgedIncident, type TimedSignal } from "./score-detection.ts";

export interface ListOptions {
  /** Part of the id of a scenario; "" all, with the background. */
  readonly scenario: string;
  readonly recordings: readonly string[];
}

export function listDetection(result: RunResult, options: ListOptions): readonly string[] {
  const lines: string[] = [];
  for (const one of result.scenarios) {
    const { scenario } = one;
    if (!scenario.id.includes(options.scenario)) continue;
    const { recordings } = options;
    if (recordings.length > 0 && !recordings.includes(scenario.recording)) continue;
    lines.push("", heading(scenario, one.isFound));
    lines.push(...one.incidents.map(incidentLine));
    lines.push(...signalLines(one.signals, result));
    if (one.signals.length === 0 && result.onlyScripts.has(scenario)) {
      lines.push("  no trace in these sensors beyond the script itself");
    }
  }
  if (options.scenario === "") lines.push(...backgroundLines(result));
  return lines;
}

function heading({ recording, id, kind, title, ran }: Scenario, isFound: boolean): string {
  const mark = !ran ? "not run" : kind === "benign" ? "ordinary" : isFound ? "found" : "MISSED";
  return `== ${mark.padEnd(8)} ${recording}/${id}: ${title}`;
}

function incidentLine(judged: JudgedIncident): string {
  const { incident, attacks, benign, citesBackground } = judged;
  const others = [...attacks, ...benign].map(({ id }) => id);
  const beside = citesBackground ? [...others, "background"] : others;
  const shared = beside.length > 1 ? ` — shared by ${beside.join(", ")}` : "";
  const { severity, score, headline, confidence } = incident;
  const about = `${severity} ${Math.round(score)} ${confidence} confidence`;
  return `  incident ${incident.id.slice(0, 8)} ${about}: ${headline}${shared}`;
}

/** Equal rules are counted; gravest first. */
function signalLines(signals: readonly TimedSignal[], { table }: RunResult): readonly string[] {
  const groups = Map.groupBy(signals, ({ signal }) => `${signal.level} ${signal.rule}`);
  const rows = [...groups.values()].map((group) => {
    const first = group.reduce((a, b) => (a.toldUs <= b.toldUs ? a : b));
    return { ...first.signal, group, toldUs: first.toldUs };
  });
  rows.sort((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level) || a.toldUs - b.toldUs);
  return rows.map(({ level, ruleKind, rule, group, process, because }) => {
    const of = table.get(process);
    const command = `${of?.binary ?? "?"} ${of?.arguments ?? ""}`.slice(0, 80);
    const why = because.length > 0 ? ` (${because.join("; ").slice(0, 120)})` : "";
    return `  ${level.padEnd(13)} ${ruleKind} ${rule} ×${group.length}: ${command}${why}`;
  });
}

function backgroundLines(result: RunResult): readonly string[] {
  const wrong = result.judged.filter(isFalse);
  return [
    "",
    `== background of ${result.name}`,
    ...wrong.filter(({ benign }) => benign.length === 0).map(incidentLine),
    ...signalLines(result.background, result),
  ];
}
