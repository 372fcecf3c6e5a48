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
import type { FindingHistory, HistoryOutput } from "../../operations/history.ts";
import type { SimilarGroup, SimilarGroups } from "../../operations/live/group-similar.ts";
import type { FoundNote } from "../../ports/store.ts";
import { describeStep, describeTracked, shortTime } from "./describe-finding.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";

export const historyPresentation: Presentation<HistoryOutput> = {
  positionals: [
    { key: "finding", metavar: "finding", required: true },
    { key: "place", metavar: "place", required: false },
  ],
  metavars: { state: "directory", package: "name" },
  examples: [
    {
      line: "waggle history 5f2c --state /var/lib/waggle",
      says: "The life of one finding, by the start of its id",
    },
    {
      line: "waggle history CVE-2022-0778 shop/web --state /var/lib/waggle",
      says: "By vulnerability and workload (or image), as reports name them",
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
  const lines = [
    ...findings.flatMap((one) => renderLife(one, view)),
    ...(leftOutCount > 0 ? [terminal`and ${plural(leftOutCount, "more finding")}`] : []),
    ...renderSimilar(similar, view),
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
  { groups, leftOutCount }: SimilarGroups,
  view: View,
): readonly TerminalText[] {
  if (groups.length === 0) return [];
  const paint = createPaint(view.color);
  const more = `and ${plural(leftOutCount, "more finding")} like it`;
  return [
    terminal`${paint("bold", "SIMILAR, AND WHAT BECAME OF THEM")}`,
    ...groups.flatMap((one) => renderGroup(one, view)),
    ...(leftOutCount > 0 ? [terminal`  ${paint("dim", more)}`] : []),
  ];
}

/** The reason once, then who is alike for it. */
function renderGroup(
  { matched, state, last, findings, leftOutCount }: SimilarGroup,
  view: View,
): readonly TerminalText[] {
  const paint = createPaint(view.color);
  const end = last === null ? state : `${describeStep(last)}, ${last.cause}: ${last.because}`;
  const names = findings.map((one) => `${describeTracked(one)}  [${one.shortId}]`);
  return [
    ...flow(`${matched.join(", ")}; ${end}`, 2, view),
    ...names.map((name) => terminal`      ${name}`),
    ...(leftOutCount > 0 ? [terminal`      ${paint("dim", `and ${leftOutCount} more`)}`] : []),
  ];
}

function flow(text: string, indent: number, view: View): readonly TerminalText[] {
  const width = Math.max(60, view.width) - indent;
  return wrap(text, width, 3).map((line) => terminal`${" ".repeat(indent)}${line}`);
}
