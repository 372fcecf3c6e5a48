/**
 * Holds the banner of the page: who is under attack, before what to upgrade.
 * In: a report. Out: markup that says it without any script; nothing where no incident is open.
 * Must never put untrusted text anywhere but through `html`.
 */
import type { DecisionName } from "../../judge/decide/decision.ts";
import { nameWorkloads } from "../../judge/name-workload.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { Level } from "../../observe/detect/rule.ts";
import { type IncidentSummary, pressingIncidents, titleIncidents } from "../incident-summary.ts";
import type { Report } from "../report.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { plural } from "../text-layout.ts";
import { openLink } from "./page-frame.ts";

/** `waggle incidents` lists them all. */
const shownMax = 10;

export function renderAttack({ incidents, findings }: Report): HtmlText {
  const pressing = pressingIncidents(incidents);
  if (pressing.length === 0) return html``;
  const named = new Map(findings.map((finding) => [finding.id, finding]));
  const items = pressing.slice(0, shownMax).map((one) => renderIncident(one, named));
  const left = pressing.length - shownMax;
  const more = left > 0 ? html`<p class="quiet">${plural(left, "more incident")}.</p>` : html``;
  return html`<section id="attack" class="warning" aria-labelledby="attack-title">
<h2 id="attack-title">${titleIncidents(pressing)}: ${plural(pressing.length, "open incident")}</h2>
<ul>${items}</ul>${more}
</section>
`;
}

/** The colours of decisions, which the page has. */
const urgency: Readonly<Record<Level, DecisionName>> = {
  critical: "act-now",
  high: "act-now",
  medium: "soon",
  low: "scheduled",
  informational: "next-upgrade",
};

function renderIncident(
  incident: IncidentSummary,
  findings: ReadonlyMap<string, Finding>,
): HtmlText {
  const { id, severity, headline, firstSeen, lastSeen, workloads, contain } = incident;
  const first = contain[0] === undefined ? html`` : html`<br>First: ${contain[0]}.`;
  return html`<li><span class="chip" data-decision="${urgency[severity]}">${severity}</span>
<strong>${headline}</strong>
<br>${nameWorkloads(workloads)}, ${sayTime(firstSeen)} to ${sayTime(lastSeen)}.
${sayCauses(incident, findings)}${first}
<br>What happened and what to do: <code>waggle incident ${id}</code></li>`;
}

function sayCauses(
  { possibleCauses }: IncidentSummary,
  findings: ReadonlyMap<string, Finding>,
): HtmlText {
  const causes = possibleCauses.flatMap((id) => findings.get(id) ?? []);
  if (causes.length === 0) return html``;
  const links = causes.map(
    ({ id, vulnerability, package: { name } }) =>
      html` ${openLink(`f:${id}`, `${vulnerability.id} in ${name}`)}`,
  );
  return html`It may have begun by${links}.`;
}

function sayTime(time: string | null): string {
  return time === null ? "unknown" : `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}
