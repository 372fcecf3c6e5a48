/**
 * Holds what the text report says of intrusions, before anything that is to be done.
 * In: a report. Out: a short block, one line an incident; none where there is no incident.
 * Must never say that nobody is in: what was not looked for or not seen stays unknown.
 */

import { nameWorkloads } from "../judge/name-workload.ts";
import { severityStyles } from "./incident/incident-page.ts";
import { type IncidentSummary, pressingIncidents, titleIncidents } from "./incident-summary.ts";
import type { Page } from "./page.ts";
import { type TerminalText, terminal } from "./safe-text.ts";
import { fit, formatCount, padEnd, plural, wrap } from "./text-layout.ts";

const shownMax = 5;
const severityWidth = 10;

/** **Shape**: no block, or one. */
export function renderAttack(page: Page): readonly (readonly TerminalText[])[] {
  const { report, width, paint } = page;
  const { incidents, detection } = report;
  if (detection.incidentCount === 0) return [];
  const pressing = pressingIncidents(incidents);
  const shown = pressing.slice(0, shownMax);
  const lines = shown.map((incident) => {
    const { severity, id } = incident;
    const label = paint(severityStyles[severity], padEnd(severity, severityWidth));
    const says = `${id.slice(0, 12)}  ${sayIncident(incident)}`;
    return terminal`  ${label}${fit(says, width - severityWidth - 2)}`;
  });
  const rest = wrap(describeRest(page, shown.length), width - 2, 3);
  const title = titleIncidents(pressing).toUpperCase();
  const count = plural(pressing.length, "open incident");
  const head = pressing.length === 0 ? "INCIDENTS" : title;
  return [
    [
      terminal`${paint(pressing.length === 0 ? "bold" : "bold red", head)}  ${paint("dim", count)}`,
      ...lines,
      ...rest.map((line) => paint("dim", `  ${line}`)),
    ],
  ];
}

/** Where first, for a line is cut at its end. */
function sayIncident({ workloads, headline }: IncidentSummary): string {
  const place = nameWorkloads(workloads);
  if (place === "" || !headline.endsWith(place)) return headline;
  const what = headline.slice(0, -place.length).replace(/ (?:in|on host) $/, "");
  return `${place}: ${what}`;
}

function describeRest({ report }: Page, shownCount: number): string {
  const left = report.detection.incidentCount - shownCount;
  const more = left > 0 ? `${formatCount(left)} more: waggle incidents. ` : "";
  return `${more}Story, evidence, what to do: waggle incident ID.`;
}
