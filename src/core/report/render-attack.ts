/**
 * Holds what the text report says of intrusions, before anything that is to be done.
 * In: a report. Out: a short block, one line an incident; none where there is no incident.
 * Must never say that nobody is in: what was not looked for or not seen stays unknown.
 */

import { severityStyles } from "./incident/incident-page.ts";
import { pressingIncidents, titleIncidents } from "./incident-summary.ts";
import type { Page } from "./page.ts";
import { type TerminalText, terminal } from "./safe-text.ts";
import { fit, padEnd, plural, wrap } from "./text-layout.ts";

const shownMax = 5;
const severityWidth = 10;

/** **Shape**: no block, or one. */
export function renderAttack(page: Page): readonly (readonly TerminalText[])[] {
  const { report, width, paint } = page;
  const { incidents, detection } = report;
  if (detection.incidentCount === 0) return [];
  const pressing = pressingIncidents(incidents);
  const shown = pressing.slice(0, shownMax);
  const lines = shown.map(({ severity, id, headline }) => {
    const label = paint(severityStyles[severity], padEnd(severity, severityWidth));
    return terminal`  ${label}${fit(`${id.slice(0, 12)}  ${headline}`, width - severityWidth - 2)}`;
  });
  const rest = wrap(describeRest(page, shown.length), width, 3);
  const title = titleIncidents(pressing).toUpperCase();
  const count = plural(pressing.length, "open incident");
  const head = pressing.length === 0 ? "INCIDENTS" : title;
  return [
    [
      terminal`${paint(pressing.length === 0 ? "bold" : "bold red", head)}  ${paint("dim", count)}`,
      ...lines,
      ...rest.map((line) => paint("dim", line)),
    ],
  ];
}

function describeRest({ report }: Page, shownCount: number): string {
  const left = report.detection.incidentCount - shownCount;
  const more = left > 0 ? `${plural(left, "more")}, closed or less grave: waggle incidents. ` : "";
  return `  ${more}Story, evidence, what to do: waggle incident ID.`;
}
