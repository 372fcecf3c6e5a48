/**
 * Holds the first screen: what to do now, in the order of the plan.
 * In: a report. Out: markup that says it without any script.
 * Must never call anything done or safe: it says what is planned, and what is not known.
 */
import type { Action } from "../../judge/decide/action.ts";
import { type DecisionName, decisionNames } from "../../judge/decide/decision.ts";
import { nameWorkload } from "../../judge/name-workload.ts";
import type { Finding } from "../../judge/verdict.ts";
import { workloadKey } from "../../judge/workload-key.ts";
import { findProofs } from "../find-proofs.ts";
import { describeMarks } from "../render-action.ts";
import type { Report } from "../report.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { formatCount, plural } from "../text-layout.ts";
import {
  countLink,
  decisionChip,
  decisionLabels,
  openLink,
  queryOf,
  sayDeadline,
} from "./page-frame.ts";

/** Actions that the page shows whole; the rest is in its list. */
const shownMax = 10;

export function renderNow(report: Report): HtmlText {
  const { actions } = report;
  const findings = new Map(report.findings.map((finding) => [finding.id, finding]));
  const shown = actions.slice(0, shownMax).map((action) => renderAction(action, findings, report));
  return html`<section id="now" aria-labelledby="now-title">
<h1 id="now-title">${sayTitle(report)}</h1>
<p>${sayLead(report)}</p>
${renderLedger(report)}
<ol class="todo">${shown}</ol>
${renderRest(actions.length)}
</section>`;
}

function sayTitle({ actions, findings, inputs }: Report): string {
  const now = actions.filter(({ decision }) => decision === "act-now").length;
  const soon = actions.filter(({ decision }) => decision === "soon").length;
  if (now > 0) return `Do ${plural(now, "thing")} now`;
  if (soon > 0) return `Nothing is due now, ${plural(soon, "thing")} soon`;
  if (actions.length > 0) return `Nothing is due now: ${plural(actions.length, "action")} planned`;
  if (findings.length > 0) return `${plural(findings.length, "finding")}, and no action for them`;
  const hasScan = inputs.some(({ role, count }) => role === "vulnerabilities" && count > 0);
  return hasScan ? "No finding" : "Nothing to judge: no scan with matches was given";
}

function sayLead(report: Report): string {
  const { window, coverage, funnel, workloads } = report;
  const matches = `From ${plural(funnel.all, "match", "matches")} of the scanner`;
  const kernel =
    window.eventCount === 0
      ? "without any kernel event: whether something is used or reached is unknown"
      : `${plural(window.eventCount, "kernel event")} of ${plural(coverage.length, "container")}`;
  const joined = window.eventCount === 0 ? ", " : " and ";
  const place =
    workloads.length === 0 ? "" : `, with ${plural(workloads.length, "workload")} placed`;
  return `${matches}${joined}${kernel}${sayWindow(report)}${place}.`;
}

function sayWindow({ window: { from, to, seconds } }: Report): string {
  if (from === null || to === null) return "";
  const short = (time: string) => `${time.slice(0, 10)} ${time.slice(11, 16)}`;
  const end = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11, 16) : short(to);
  return ` in ${sayDuration(seconds)} (${short(from)} to ${end} UTC)`;
}

function sayDuration(seconds: number): string {
  if (seconds < 120) return plural(Math.round(seconds), "second");
  if (seconds < 7200) return plural(Math.round(seconds / 60), "minute");
  if (seconds < 172_800) return plural(Math.round(seconds / 3600), "hour");
  return plural(Math.round(seconds / 86_400), "day");
}

/** Decisions side by side, each with the findings and actions it is made of. */
function renderLedger({ actions, findings }: Report): HtmlText {
  const items = decisionNames.map((name) => {
    const due = actions.filter(({ decision }) => decision === name);
    const count = findings.filter(({ decision }) => decision.name === name).length;
    return html`<li>${decisionChip(name)}
<strong>${countLink(count, queryOf("decision", name), "finding")}</strong>
<small>${sayDue(name, due)}</small></li>`;
  });
  return html`<ul class="ledger" aria-label="Findings by decision">${items}</ul>`;
}

