/**
 * Holds the grounds of an incident for a terminal: score, timeline, processes, artefacts, gaps.
 * In: a page. Out: sections of lines, those that have something to say.
 */

import { clockOf } from "../../judge/incident/clock-of.ts";
import type { Incident, TimelineEntry } from "../../judge/incident/incident.ts";
import { type TerminalText, terminal } from "../safe-text.ts";
import { fit, padEnd, plural, widthOf, wrap } from "../text-layout.ts";
import { sayCauses, sayProcess, sayScore, saySeverity } from "./describe-incident.ts";
import { type IncidentPage, severityStyles } from "./incident-page.ts";
import { processTreeLines } from "./process-tree-lines.ts";

type Lines = readonly TerminalText[];

/** **Order**: as a person asks: why, what exactly, what else. */
export function renderDetails(page: IncidentPage): readonly Lines[] {
  const { incident } = page;
  return [
    renderGrounds(page),
    renderTimeline(page),
    renderTree(page),
    renderArtefacts(page),
    section(page, "MAY EXPLAIN THE ENTRY", sayCauses(incident)),
    section(page, "WHOM THE WORKLOAD TALKED TO MEANWHILE", sayReach(incident)),
    section(page, "NOT SEEN", [...incident.gaps, ...incident.omitted]),
    section(
      page,
      "RELATED INCIDENTS",
      incident.related.map(({ id, why }) => `${id}: ${why}`),
    ),
  ];
}

function section({ width, paint }: IncidentPage, title: string, items: readonly string[]): Lines {
  if (items.length === 0) return [];
  const lines = items.flatMap((item) =>
    wrap(item, width - 4, 3).map((line, at) => {
      return terminal`  ${at === 0 ? "·" : " "} ${line}`;
    }),
  );
  return [paint("bold", title), ...lines];
}

function renderGrounds(page: IncidentPage): Lines {
  const { incident } = page;
  const { doubts, confidence, firstAccess, authors, tactics, matrix } = incident;
  return section(page, "WHY WE SAY SO", [
    `Severity ${saySeverity(incident)}`,
    `Score ${sayScore(incident)}`,
    `Confidence ${confidence}${doubts.length === 0 ? "" : `: ${doubts.join(" ")}`}`,
    sayAccess(firstAccess),
    ...(tactics.length === 0 ? [] : [`Tactics: ${tactics.join(", ")}`]),
    ...(matrix.length === 0 ? [] : [`Threat Matrix for Kubernetes: ${matrix.join(" ")}`]),
    ...(authors.length === 0 ? [] : [`Rules by ${authors.slice(0, 8).join(", ")}`]),
  ]);
}

function sayAccess({ confidence, how }: Incident["firstAccess"]): string {
  const way = how === "unknown" ? "" : `, by way of: ${how}`;
  return `The first access is ${confidence}${way}`;
}

function renderTimeline({ incident, width, paint }: IncidentPage): Lines {
  const { timeline } = incident;
  if (timeline.length === 0) return [];
  const lines = timeline.flatMap((entry) => {
    const level = entry.level ?? "";
    const mark = terminal`${paint(severityStyles[entry.level ?? "low"], padEnd(short(level), 8))}`;
    const [first = "", ...rest] = wrap(lineOf(entry), width - 21, 3);
    return [
      terminal`  ${paint("dim", clockOf(entry.timeUs))}  ${mark} ${first}`,
      ...rest.map((line) => terminal`                     ${line}`),
    ];
  });
  return [paint("bold", "TIMELINE (UTC)"), ...lines];
}

function short(level: string): string {
  return level === "informational" ? "info" : level;
}

function lineOf({ text, count, techniques }: TimelineEntry): string {
  const times = count > 1 ? ` (${count} times)` : "";
  const named = techniques.length === 0 ? "" : ` [${techniques.slice(0, 4).join(" ")}]`;
  return `${text}${times}${named}`;
}

function renderTree({ incident, width, paint }: IncidentPage): Lines {
  const { processes } = incident;
  if (processes.length === 0) return [];
  const lines = processTreeLines(processes).map(({ process, branch }) => {
    const mark = process.signals.length > 0 ? "!" : " ";
    const told = process.isEntry ? " ← began here" : "";
    const room = Math.max(16, width - 4 - widthOf(branch) - told.length);
    const style = process.signals.length > 0 ? "bold" : "plain";
    return terminal`  ${mark} ${branch}${paint(style, fit(sayProcess(process), room))}${told}`;
  });
  const note = paint(
    "dim",
    `  ! a rule speaks of it; ${plural(processes.length, "process", "processes")}`,
  );
  return [paint("bold", "PROCESSES"), ...lines, note];
}

function renderArtefacts({ incident, width, paint }: IncidentPage): Lines {
  const { artefacts } = incident;
  if (artefacts.length === 0) return [];
  const lines = artefacts.map(({ type, value }) => {
    return terminal`  ${padEnd(type, 10)}${fit(value, width - 12)}`;
  });
  return [paint("bold", "ARTEFACTS"), ...lines];
}

const reachShownMax = 12;

function sayReach({ reach }: Incident): readonly string[] {
  const lines = reach.slice(0, reachShownMax).map(({ to, port, protocol, connectionCount }) => {
    return `${to.name} ${port}/${protocol}, ${plural(connectionCount, "connection")}`;
  });
  const left = reach.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}
