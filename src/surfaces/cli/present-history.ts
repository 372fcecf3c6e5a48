/**
 * Holds how the command line shows the life of a finding.
 * In: the output of the operation `history`. Out: text, or JSON.
 */
import { formatTime } from "../../core/event/format-time.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { plural, wrap } from "../../core/report/text-layout.ts";
import type { FindingHistory, HistoryOutput, SimilarFinding } from "../../operations/history.ts";
import type { FoundNote } from "../../ports/store.ts";
import { describeStep, describeTracked, shortTime } from "./describe-finding.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";

export const historyPresentation: Presentation<HistoryOutput> = {
  positionals: [{ key: "finding", metavar: "finding", required: true }],
  metavars: { state: "directory", package: "name" },
  examples: [
    {
      line: "waggle history 5f2c --state /var/lib/waggle",
      says: "The life of one finding, by the start of its id",
    },
    {
      line: "waggle history CVE-2022-0778 --package openssl --state /var/lib/waggle",
      says: "Of all findings of a vulnerability in one package",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderHistory(output, view),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

const shownCount = 40;

function renderHistory(
  { findings, leftOutCount, similar }: HistoryOutput,
  view: View,
): TerminalText {
  const paint = createPaint(view.color);
  const lines = [
    ...findings.flatMap((one) => renderLife(one, view)),
    ...(leftOutCount > 0 ? [terminal`and ${plural(leftOutCount, "more finding")}`] : []),
    ...(similar.length > 0 ? [terminal`${paint("bold", "SIMILAR, AND WHAT BECAME OF THEM")}`] : []),
    ...similar.flatMap((one) => renderSimilar(one, view)),
  ];
  return joinTerminal(lines);
}

function renderLife(
  { finding, changes, notes }: FindingHistory,
  view: View,
): readonly TerminalText[] {
  const paint = createPaint(view.color);
  const { state, id, decision, usage, exposed, suppressedUntil, imageReference } = finding;
  const until = suppressedUntil === "" ? "" : ` until ${suppressedUntil}`;
  const facts = `${decision.replaceAll("-", " ")}, use ${usage}, exposed ${exposed}`;
  const shown = changes.slice(-(view.top > 0 ? view.top : shownCount));
  const rest = changes.length - shown.length;
  return [
    terminal`${paint("bold", describeTracked(finding))}  [${id}]`,
    terminal`${paint("bold", `${state}${until}`)}; ${facts}; ${imageReference}`,
    ...(rest > 0 ? [terminal`${paint("dim", `${plural(rest, "earlier change")}: --top`)}`] : []),
    ...shown.flatMap((change) => {
      const { timeUs, cause, because } = change;
      const time = shortTime(formatTime(timeUs));
      return [
        terminal`  ${time}  ${describeStep(change)}`,
        ...flow(`${cause}: ${because}`, 20, view).map((line) => terminal`${paint("dim", line)}`),
      ];
    }),
    ...notes.flatMap((one) => renderNote(one, view)),
  ];
}

function renderNote({ note, matched }: FoundNote, view: View): readonly TerminalText[] {
  const { id, timeUs, by, text, decision } = note;
  const what = decision === undefined ? "note" : `${decision.status} until ${decision.until}`;
  return [
    terminal`  ${shortTime(formatTime(timeUs))}  ${what}, by ${by}  [${id}]`,
    ...flow(`${text} (found by: ${matched.join(", ")})`, 20, view),
  ];
}

function renderSimilar(
  { finding, matched, last }: SimilarFinding,
  view: View,
): readonly TerminalText[] {
  const why =
    last === null ? finding.state : `${describeStep(last)}, ${last.cause}: ${last.because}`;
  return [
    terminal`  ${describeTracked(finding)}  [${finding.id}]`,
    ...flow(`${matched.join(", ")}; ${why}`, 6, view),
  ];
}

function flow(text: string, indent: number, view: View): readonly TerminalText[] {
  const width = Math.max(60, view.width) - indent;
  return wrap(text, width, 3).map((line) => terminal`${" ".repeat(indent)}${line}`);
}
