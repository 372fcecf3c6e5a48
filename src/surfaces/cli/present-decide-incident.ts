/**
 * Holds how the command line shows what a person decided of an incident.
 * In: the output of the operation `decide-incident`. Out: text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, type TerminalText, terminal } from "../../core/report/safe-text.ts";
import type { DecideIncidentOutput } from "../../operations/decide-incident.ts";
import type { IncidentDecision } from "../../operations/detect/incident-decisions.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

const sentences: Readonly<Record<IncidentDecision, string>> = {
  closed: "closed it",
  acknowledged: "has it in hand",
  reopened: "took back what was said",
};

export const decideIncidentPresentation: Presentation<DecideIncidentOutput> = {
  positionals: [
    { key: "id", metavar: "id", required: true },
    { key: "decision", metavar: "decision", required: true },
  ],
  metavars: { state: "directory", reason: "text", by: "name" },
  examples: [
    {
      line: "waggle decide-incident 5f2c91 acknowledged --by ann --state /var/lib/waggle",
      says: "Somebody has it in hand",
    },
    {
      line:
        'waggle decide-incident 5f2c91 closed --by ann --reason "a drill" ' +
        "--state /var/lib/waggle",
      says: "It is over",
    },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: true,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderDecision(output),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

function renderDecision(output: DecideIncidentOutput): TerminalText {
  const { incident, decision, by, reason, noteId, isQueued } = output;
  return joinTerminal([
    terminal`${incident.id} (${incident.severity}): ${incident.headline}`,
    terminal`${by} ${sentences[decision]}: ${reason} (${noteId})`,
    ...(isQueued
      ? [terminal`A daemon holds the state directory: it takes this in by itself.`]
      : []),
  ]);
}
