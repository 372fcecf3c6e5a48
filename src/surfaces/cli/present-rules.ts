/**
 * Holds how the command line shows rules, and how they did on their cases.
 * In: the output of the operation `rules`. Out: text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { plural } from "../../core/report/text-layout.ts";
import type { RulesOutput } from "../../operations/rules.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

export const rulesPresentation: Presentation<RulesOutput> = {
  positionals: [{ key: "action", metavar: "list|test", required: false }],
  metavars: { rules: "directory", family: "name" },
  examples: [
    { line: "waggle rules", says: "Every rule, and what it waits for" },
    { line: "waggle rules test --rules ./my-rules", says: "Try your own rules on their cases" },
    { line: "waggle rules --rules sigma/rules/linux", says: "How much of SigmaHQ's can run here" },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : render(output, view),
    notices: output.problems.map(({ message }) => terminal`${message}`).slice(0, 50),
    exitStatus: hasFailed(output) ? exitStatus.failOn : exitStatus.done,
  }),
};

function hasFailed({ cases, uncovered }: RulesOutput): boolean {
  return (cases ?? []).some(({ passed }) => !passed) || (uncovered ?? []).length > 0;
}

function render(output: RulesOutput, view: View): TerminalText {
  return output.cases === null ? renderList(output, view) : renderCases(output, view);
}

const stateNames = { yes: "runs", "with-policy": "waits", never: "cannot" } as const;

function renderList({ rules, counts }: RulesOutput, view: View): TerminalText {
  const shown = view.top > 0 ? rules.slice(0, view.top) : rules;
  const rows = shown.map(({ head, evaluable }) => [
    head.family,
    head.level,
    stateNames[evaluable.state],
    head.id,
    evaluable.state === "yes" ? head.title : `${head.title} (${tellWait(evaluable)})`,
  ]);
  const columns = [
    { align: "left", widthMax: 20 },
    { align: "left", widthMax: 13 },
    { align: "left", widthMax: 6 },
    { align: "left", widthMax: 40 },
    { align: "left", widthMax: 0, linesMax: 2 },
  ] as const;
  const paint = createPaint(view.color);
  const total = `${plural(rules.length, "rule")}: ${counts.yes} run with the base sensor, `;
  const rest = `${counts["with-policy"]} need a tracing policy, ${counts.never} cannot run here`;
  return joinTerminal([
    ...textTable(columns, [["FAMILY", "LEVEL", "STATE", "ID", "TITLE"], ...rows], view.width),
    terminal``,
    terminal`${paint("bold", `${total}${rest}`)}`,
  ]);
}

function tellWait(evaluable: Exclude<RulesOutput["rules"][number]["evaluable"], { state: "yes" }>) {
  if (evaluable.state === "never") return evaluable.why;
  return evaluable.policies.length > 0
    ? `needs policy ${evaluable.policies.join(" or ")}`
    : evaluable.why;
}

function renderCases({ cases, uncovered }: RulesOutput, view: View): TerminalText {
  const paint = createPaint(view.color);
  const all = cases ?? [];
  const failed = all.filter(({ passed }) => !passed);
  const missing = uncovered ?? [];
  const lack = `${plural(missing.length, "rule")} without`;
  return joinTerminal([
    ...failed.flatMap(({ rule, name, kind, why, signals }) => [
      terminal`${paint("red", "fails")} ${rule}  ${kind}: ${name}`,
      terminal`      ${why} ${signals.length === 0 ? "" : `Others matched: ${signals.join(", ")}`}`,
    ]),
    ...missing.map((id) => terminal`${paint("yellow", "no case")} ${id}`),
    terminal`${plural(all.length, "case")}, ${failed.length} failed; ${lack}`,
  ]);
}
