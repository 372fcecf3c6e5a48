/**
 * Holds the report as Markdown for a ticket or a pull request.
 * In: a report. Out: GitHub-flavoured Markdown. Every untrusted text goes through `markdownText` or
 * `markdownCode`, so that it can start no link, mention, markup or HTML.
 */

import { nameWorkload, nameWorkloads } from "../judge/name-workload.ts";
import type { Evidence, Finding } from "../judge/verdict.ts";
import { type ActionView, viewActions } from "./action-view.ts";
import { describeDue } from "./describe-decision.ts";
import { pressingIncidents, titleIncidents } from "./incident-summary.ts";
import { describeAction, describePlace, markExposure, nameVulnerability } from "./render-action.ts";
import { countDecisions, type GroupBy, groupActions } from "./render-groups.ts";
import type { Report } from "./report.ts";
import { markdownCode, markdownText } from "./safe-text.ts";
import { summarizeCoverage } from "./summarize-coverage.ts";
import { summarizeWaivers } from "./summarize-waivers.ts";
import { formatCount, plural } from "./text-layout.ts";

export interface MarkdownOptions {
  /** Actions, or groups, to show; 0 means ten. */
  readonly top: number;
  readonly groupBy?: GroupBy;
}

/** **Shape**: sections in the order of the text report; ends in one newline. */
export function renderMarkdown(report: Report, options: MarkdownOptions): string {
  const top = options.top > 0 ? options.top : 10;
  const views = viewActions(report);
  const by = options.groupBy ?? "action";
  const blocks = [
    "# Vulnerabilities that matter now",
    describeWindow(report),
    renderFunnel(report),
    ...renderAttack(report),
    ...(by === "action" ? renderPlan(views, top) : renderGroups(report, views, { by, top })),
    ...renderContradictions(report),
    ...renderSigned(report),
    "## What was seen, and what was not",
    renderList(summarizeCoverage(report).map(({ text }) => markdownText(text))),
    ...renderProblems(report),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const incidentCountMax = 10;

/** What `waggle incident` tells in full; before what is to be upgraded. */
function renderAttack({ incidents, findings }: Report): readonly string[] {
  const pressing = pressingIncidents(incidents);
  if (pressing.length === 0) return [];
  const names = new Map(findings.map(({ id, vulnerability }) => [id, vulnerability.id]));
  const items = pressing.slice(0, incidentCountMax).map((incident) => {
    const { id, severity, headline, lastSeen, workloads, contain, possibleCauses } = incident;
    const causes = possibleCauses.flatMap((one) => names.get(one) ?? []);
    const parts = [
      `${headline} (${nameWorkloads(workloads)}, last seen ${lastSeen ?? "at an unknown time"})`,
      ...(causes.length === 0 ? [] : [`may have begun by ${[...new Set(causes)].join(", ")}`]),
      ...contain.slice(0, 1),
    ];
    return `**${severity}** ${markdownCode(id)} ${markdownText(parts.join("; "), 600)}`;
  });
  const rest = pressing.length - incidentCountMax;
  const more = rest > 0 ? [plural(rest, "more incident")] : [];
  return [
    `## ${titleIncidents(pressing)}`,
    renderList([...items, ...more]),
    `Story, evidence and what to do: ${markdownCode("waggle incident ID")}.`,
  ];
}

function renderPlan(views: readonly ActionView[], top: number): readonly string[] {
  const rest = views.length - top;
  return [
    "## What to do first",
    views.length === 0 ? "No finding has a fix." : renderTable(views.slice(0, top)),
    ...views.slice(0, top).map((view, index) => renderAction(view, index + 1)),
    ...(rest > 0 ? [`${plural(rest, "more action")} in the full report.`] : []),
  ];
}

const groupActionCountMax = 10;

function renderGroups(
  report: Report,
  views: readonly ActionView[],
  { by, top }: { readonly by: Exclude<GroupBy, "action">; readonly top: number },
): readonly string[] {
  const groups = groupActions(report.findings, views, by);
  const rest = groups.length - top;
  const blocks = groups.slice(0, top).map(({ name, findings, actions }) => {
    const left = actions.length - groupActionCountMax;
    const items = actions
      .slice(0, groupActionCountMax)
      .map(({ view }) => markdownText(describeAction(view)));
    const more = left > 0 ? [plural(left, "more action")] : [];
    const counts = markdownText(countDecisions(findings));
    return `### ${markdownText(name)}\n\n${counts}\n\n${renderList([...items, ...more])}`;
  });
  return [
    `## What to do, by ${by}`,
    ...blocks,
    ...(rest > 0 ? [`${plural(rest, `more ${by}`)} in the full report.`] : []),
  ];
}

function renderContradictions({ contradictions }: Report): readonly string[] {
  if (contradictions.length === 0) return [];
  const items = contradictions
    .slice(0, 10)
    .map(({ workload, declared, observed, meaning }) =>
      markdownText(`${nameWorkload(workload)}: ${declared}; seen: ${observed}. ${meaning}`),
    );
  return ["## Telemetry says otherwise", renderList(items)];
}

function describeWindow({ window, coverage }: Report): string {
  const time =
    window.from === null || window.to === null
      ? "no events with a time"
      : `${window.from.slice(0, 19)}Z to ${window.to.slice(0, 19)}Z`;
  const events = plural(window.eventCount, "event");
  return markdownText(`${plural(coverage.length, "container")}, ${time}, ${events}.`);
}

function renderFunnel({ funnel }: Report): string {
  const { stages } = funnel;
  const rows = [
    { name: "all", stage: stages.all },
    { name: "critical", stage: stages.critical },
    { name: "… and fixable", stage: stages.fixable },
    { name: "… and privileged", stage: stages.privileged },
    { name: "… and in use", stage: stages.inUse },
    { name: "to act on now", stage: stages.actNow },
  ].map(({ name, stage }) => {
    const counts = [stage.matches, stage.findings, stage.vulnerabilities, stage.upgrades];
    return `| ${name} | ${counts.map(formatCount).join(" | ")} |`;
  });
  const notes =
    "Critical, fixable and in use, privileged or not: " +
    `${formatCount(funnel.criticalFixableInUse)}. ` +
    `Use unknown at the last stage: ${formatCount(funnel.unknownUse)}.`;
  const head = "| stage | matches | findings | vulnerabilities | upgrades |\n|---|--:|--:|--:|--:|";
  return `${head}\n${rows.join("\n")}\n\n${notes}`;
}

function renderTable(views: readonly ActionView[]): string {
  const rows = views.map((view, index) => {
    const [lead] = view.findings;
    const cells = [
      String(index + 1),
      markdownText(describeAction(view)),
      markdownText(lead === undefined ? "" : describeDue(lead.decision)),
      markdownText(lead === undefined ? "" : describeUse(lead)),
      markdownText(lead === undefined ? "" : markExposure(lead).text),
      markdownText(describePlace(view), 200),
      String(view.findings.length),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head =
    "| | action | when | use | exposure | where | findings |\n|--:|---|---|---|---|---|--:|";
  return `${head}\n${rows.join("\n")}`;
}

function describeUse({ usage }: Finding): string {
  return usage.state === "in-use" ? `in use (${usage.level})` : usage.state.replace("-", " ");
}

function renderAction(view: ActionView, position: number): string {
  const { action, vulnerabilities, proof, images } = view;
  const lead = view.findings[0];
  const shown = vulnerabilities
    .slice(0, 8)
    .map((finding) => markdownText(nameVulnerability(finding)));
  const rest = vulnerabilities.length - shown.length;
  const more = rest > 0 ? `; ${rest} more` : "";
  const items = [
    `Images: ${images
      .slice(0, 8)
      .map((image) => markdownCode(image))
      .join(", ")}`,
    `${plural(view.findings.length, "finding")}: ${shown.join("; ")}${more}`,
    ...action.because.map((reason) => markdownText(reason)),
    ...nameLead(view),
    ...(lead?.reasons ?? []).map((reason) => markdownText(reason)),
    ...(proof === undefined ? [] : [renderProof(proof)]),
  ];
  return `### ${position}. ${markdownText(describeAction(view))}\n\n${renderList(items)}`;
}

/** The reasons below are those of one workload: where there are several, it is named. */
function nameLead({ workloads, findings }: ActionView): readonly string[] {
  const [lead] = findings;
  if (lead === undefined || new Set(workloads.map(nameWorkload)).size < 2) return [];
  return [`Most urgent in ${markdownText(nameWorkload(lead.workload))}:`];
}

function renderProof({ time, shows, path, binary, input, offset }: Evidence): string {
  const what = markdownText(`${time ?? ""} ${shows}`);
  const place = markdownCode(`${input}:${offset}`);
  return `Proof: ${what} ${markdownCode(path)} by ${markdownCode(binary)}, recorded in ${place}`;
}

function renderList(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function renderSigned(report: Report): readonly string[] {
  const items = summarizeWaivers(report);
  const shown = items.slice(0, 20).map((text) => markdownText(text));
  const rest = items.length - shown.length;
  const more = rest > 0 ? [`${rest} more`] : [];
  return shown.length === 0 ? [] : ["## Signed by people", renderList([...shown, ...more])];
}

function renderProblems({ problems }: Report): readonly string[] {
  const weighty = problems.filter((problem) => problem.weight !== "notice").slice(0, 10);
  if (weighty.length === 0) return [];
  const items = weighty.map(
    ({ code, count, first, message }) =>
      `${markdownCode(code)} (${formatCount(count)}) in ${markdownCode(first.input || "-")}: ` +
      markdownText(message),
  );
  return ["## Problems with the input", renderList(items)];
}
