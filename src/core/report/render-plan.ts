/**
 * Holds the plan as a list of its own: what to do by when, one or two lines an action.
 * In: a report. Out: terminal text, or Markdown with a box to tick for each action.
 */
import { type DecisionName, decisionNames } from "../judge/decide/decision.ts";
import { nameWorkloads } from "../judge/name-workload.ts";
import { type ActionView, viewActions } from "./action-view.ts";
import { describeAction, describePlace } from "./render-action.ts";
import type { Report } from "./report.ts";
import {
  createPaint,
  joinTerminal,
  markdownText,
  type TerminalText,
  terminal,
} from "./safe-text.ts";
import { plural, wrap } from "./text-layout.ts";

export interface PlanOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Actions to show; 0 means all. */
  readonly top: number;
}

const headings: Readonly<Record<DecisionName, string>> = {
  "act-now": "Act now",
  soon: "Soon",
  scheduled: "Scheduled",
  "next-upgrade": "With the next upgrade",
};

interface Section {
  readonly heading: string;
  readonly views: readonly { readonly view: ActionView; readonly position: number }[];
}

function sectionsOf(report: Report, top: number): readonly Section[] {
  const all = viewActions(report).map((view, index) => ({ view, position: index + 1 }));
  const shown = top > 0 ? all.slice(0, top) : all;
  return decisionNames.flatMap((name) => {
    const views = shown.filter(({ view }) => view.action.decision === name);
    const [first] = views;
    if (first === undefined) return [];
    const days = first.view.action.deadlineDays;
    const within = days === null ? "" : `, within ${days} days`;
    return [{ heading: `${headings[name]}${within}`, views }];
  });
}

/** **Shape**: a heading a decision, then its actions; lines of at most `width` columns. */
export function renderPlan(report: Report, options: PlanOptions): TerminalText {
  const paint = createPaint(options.color);
  const width = Math.max(60, options.width);
  const sections = sectionsOf(report, options.top);
  if (sections.length === 0) return terminal`Nothing to do: no finding asks for an action.`;
  const blocks = sections.map(({ heading, views }) => {
    const lines = views.flatMap(({ view, position }) => {
      const [first = "", ...rest] = wrap(describeAction(view), width - 4, 3);
      const does = wrap(describeEffect(view), width - 4, 2);
      return [
        terminal`${String(position).padStart(2)}  ${first}`,
        ...rest.map((line) => terminal`    ${line}`),
        ...does.map((line) => paint("dim", `    ${line}`)),
      ];
    });
    return joinTerminal([terminal`${paint("bold", heading)}`, ...lines]);
  });
  return joinTerminal(blocks, terminal`\n\n`);
}

/** How much it removes, where; without what the title has said, but why. */
function describeEffect(view: ActionView): string {
  const { action, findings, workloads, images } = view;
  const isUpgrade = action.kind === "upgrade-package";
  const place = findings.length === 0 ? nameWorkloads(workloads) : describePlace(view);
  return [
    ...(isUpgrade ? [plural(findings.length, "finding")] : action.because.slice(0, 1)),
    ...(isUpgrade || workloads.length !== 1 ? [place] : []),
    ...(images.length === 1 ? images : []),
    ...(action.layer === "unknown" ? [] : [`${action.layer} layer`]),
  ].join(" · ");
}

/** **Shape**: a list of boxes to tick a decision; ends in one newline. */
export function renderPlanMarkdown(report: Report, { top }: Pick<PlanOptions, "top">): string {
  const sections = sectionsOf(report, top);
  if (sections.length === 0) return "# Plan\n\nNo finding asks for an action.\n";
  const blocks = sections.map(({ heading, views }) => {
    const items = views.map(({ view }) => {
      const what = markdownText(describeAction(view));
      return `- [ ] ${what}: ${markdownText(describeEffect(view), 300)}`;
    });
    return `## ${heading}\n\n${items.join("\n")}`;
  });
  return `${["# Plan", ...blocks].join("\n\n")}\n`;
}
