/**
 * Holds what the parts of an incident's text share: the incident, the width, how severity looks.
 * In: nothing. Out: a type and a table.
 */
import type { Incident } from "../../judge/incident/incident.ts";
import type { Level } from "../../observe/detect/rule.ts";
import type { Paint, Style } from "../safe-text.ts";

export interface IncidentPage {
  readonly incident: Incident;
  readonly width: number;
  readonly paint: Paint;
}

export const severityStyles: Readonly<Record<Level, Style>> = {
  critical: "bold red",
  high: "bold red",
  medium: "bold yellow",
  low: "plain",
  informational: "dim",
};