function sayDue(name: DecisionName, due: readonly Action[]): string {
  const days = due.find(({ deadlineDays }) => deadlineDays !== null)?.deadlineDays ?? null;
  const what = plural(due.length, "action");
  return name === "next-upgrade" || days === null ? what : `${what}, ${sayDeadline(days)}`;
}

function renderAction(
  action: Action,
  findings: ReadonlyMap<string, Finding>,
  report: Report,
): HtmlText {
  const { id, rank, decision, deadlineDays, title, because } = action;
  const [lead] = action.findings.flatMap((one) => findings.get(one) ?? []);
  const reasons = because.slice(0, 3).map((reason) => html`<li>${reason}</li>`);
  const removed = countLink(action.findings.length, queryOf("action", id), "finding");
  return html`<li>
<p class="rank">${rank}</p>
<p class="when">${decisionChip(decision)} <small>${sayDeadline(deadlineDays)}</small></p>
<div>
<h2>${openLink(`a:${id}`, title)}</h2>
<p class="where">${sayWhere(action)}</p>
${renderMarks(lead)}
<ul>${reasons}</ul>
<p>${sayEffect(action)} ${removed}${sayCounts(action)}${mapLink(action, report)}</p>
${renderProof(action, findings, report)}
</div>
</li>`;
}

/** Why it stands where it stands, by its first finding. */
function renderMarks(lead: Finding | undefined): HtmlText {
  if (lead === undefined) return html``;
  const { forensics } = lead.decision;
  const marks = [...describeMarks(lead), ...(forensics ? ["look whether it was exploited"] : [])];
  return html`<p class="marks">${marks.join(" · ")}</p>`;
}

/** Where a way from the internet to one of its workloads is known. */
function mapLink({ id, workloads }: Action, report: Report): HtmlText {
  const keys = new Set(workloads.map(workloadKey));
  const isKnown = report.workloads.some(
    ({ workload, exposure }) => exposure.paths.length > 0 && keys.has(workloadKey(workload)),
  );
  return isKnown ? html` · <a href="#map?${queryOf("path", id)}">path on the map</a>` : html``;
}

function sayWhere({ workloads, image }: Action): string {
  const names = [...new Set(workloads.map(nameWorkload))];
  const rest = names.length - 4;
  const shown = rest > 0 ? [...names.slice(0, 4), `${formatCount(rest)} more`] : names;
  const reference = image === null ? "" : image.reference || image.digest;
  return [shown.join(", "), reference].filter((part) => part !== "").join(" · ");
}

const lowering: readonly Action["kind"][] = ["drop-privilege", "close-exposure"];

function sayEffect({ kind }: Action): string {
  if (kind === "watch") return "Would settle";
  return lowering.includes(kind) ? "Lowers" : "Removes";
}

function sayCounts({ counts }: Action): string {
  const parts = decisionNames
    .filter((name) => counts[name] > 0)
    .map((name) => `${formatCount(counts[name])} ${decisionLabels[name]}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** The first recorded proof of its most urgent finding that has one. */
function renderProof(
  action: Action,
  findings: ReadonlyMap<string, Finding>,
  report: Report,
): HtmlText {
  const removed = action.findings.flatMap((id) => findings.get(id) ?? []);
  const proved = removed
    .sort((a, b) => a.rank - b.rank)
    .find(({ usage }) => findProofs(usage.evidence, report).length > 0);
  const [proof] = proved === undefined ? [] : findProofs(proved.usage.evidence, report);
  if (proved === undefined || proof === undefined) {
    return html`<p class="proof">No event proves the use of it.</p>`;
  }
  const { id, shows, path, binary, time, input, offset } = proof;
  const when = time === null ? "" : `, ${time.slice(0, 19).replace("T", " ")} UTC`;
  const by = binary === "" || binary === path ? "" : ` by ${binary}`;
  const finding = openLink(`f:${proved.id}`, proved.vulnerability.id);
  const link = openLink(`e:${id}`, html`${shows} <code>${path}</code>`);
  return html`<p class="proof">Proof for ${finding}:
${link}${by}${when}; ${input} at byte ${offset}</p>`;
}

function renderRest(count: number): HtmlText {
  if (count <= shownMax) return html`<div id="action-list" hidden></div>`;
  return html`<details id="actions"><summary>All ${plural(count, "action")}</summary>
<div id="action-list"></div></details>`;
}
