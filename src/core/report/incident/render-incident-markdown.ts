/**
 * Holds one incident as Markdown, for a ticket or a chat.
 * In: an incident. Out: GitHub-flavoured Markdown; what matters first stands first.
 * Every untrusted text goes through `markdownText` or `markdownCode`: it can start no link,
 * mention, markup or HTML.
 */

import { clockOf } from "../../judge/incident/clock-of.ts";
import type { Incident, IncidentAction } from "../../judge/incident/incident.ts";
import { interpolatedLengthMax, markdownCode, markdownText } from "../safe-text.ts";
import { plural } from "../text-layout.ts";
import {
  phases,
  phaseTitles,
  sayCauses,
  sayPlace,
  sayProcess,
  sayScore,
  saySeverity,
  saySpan,
  sayState,
} from "./describe-incident.ts";
import { processTreeLines } from "./process-tree-lines.ts";

/** **Shape**: sections in the order of the text; ends in one newline. */
export function renderIncidentMarkdown(incident: Incident): string {
  const blocks = [
    `# ${incident.severity.toUpperCase()}: ${markdownText(incident.headline)}`,
    renderHead(incident),
    "## What happened",
    renderList(incident.story),
    ...renderActions(incident),
    "## Why we say so",
    renderList(listGrounds(incident)),
    ...renderTimeline(incident),
    ...renderTree(incident),
    ...renderArtefacts(incident),
    ...renderSection("May explain the entry", sayCauses(incident)),
    ...renderSection("Not seen", [...incident.gaps, ...incident.omitted]),
    ...renderSection(
      "Related incidents",
      incident.related.map(({ id, why }) => `${id}: ${why}`),
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function renderHead(incident: Incident): string {
  const { confidence, doubts, techniques, matrix, id } = incident;
  const sure = [confidence, ...doubts.slice(0, 1)].join("; but: ");
  const named = [...techniques, ...matrix].map((one) => markdownText(one)).join(", ");
  return [
    "| | |",
    "|---|---|",
    `| Where | ${markdownText(sayPlace(incident))} |`,
    `| When | ${markdownText(saySpan(incident))} |`,
    `| How sure | ${markdownText(sure)} |`,
    ...(named === "" ? [] : [`| Techniques | ${named} |`]),
    `| Incident | ${markdownCode(id)}, ${markdownText(sayState(incident))} |`,
  ].join("\n");
}

function renderList(items: readonly string[]): string {
  return items.map((item) => `- ${markdownText(item, 1200)}`).join("\n");
}

function renderSection(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`## ${title}`, renderList(items)];
}

function renderActions({ actions }: Incident): readonly string[] {
  const sections = phases.flatMap((phase) => {
    const own = actions.filter((one) => one.phase === phase);
    if (own.length === 0) return [];
    return [`### ${phaseTitles[phase]}`, own.map(renderAction).join("\n")];
  });
  return sections.length === 0 ? [] : ["## What to do", ...sections];
}

/** A command that would be cut is left out: half of it may do something else. */
function renderAction({ text, because, command }: IncidentAction): string {
  const isWhole = command !== "" && command.length <= interpolatedLengthMax;
  const shown = isWhole && !command.includes("|") ? `\n  ${markdownCode(command)}` : "";
  // A code span shows `|` as another sign, so that tables hold; commands with one stand in a block.
  const block = isWhole && command.includes("|") ? `\n\n      ${command}\n` : "";
  return `- [ ] ${markdownText(text)}: ${markdownText(because)}${shown}${block}`;
}

function listGrounds(incident: Incident): readonly string[] {
  const { doubts, firstAccess, authors, tactics } = incident;
  return [
    `Severity ${saySeverity(incident)}`,
    `Score ${sayScore(incident)}`,
    ...doubts.map((doubt) => `Doubt: ${doubt}`),
    `First access is ${firstAccess.confidence}: ${firstAccess.text}`,
    ...(tactics.length === 0 ? [] : [`Tactics: ${tactics.join(", ")}`]),
    ...(authors.length === 0 ? [] : [`Rules by ${authors.slice(0, 8).join(", ")}`]),
  ];
}

function renderTimeline({ timeline }: Incident): readonly string[] {
  if (timeline.length === 0) return [];
  const rows = timeline.map(({ timeUs, level, text, count, techniques }) => {
    const times = count > 1 ? ` (${count} times)` : "";
    const cells = [
      clockOf(timeUs),
      level ?? "",
      `${markdownText(text)}${times}`,
      techniques
        .slice(0, 4)
        .map((one) => markdownText(one))
        .join(" "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "## Timeline (UTC)",
    ["| Time | Rule | What | Techniques |", "|---|---|---|---|", ...rows].join("\n"),
  ];
}

const indent = "    ";

/** Lists in lists, as far as Markdown shows them well. */
function renderTree({ processes }: Incident): readonly string[] {
  if (processes.length === 0) return [];
  const lines = processTreeLines(processes).map(({ process, depth }) => {
    const mark = process.signals.length > 0 ? "**!** " : "";
    const told = process.isEntry ? " (began here)" : "";
    const text = markdownCode(sayProcess(process), 200);
    return `${indent.repeat(Math.min(depth, 10))}- ${mark}${text}${told}`;
  });
  const title = `## Processes (${plural(processes.length, "process", "processes")})`;
  return [title, lines.join("\n")];
}

function renderArtefacts({ artefacts }: Incident): readonly string[] {
  if (artefacts.length === 0) return [];
  const items = artefacts.map(({ type, value }) => `- ${type}: ${markdownCode(value, 300)}`);
  return ["## Artefacts", items.join("\n")];
}
