/**
 * Holds the comparison of two reports for a terminal and for a ticket.
 * In: a comparison. Out: terminal text, or Markdown. Must never print untrusted text but through
 * `terminal`, `markdownText`.
 */
import {
  createPaint,
  joinTerminal,
  markdownText,
  type TerminalText,
  terminal,
} from "../safe-text.ts";
import { plural, wrap } from "../text-layout.ts";
import { type DiffSection, describeCounts, describeDiff, describeSide } from "./describe-change.ts";
import type { ReportDiff } from "./report-diff.ts";

export interface DiffOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Lines of one section; 0 means fifteen. */
  readonly top: number;
}

const lineCount = ({ top }: Pick<DiffOptions, "top">) => (top > 0 ? top : 15);
const causeCountMax = 4;

/** **Shape**: lines of at most `width` columns (60 at least), no newline at the end. */
export function renderDiffText(diff: ReportDiff, options: DiffOptions): TerminalText {
  const width = Math.max(60, options.width);
  const paint = createPaint(options.color);
  const flow = (text: string, indent: string) =>
    wrap(text, width - indent.length, 3).map((line) => terminal`${indent}${line}`);
  const head = [
    terminal`${paint("bold", describeCounts(diff))}`,
    ...flow(`before  ${describeSide(diff.before)}`, ""),
    ...flow(`after   ${describeSide(diff.after)}`, ""),
    ...diff.limits.flatMap((limit) => flow(`! ${limit}`, "")),
  ];
  const sections = describeDiff(diff).map((section) => {
    const lines = section.lines.slice(0, lineCount(options)).flatMap(({ text, because }) => [
      ...flow(text, "  "),
      ...because.slice(0, causeCountMax).flatMap((why) => {
        return flow(why, "      ").map((line) => paint("dim", line));
      }),
    ]);
    const title = terminal`${paint("bold", section.title.toUpperCase())}  ${section.count}`;
    return [title, ...lines, ...tellRest(section, options).map((text) => paint("dim", text))];
  });
  return joinTerminal(
    [head, ...sections].map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

/** **Shape**: GitHub-flavoured Markdown; ends in one newline. */
export function renderDiffMarkdown(diff: ReportDiff, options: Pick<DiffOptions, "top">): string {
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join("\n");
  const sections = describeDiff(diff).flatMap((section) => {
    const items = section.lines.slice(0, lineCount(options)).map(({ text, because }) => {
      const whys = because.slice(0, causeCountMax).map((why) => `\n  - ${markdownText(why)}`);
      return `${markdownText(text)}${whys.join("")}`;
    });
    const rest = tellRest(section, options).map((text) => text.trim());
    return [`## ${markdownText(section.title)} (${section.count})`, list([...items, ...rest])];
  });
  const blocks = [
    "# What changed",
    `${markdownText(describeCounts(diff))}.`,
    list([describeSide(diff.before), describeSide(diff.after)].map((one) => markdownText(one))),
    ...diff.limits.map((limit) => markdownText(limit)),
    ...sections,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function tellRest({ lines }: DiffSection, options: Pick<DiffOptions, "top">): readonly string[] {
  const rest = lines.length - lineCount(options);
  return rest > 0 ? [`  and ${plural(rest, "more line")} (--top ${lines.length} shows all)`] : [];
}
