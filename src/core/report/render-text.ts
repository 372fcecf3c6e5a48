/**
 * Holds the report for a terminal: a screen or two that say what to do, why, and what is unknown.
 * In: a report, a width, colour or not. Out: terminal text. Works without colour: nothing is said
 * by colour alone. Must never print untrusted text but through `terminal`.
 */

import { nameWorkload } from "../judge/name-workload.ts";
import { type ActionView, viewActions } from "./action-view.ts";
import { placeName, shortPlace } from "./change/place-name.ts";
import type { Page } from "./page.ts";
import { isKnownExploited, isPressing, renderAction, renderBrief } from "./render-action.ts";
import { renderAttack } from "./render-attack.ts";
import { type GroupBy, renderGroups } from "./render-groups.ts";
import type { Report } from "./report.ts";
import { createPaint, joinTerminal, type TerminalText, terminal } from "./safe-text.ts";
import { summarizeCoverage } from "./summarize-coverage.ts";
import { summarizeWaivers } from "./summarize-waivers.ts";
import { bar, fit, formatCount, padEnd, padStart, plural, widthOf, wrap } from "./text-layout.ts";

export interface TextOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Actions, or groups, to show; 0 means ten. */
  readonly top: number;
  readonly groupBy?: GroupBy;
}

/** **Shape**: lines of at most `width` columns (60 at least), no newline at the end. */
export function renderText(report: Report, options: TextOptions): TerminalText {
  const page: Page = {
    report,
    width: Math.max(60, options.width),
    paint: createPaint(options.color),
  };
  const top = options.top > 0 ? options.top : 10;
  const views = viewActions(report);
  const sections = [
    renderHead(page),
    ...(report.funnel.all === 0 ? [] : [renderFunnel(page, views)]),
    ...renderAttack(page),
    ...(options.groupBy === undefined || options.groupBy === "action"
      ? renderActions(page, views, top)
      : renderGroups(page, { views, by: options.groupBy, top })),
    ...renderContradictions(page),
    ...renderSigned(page),
    renderCoverage(page),
    ...renderProblems(page),
    renderNext(page, views),
  ];
  return joinTerminal(
    sections.map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

function renderHead({ report, width, paint }: Page): readonly TerminalText[] {
  const { window, coverage, inputs } = report;
  const count = (role: string) => inputs.filter((input) => input.role === role).length;
  const seen = [
    plural(coverage.length, "container"),
    plural(count("sbom"), "SBOM"),
    plural(count("vulnerabilities"), "scan"),
    plural(window.eventCount, "event"),
  ];
  const time = window.from === null ? "no event with a time" : formatWindow(window);
  const made = report.generatedAt === null ? "" : ` · made ${report.generatedAt}`;
  return [
    terminal`${paint("bold", "waggle")}  ${fit(seen.join(" · "), width - 8)}`,
    paint("dim", fit(`        ${time}${made}`, width)),
  ];
}

function formatWindow({ from, to, seconds }: Report["window"]): string {
  const day = (time: string | null) => (time ?? "").slice(0, 10);
  const clock = (time: string | null) => (time ?? "").slice(11, 19);
  const until = day(from) === day(to) ? clock(to) : `${day(to)} ${clock(to)}`;
  return `${day(from)} ${clock(from)}–${until} UTC (${formatSeconds(seconds)})`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const nameWidth = 18;
const columnWidths: readonly number[] = [9, 17, 10];

function renderFunnel(page: Page, views: readonly ActionView[]): readonly TerminalText[] {
  const { report, width, paint } = page;
  const { funnel } = report;
  const { stages } = funnel;
  const rows = [
    { name: "all matches", stage: stages.all },
    { name: "critical", stage: stages.critical },
    { name: "… and fixable", stage: stages.fixable },
    { name: "… and privileged", stage: stages.privileged },
    { name: "… and in use", stage: stages.inUse },
    { name: "to act on now", stage: stages.actNow },
  ];
  const drawnWidth = Math.max(4, width - 56);
  const columns = ["matches", "vulnerabilities", "upgrades"];
  const place = (cells: readonly string[]) =>
    cells.map((cell, at) => padStart(cell, columnWidths[at] ?? 0)).join("");
  const head = paint("dim", padEnd("", nameWidth) + place(columns));
  const lines = rows.map(({ name, stage }, index) => {
    const counts = [stage.matches, stage.vulnerabilities, stage.upgrades].map(formatCount);
    const style = index === rows.length - 1 ? "bold" : "plain";
    const label = paint(style, padEnd(name, nameWidth) + place(counts));
    const drawn = bar(stage.matches, funnel.all, drawnWidth);
    return drawn === "" ? label : terminal`${label}  ${paint("cyan", drawn)}`;
  });
  return [head, ...lines, ...renderFunnelNotes(page, views)];
}

function renderFunnelNotes(
  { report, width, paint }: Page,
  views: readonly ActionView[],
): readonly TerminalText[] {
  const { criticalFixableInUse, unknownUse } = report.funnel;
  const text =
    `Critical, fixable and in use, privileged or not: ${formatCount(criticalFixableInUse)}. ` +
    `Critical, fixable and privileged, but use unknown: ${formatCount(unknownUse)}. ` +
    describeActNow(report, views);
  return wrap(text, width, 5).map((line) => paint("dim", line));
}

/**
 * How much shorter the list is, and how much of it rests on what nobody told. The plan counts an
 * action for each image, the list one for all.
 */
function describeActNow(
  { actions, findings, funnel }: Report,
  views: readonly ActionView[],
): string {
  const now = findings.filter(({ decision }) => decision.name === "act-now");
  const assumed = now.filter(({ decision }) => decision.inputs.some((input) => input.assumed));
  const count = actions.filter(({ decision }) => decision === "act-now").length;
  if (count === 0) return "Nothing is to be done at once.";
  const times = Math.floor(funnel.all / count);
  const fewer = times > 2 ? `, ${formatCount(times)} times fewer than matches` : "";
  const entryCount = views.filter(({ action }) => action.decision === "act-now").length;
  const entries =
    entryCount === count
      ? ""
      : ` (${formatCount(entryCount)} in the list: the same upgrade of several images is one)`;
  const rest = assumed.length === 1 ? "rests" : "rest";
  const doubt =
    assumed.length === 0
      ? "."
      : `; ${formatCount(assumed.length)} of the ${plural(now.length, "finding")} behind them ` +
        `${rest} on what is not known and was assumed.`;
  return `To act on now: ${plural(count, "action")}${entries}${fewer}${doubt}`;
}

function renderActions(
  page: Page,
  views: readonly ActionView[],
  top: number,
): readonly (readonly TerminalText[])[] {
  const { paint, report } = page;
  if (views.length === 0) {
    const isScanned = report.inputs.some(({ role }) => role === "vulnerabilities");
    const nothing = isScanned ? "No findings." : "No findings: no scan was given (--vulns).";
    const text = report.findings.length === 0 ? nothing : "No finding has a fix.";
    return [[paint("bold", "WHAT TO DO"), terminal`  ${text}`]];
  }
  const shown = views.slice(0, top);
  const note = `${shown.length} of ${plural(views.length, "action")}, by rank`;
  const heading = [terminal`${paint("bold", "WHAT TO DO FIRST")}  ${paint("dim", note)}`];
  const blocks = shown.map((view, index) => renderAction(page, view, index + 1));
  const rest = describeRest(page, views.length, shown.length);
  const more = wrap(rest, page.width, 3).map((line) => paint("dim", line));
  return [heading, ...blocks, ...renderBriefs(page, views, top), ...(rest === "" ? [] : [more])];
}

/** What the list leaves out; what is known to be exploited is named even without a fix. */
function describeRest({ report }: Page, all: number, shown: number): string {
  const more =
    all > shown ? [`${plural(all - shown, "more action")} (--top ${all} shows all).`] : [];
  const unfixable = report.findings.filter(({ fixable }) => !fixable);
  if (unfixable.length === 0) return more.join("");
  const have = unfixable.length === 1 ? "has" : "have";
  const exploited = unfixable.filter(isKnownExploited);
  const names = [...new Set(exploited.map((finding) => finding.package.name))];
  const left = names.length > 5 ? ` and ${names.length - 5} more` : "";
  const named =
    names.length === 0
      ? "."
      : `, known to be exploited among them: ${names.slice(0, 5).join(", ")}${left}.`;
  return [...more, `${plural(unfixable.length, "finding")} ${have} no fix${named}`].join(" ");
}

const briefCountMax = 12;

/** Actions after the shown ones that are about something pressing. */
function renderBriefs(
  page: Page,
  views: readonly ActionView[],
  top: number,
): readonly (readonly TerminalText[])[] {
  const later = views
    .map((view, index) => ({ view, position: index + 1 }))
    .filter(({ view, position }) => position > top && view.findings.some(isPressing));
  if (later.length === 0) return [];
  const left = later.length - briefCountMax;
  return [
    [
      page.paint("bold", "ALSO TO ACT ON NOW, KNOWN EXPLOITED, OR CRITICAL AND IN USE"),
      ...later.slice(0, briefCountMax).map((one) => renderBrief(page, one.view, one.position)),
      ...(left > 0 ? [page.paint("dim", `    and ${left} more`)] : []),
    ],
  ];
}

const contradictionCountMax = 4;

/** Where objects say one thing and the kernel another: somebody's picture is wrong. */
function renderContradictions({ report, width, paint }: Page): readonly TerminalText[][] {
  const { contradictions } = report;
  if (contradictions.length === 0) return [];
  const shown = contradictions.slice(0, contradictionCountMax).flatMap((one) => {
    const text = `${nameWorkload(one.workload)}: ${one.declared}; seen: ${one.observed}`;
    const [first = "", ...rest] = wrap(text, width - 4, 2);
    return [terminal`  ! ${first}`, ...rest.map((line) => terminal`    ${line}`)];
  });
  const left = contradictions.length - contradictionCountMax;
  const more =
    left > 0 ? [paint("dim", `    ${left} more: see contradictions in --format json`)] : [];
  return [[paint("bold", "TELEMETRY SAYS OTHERWISE"), ...shown, ...more]];
}

const signedCountMax = 12;

function renderSigned({ report, width, paint }: Page): readonly (readonly TerminalText[])[] {
  const items = summarizeWaivers(report);
  if (items.length === 0) return [];
  const lines = items
    .slice(0, signedCountMax)
    .flatMap((text) =>
      wrap(text, width - 4, 2).map((line, at) => terminal`  ${at === 0 ? "·" : " "} ${line}`),
    );
  const rest = items.length - signedCountMax;
  const more = rest > 0 ? [paint("dim", `    and ${rest} more`)] : [];
  return [[paint("bold", "SIGNED BY PEOPLE"), ...lines, ...more]];
}

function renderCoverage({ report, width, paint }: Page): readonly TerminalText[] {
  const lines = summarizeCoverage(report).map(({ weight, text }) => {
    const [first = "", ...rest] = wrap(text, width - 4, 2);
    const sign = paint(weight === "gap" ? "yellow" : "dim", weight === "gap" ? "!" : "·");
    const start = terminal`  ${sign} ${first}`;
    return joinTerminal([start, ...rest.map((line) => terminal`    ${line}`)]);
  });
  return [paint("bold", "WHAT WAS SEEN, AND WHAT WAS NOT"), ...lines];
}

function renderProblems({ report, width, paint }: Page): readonly (readonly TerminalText[])[] {
  const { problems } = report;
  const weighty = problems.filter((problem) => problem.weight !== "notice");
  if (weighty.length === 0) return [];
  const shown = weighty.slice(0, 4).map((problem) => {
    const times = problem.count > 1 ? ` (first of ${formatCount(problem.count)})` : "";
    const where = problem.first.input === "" ? "" : `${problem.first.input}: `;
    const [first = "", ...rest] = wrap(`${where}${problem.message}${times}`, width - 4, 2);
    const sign = paint(problem.weight === "doubtful" ? "dim" : "yellow", "!");
    return joinTerminal([
      terminal`  ${sign} ${first}`,
      ...rest.map((line) => terminal`    ${line}`),
    ]);
  });
  const rest = weighty.length - shown.length;
  const more = rest > 0 ? [paint("dim", `    ${rest} more: see problems in --format json`)] : [];
  return [[paint("bold", "PROBLEMS WITH THE INPUT"), ...shown, ...more]];
}

function renderNext({ paint, width }: Page, views: readonly ActionView[]): readonly TerminalText[] {
  const first = views[0]?.vulnerabilities[0];
  const id = first?.vulnerability.id;
  const what = first === undefined ? "" : `${id} ${shortPlace(placeName(first.workload))}`;
  const why = [`waggle explain ${what} --report report.json`, "why, with every proof"];
  const rows = [
    ["waggle report … --format json -o report.json", "everything, for tools"],
    ...(id === undefined ? [] : [why]),
    ["waggle report … --format md", "for a ticket"],
  ];
  return rows.map(([command = "", says = ""]) => {
    const line = `${padEnd(command, 52)}  ${says}`;
    return paint("dim", fit(widthOf(line) <= width ? line : command, width));
  });
}
