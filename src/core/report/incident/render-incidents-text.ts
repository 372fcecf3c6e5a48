/**
 * Holds a list of incidents for a terminal: one or two lines each, gravest first.
 * In: incidents in their order, a width, colour or not. Out: terminal text.
 */
import type { Incident } from "../../judge/incident/incident.ts";
import { levels } from "../../observe/detect/rule.ts";
import { createPaint, joinTerminal, type TerminalText, terminal } from "../safe-text.ts";
import { fit, padEnd, plural, wrap } from "../text-layout.ts";
import { sayPlace, sayTime } from "./describe-incident.ts";
import { severityStyles } from "./incident-page.ts";
import type { IncidentTextOptions } from "./render-incident-text.ts";

export interface IncidentsTextOptions extends IncidentTextOptions {
  /** Incidents to show; 0 means twenty. */
  readonly top: number;
}

/** **Shape**: a line of counts, then two lines an incident; no newline at the end. */
export function renderIncidentsText(
  incidents: readonly Incident[],
  options: IncidentsTextOptions,
): TerminalText {
  const width = Math.max(60, options.width);
  const paint = createPaint(options.color);
  if (incidents.length === 0) return terminal`No incident.`;
  const shown = incidents.slice(0, options.top > 0 ? options.top : 20);
  const blocks = shown.flatMap((incident) => {
    const { severity, headline, id, confidence, state, lastSeenUs, acknowledgement } = incident;
    const held = acknowledgement === undefined ? "" : `, acknowledged by ${acknowledgement.by}`;
    const facts = `${id}  ${sayTime(lastSeenUs)}  ${confidence} confidence, ${state}${held}`;
    const label = paint(severityStyles[severity], padEnd(severity, 14));
    return [
      terminal`${label}${fit(headline, width - 14)}`,
      terminal`${padEnd("", 14)}${paint("dim", fit(facts, width - 14))}`,
      ...wrap(sayPlace(incident), width - 14, 1).map((line) => {
        return terminal`${padEnd("", 14)}${paint("dim", line)}`;
      }),
    ];
  });
  const left = incidents.length - shown.length;
  const more = left > 0 ? [paint("dim", `${plural(left, "more incident")} (--top).`)] : [];
  return joinTerminal([paint("bold", countSeverities(incidents)), ...blocks, ...more]);
}

/** `3 incidents: 1 critical, 2 medium`. */
export function countSeverities(incidents: readonly Incident[]): string {
  const counts = levels.toReversed().flatMap((level) => {
    const count = incidents.filter(({ severity }) => severity === level).length;
    return count === 0 ? [] : [`${count} ${level}`];
  });
  const all = plural(incidents.length, "incident");
  return counts.length === 0 ? all : `${all}: ${counts.join(", ")}`;
}
