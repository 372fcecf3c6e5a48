/**
 * Holds how the command line shows incidents, and one of them.
 * In: the output of the operations `incidents` and `incident`. Out: text, or JSON.
 */
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
import type { Presentation, View } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";

export const incidentsPresentation: Presentation<IncidentsOutput> = {
  positionals: [],
  metavars: { ...sourceMetavars, rules: "directory", minSeverity: "level" },
  examples: [
    { line: "waggle incidents --events events.jsonl", says: "What happened in a recording" },
    { line: "waggle incidents --state /var/lib/waggle", says: "What the daemon detected" },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderList(output, view),
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

function tellWindow({ signalCount, eventCount, from, to, ruleCounts }: IncidentsOutput): string {
  const short = (time: string | null) => (time ?? "unknown").slice(0, 19).replace("T", " ");
  const rules = `${plural(ruleCounts.run, "rule")} ran, ${ruleCounts.waiting} more where a policy feeds them`;
  const span = `${formatCount(eventCount)} events from ${short(from)} to ${short(to)} UTC`;
  return `${plural(signalCount, "signal")} in ${span}; ${rules}`;
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
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document:
      view.format === "json" ? renderJson(output) : renderIncidentText(output.incident, view),
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
