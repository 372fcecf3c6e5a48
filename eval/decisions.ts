/**
 * Measures decisions on what is known: how few actions are left of all matches, and what is decided
 * about packages that were made vulnerable on purpose, are used, and can be reached.
 * In: a report, rows of the truth. Out: lines of Markdown, and how many of them the plan has lost.
 * Must never look at the report for what is used or exposed.
 */
import type { Action } from "../src/core/judge/decide/action.ts";
import {
  type Decision,
  type DecisionName,
  decisionNames,
} from "../src/core/judge/decide/decision.ts";
import type { Funnel } from "../src/core/judge/verdict.ts";
import type { PlantedRow } from "./truth.ts";

export interface DecidedFinding {
  readonly id: string;
  readonly vulnerability: string;
  readonly container: string;
  /** `name@version`, names in lower case. */
  readonly packages: readonly string[];
  readonly decision: Decision;
}

export interface DecidedReport {
  readonly findings: readonly DecidedFinding[];
  readonly actions: readonly Pick<Action, "decision" | "findings">[];
  readonly funnel: Funnel;
}

export interface PlantedDecision {
  readonly row: PlantedRow;
  /** The most urgent of the package; undefined: it has none. */
  readonly finding: DecidedFinding | undefined;
  /** An action of the plan removes or lowers it. */
  readonly isPlanned: boolean;
}

/** **Unit**: matches for each action that is for now, at least. */
const reductionMin = 100;

/** For each row the most urgent finding; of equals the first of the report. */
export function decidePlanted(
  rows: readonly PlantedRow[],
  { findings, actions }: DecidedReport,
): readonly PlantedDecision[] {
  const planned = new Set(actions.flatMap((one) => one.findings));
  const urgency = ({ decision }: DecidedFinding) => decisionNames.indexOf(decision.name);
  return rows.map((row) => {
    const key = `${row.name}@${row.version}`;
    const [finding] = findings
      .filter(({ container, packages }) => container === row.container && packages.includes(key))
      .sort((a, b) => urgency(a) - urgency(b));
    return { row, finding, isPlanned: finding !== undefined && planned.has(finding.id) };
  });
}

export function describeFunnel({ funnel, actions }: DecidedReport): readonly string[] {
  const { all, actNow, actNowAssumed, actNowActions, stages } = funnel;
  const factor = all / Math.max(1, actNowActions);
  const verdict = factor >= reductionMin ? "reached" : "missed";
  const counts = decisionNames.map(
    (name) => `${actions.filter(({ decision }) => decision === name).length} ${name}`,
  );
  return [
    `All matches ${all} → act-now matches ${actNow} (${actNowAssumed} of them rest on something ` +
      `assumed) → act-now findings ${stages.actNow.findings} → act-now actions ${actNowActions}: ` +
      `${factor.toFixed(0)}x fewer; the target, ${reductionMin}x, is ${verdict}.`,
    "",
    `Actions of the plan: ${counts.join(", ")}.`,
  ];
}

/** What the table asked for and did not get, in words: why a finding is not `act-now`. */
export function explainLater({ row, byTable, name, modifiers }: Decision): string {
  const lowered = modifiers.filter(({ effect }) => effect === "lowers").map((one) => one.because);
  if (byTable === "act-now" && name !== "act-now") return lowered.join("; ");
  const says = (answer: string) => row.includes(answer);
  const missing = [
    says("kev=no") ? "not known to be exploited" : "",
    says("exposed=no") ? "not exposed" : "",
    says("automatable=no") ? "not automatable" : "",
    says("impact=partial") ? "partial impact" : "",
  ];
  return [...missing.filter((one) => one !== ""), ...lowered].join(", ");
}

/** One line for each row of the table, with the packages that it decided. */
function describeLater(decided: readonly PlantedDecision[]): readonly string[] {
  const later = decided.flatMap(({ row, finding }) =>
    finding === undefined || finding.decision.name === "act-now" ? [] : [{ row, finding }],
  );
  const groups = Map.groupBy(
    later,
    ({ finding: { decision } }) =>
      `\`${decision.name}\`, row \`${decision.row}\` (${explainLater(decision)})`,
  );
  return [...groups.keys()].sort().map((key) => {
    const members = (groups.get(key) ?? []).map(
      ({ row, finding }) =>
        `${row.container} ${row.name} ${row.version} (${finding.vulnerability})`,
    );
    return `- ${key}: ${members.sort().join(", ")}`;
  });
}

/** The last line of the table counts what the plan has lost; it must be 0. */
export function describePlanted(decided: readonly PlantedDecision[]): readonly string[] {
  const count = (name: DecisionName) =>
    decided.filter(({ finding }) => finding?.decision.name === name).length;
  const lost = decided.filter(({ isPlanned }) => !isPlanned);
  const later = describeLater(decided);
  return [
    "| most urgent decision | planted packages, used and exposed |",
    "|---|--:|",
    ...decisionNames.map((name) => `| \`${name}\` | ${count(name)} |`),
    `| missing from the plan | ${lost.length} |`,
    "",
    ...lost.map(({ row }) => `- missing: ${row.container} ${row.name} ${row.version}`),
    ...(later.length === 0
      ? []
      : ["Not `act-now`, because of the row of the table:", "", ...later]),
  ];
}
