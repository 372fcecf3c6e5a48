/**
 * Holds the report as Markdown for a ticket or a pull request.
 * In: a report. Out: GitHub-flavoured Markdown. Every untrusted text goes through `markdownText` or
 * `markdownCode`, so that it can start no link, mention, markup or HTML.
 */
import type { Evidence, Finding } from "../judge/verdict.ts";
import { atLeast, describeChange, describePlace, nameVulnerability } from "./render-upgrade.ts";
import type { Report } from "./report.ts";
import { markdownCode, markdownText } from "./safe-text.ts";
import { summarizeCoverage } from "./summarize-coverage.ts";
import { summarizeWaivers } from "./summarize-waivers.ts";
import { formatCount, plural } from "./text-layout.ts";
import { nameWorkload, type UpgradeView, viewUpgrades } from "./upgrade-view.ts";

export interface MarkdownOptions {
  /** Upgrades to show; 0 means ten. */
  readonly top: number;
}

/** **Shape**: sections in the order of the text report; ends in one newline. */
export function renderMarkdown(report: Report, options: MarkdownOptions): string {
  const top = options.top > 0 ? options.top : 10;
  const views = viewUpgrades(report).filter((view) => view.findings.length > 0);
  const rest = views.length - top;
  const blocks = [
    "# Vulnerabilities that matter now",
    describeWindow(report),
    renderFunnel(report),
    "## What to do first",
    views.length === 0 ? "No finding has a fix." : renderTable(views.slice(0, top)),
    ...views.slice(0, top).map((view, index) => renderUpgrade(view, index + 1)),
    ...(rest > 0 ? [`${plural(rest, "more upgrade")} in the full report.`] : []),
    ...renderSigned(report),
    "## What was seen, and what was not",
    renderList(summarizeCoverage(report).map(({ text }) => markdownText(text))),
    ...renderProblems(report),
  ];
  return `${blocks.join("\n\n")}\n`;
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

function renderTable(views: readonly UpgradeView[]): string {
  const rows = views.map((view, index) => {
    const lead = view.findings[0];
    const cells = [
      String(index + 1),
      markdownText(describeChange(view)),
      markdownText(lead?.band ?? ""),
      markdownText(lead === undefined ? "" : describeUse(lead)),
      markdownText(describePlace(view), 200),
      String(view.findings.length),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head = "| | upgrade | band | use | where | findings |\n|--:|---|---|---|---|--:|";
  return `${head}\n${rows.join("\n")}`;
}

function describeUse({ usage }: Finding): string {
  return usage.state === "in-use" ? `in use (${usage.level})` : usage.state.replace("-", " ");
}

function renderUpgrade(view: UpgradeView, position: number): string {
  const { upgrade, vulnerabilities, proof, images } = view;
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
    `Removes ${plural(view.findings.length, "finding")}: ${shown.join("; ")}${more}`,
    ...nameLead(view),
    ...(lead?.reasons ?? []).map((reason) => markdownText(reason)),
    ...(proof === undefined ? [] : [renderProof(proof)]),
  ];
  const title = `${upgrade.package} to ${upgrade.to}${atLeast(upgrade)}`;
  return `### ${position}. ${markdownText(title)}\n\n${renderList(items)}`;
}

/** The reasons below are those of one workload: where there are several, it is named. */
function nameLead({ workloads, findings }: UpgradeView): readonly string[] {
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
