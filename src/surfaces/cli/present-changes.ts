/**
 * Holds how the command line shows what became of findings.
 * In: the output of the operation `changes`. Out: text, or JSON.
 */
import { shortPlace } from "../../core/report/change/place-name.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount, plural, wrap } from "../../core/report/text-layout.ts";
import type { ChangesOutput, ToldChange } from "../../operations/changes.ts";
import { describeStep, describeTracked, shortTime } from "./describe-finding.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";

export const changesPresentation: Presentation<ChangesOutput> = {
  positionals: [],
  metavars: { state: "directory", since: "time", finding: "id" },
  examples: [
    {
      line: "waggle changes --state /var/lib/waggle",
      says: "What changed in the last day, and why",
    },
    {
      line: "waggle changes --state /var/lib/waggle --since 7d --format json",
      says: "Of a week, for a program",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderChanges(output, view),
    notices: noticesOf(output),
    exitStatus: exitStatus.done,
  }),
};

function noticesOf({ keptFrom }: ChangesOutput): readonly TerminalText[] {
  if (keptFrom === null) return [];
  const day = keptFrom.slice(0, 10);
  return [terminal`waggle: findings that ended before ${day} are not kept, nor their changes.`];
}

const shownCount = 30;

function renderChanges(output: ChangesOutput, view: View): TerminalText {
  const { changes, since, until, isCut } = output;
  const paint = createPaint(view.color);
  if (until === null) return terminal`No report was written yet: there is no history.`;
  const span = `${shortTime(since).trim() || "the start"} to ${shortTime(until)} UTC`;
  if (changes.length === 0) return terminal`Nothing changed from ${span}.`;
  const groups = groupAlike(changes);
  const shown = groups.slice(0, view.top > 0 ? view.top : shownCount);
  const rest = groups.length - shown.length;
  const counts = Object.entries(output.counts).map(
    ([state, count]) => `${formatCount(count)} ${state}`,
  );
  return joinTerminal([
    terminal`${paint("bold", plural(changes.length, "change"))} from ${span}: ${counts.join(", ")}`,
    ...shown.flatMap((group) => renderGroup(group, view)),
    ...(rest > 0 ? [terminal`${paint("dim", `and ${rest} more: --top ${groups.length}`)}`] : []),
    ...(isCut
      ? [terminal`${paint("dim", "Earlier ones are left out: ask for a shorter time.")}`]
      : []),
  ]);
}

/** What one upgrade did to forty findings is one line. */
function groupAlike(changes: readonly ToldChange[]): readonly (readonly ToldChange[])[] {
  const keyOf = ({ timeUs, from, to, cause, about, finding }: ToldChange) =>
    JSON.stringify([timeUs, from, to, cause, about?.package ?? finding, about?.workload ?? ""]);
  return [...Map.groupBy(changes, keyOf).values()];
}

function renderGroup(group: readonly ToldChange[], view: View): readonly TerminalText[] {
  const [first] = group;
  if (first === undefined) return [];
  const paint = createPaint(view.color);
  const step = describeStep(first);
  const width = Math.max(60, view.width);
  const indent = " ".repeat(18);
  const why = wrap(`${first.cause}: ${first.because}`, width - indent.length, 3);
  return [
    terminal`${shortTime(first.time)}  ${paint(styleOf(first), step)}  ${nameGroup(group)}`,
    ...why.map((line) => terminal`${indent}${paint("dim", line)}`),
  ];
}

function nameGroup(group: readonly ToldChange[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const { about, shortId } = first;
  if (about === null) return `finding ${shortId}`;
  if (group.length === 1) return `${describeTracked(about)}  [${shortId}]`;
  const shown = group
    .slice(0, 2)
    .map((one) => `${one.about?.vulnerability ?? "finding"} [${one.shortId}]`);
  const more = group.length > 2 ? ` and ${formatCount(group.length - 2)} more` : "";
  const what = `${about.package} ${about.version} of ${shortPlace(about.workload)}`;
  return `${shown.join(", ")}${more} in ${what}`;
}

function styleOf({ to, cause }: ToldChange): "red" | "green" | "yellow" | "plain" {
  if (to === "regressed" || cause === "first-use" || cause === "exposure-changed") return "red";
  if (to === "fixed" || to === "retracted" || to === "gone") return "green";
  return to === "stale" ? "plain" : "yellow";
}
