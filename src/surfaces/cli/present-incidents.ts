/**
 * Holds how the command line shows incidents, and one of them.
 * In: the output of the operations `incidents` and `incident`. Out: text, or JSON.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { nameTechnique } from "../../core/observe/detect/techniques.ts";
import { renderIncidentHtml } from "../../core/report/incident/render-incident-html.ts";
import {
  incidentDocument,
  plainDocument,
} from "../../core/report/incident/render-incident-json.ts";
import { renderIncidentMarkdown } from "../../core/report/incident/render-incident-markdown.ts";
import { renderIncidentOcsf } from "../../core/report/incident/render-incident-ocsf.ts";
import { renderIncidentText } from "../../core/report/incident/render-incident-text.ts";
import { renderIncidentsText } from "../../core/report/incident/render-incidents-text.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import type { IncidentOutput, IncidentsOutput } from "../../operations/incidents.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, Shown, View } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";

export const incidentsPresentation: Presentation<IncidentsOutput> = {
  positionals: [],
  metavars: { ...sourceMetavars, rules: "directory", minSeverity: "level" },
  examples: [
    { line: "waggle incidents --events events.jsonl", says: "What happened in a recording" },
    { line: "waggle incidents --state /var/lib/waggle", says: "What the daemon detected" },
  ],
  formats: ["text", "md", "json", "ocsf"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "text" ? renderList(output, view) : renderLists(output, view),
    notices: noticesOf(output),
    exitStatus: exitStatus.done,
  }),
};

function renderList(output: IncidentsOutput, view: View): TerminalText {
  const { incidents, leftOutCount } = output;
  const paint = createPaint(view.color);
  return joinTerminal([
    renderIncidentsText(incidents, view),
    terminal``,
    terminal`${paint("dim", tellWindow(output))}`,
    ...(leftOutCount > 0 ? [terminal`${plural(leftOutCount, "less grave one")} left out`] : []),
    ...(incidents.length > 0 ? [terminal`waggle incident ID …   for the whole story`] : []),
  ]);
}

function renderLists(output: IncidentsOutput, { format }: View): Shown["document"] {
  const { incidents, inputNames, problems, ...rest } = output;
  if (format === "md") return incidents.map(renderIncidentMarkdown).join("\n");
  if (format === "ocsf") return renderJson(incidents.flatMap(inOcsf));
  const document = incidentDocument(incidents, { ...plainDocument, inputNames });
  return renderJson({ ...document, seen: rest, problems });
}

function renderOne({ incident, inputNames }: IncidentOutput, view: View): Shown["document"] {
  if (view.format === "md") return renderIncidentMarkdown(incident);
  if (view.format === "html") return renderIncidentHtml(incident);
  if (view.format === "ocsf") return renderJson(inOcsf(incident));
  if (view.format === "text") return renderIncidentText(incident, view);
  return renderJson(incidentDocument([incident], { ...plainDocument, inputNames }));
}

function inOcsf(incident: Incident) {
  const techniqueName = (id: string) => nameTechnique(id).replace(/^\S+ ?/, "");
  return renderIncidentOcsf(incident, { productVersion: "", techniqueName });
}

function tellWindow({ signalCount, eventCount, from, to, ruleCounts }: IncidentsOutput): string {
  const short = (time: string) => time.slice(0, 19).replace("T", " ");
  const waiting = `${ruleCounts.waiting} more where a policy feeds them`;
  const rules = `${plural(ruleCounts.run, "rule")} ran, ${waiting}`;
  const isTimed = from !== null && to !== null;
  const span = isTimed ? ` from ${short(from)} to ${short(to)} UTC` : "";
  return `${plural(signalCount, "signal")} in ${formatCount(eventCount)} events${span}; ${rules}`;
}

export const incidentPresentation: Presentation<IncidentOutput> = {
  positionals: [{ key: "id", metavar: "id", required: true }],
  metavars: { ...sourceMetavars, rules: "directory" },
  examples: [
    { line: "waggle incident 5f2c91 --events events.jsonl", says: "The whole story" },
    {
      line: "waggle incident 5f2c91 --state /var/lib/waggle --format json",
      says: "For a ticket system",
    },
  ],
  formats: ["text", "md", "html", "json", "ocsf"],
  hasTop: false,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: renderOne(output, view),
    notices: noticesOf(output),
    exitStatus: exitStatus.done,
  }),
};

function noticesOf({ problems }: Pick<IncidentsOutput, "problems">): readonly TerminalText[] {
  return problems
    .filter(({ weight }) => weight !== "notice")
    .slice(0, 10)
    .map(({ message, count }) => terminal`${message}${count > 1 ? ` (${count} times)` : ""}`);
}
