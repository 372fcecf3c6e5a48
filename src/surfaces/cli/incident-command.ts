/**
 * Holds the command `incident`: it tells of one, and with `--close`, `--acknowledge` or `--reopen`
 * decides it, as the command `decide-incident` does.
 * In: two operations, for one only reads and the other writes. Out: one command.
 */
import * as z from "zod";
import { decideIncident } from "../../operations/decide-incident.ts";
import type { IncidentDecision } from "../../operations/detect/incident-decisions.ts";
import { incident } from "../../operations/incidents.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { decideIncidentPresentation } from "./present-decide-incident.ts";
import { incidentPresentation } from "./present-incidents.ts";
import { bind, type Command } from "./presentation.ts";

const flags: Readonly<Record<string, IncidentDecision>> = {
  close: "closed",
  acknowledge: "acknowledged",
  reopen: "reopened",
};

const decisionFields = {
  close: z.boolean().optional().describe("Close it, with --reason: until rules match in it again"),
  acknowledge: z.boolean().optional().describe("Say that somebody has it in hand"),
  reopen: z.boolean().optional().describe("Take back what was said so"),
  reason: z.string().optional().describe("Why; told to all who were told of the incident"),
  by: z.string().optional().describe("Who says so"),
};

const asking = bind(incident, incidentPresentation);
const deciding = bind(decideIncident, decideIncidentPresentation);

export const incidentCommand: Command = {
  operation: {
    ...incident,
    effect: decideIncident.effect,
    input: incident.input.extend(decisionFields),
  },
  presentation: {
    ...incidentPresentation,
    metavars: { ...incidentPresentation.metavars, ...decideIncidentPresentation.metavars },
    examples: [
      ...incidentPresentation.examples,
      {
        line: 'waggle incident 5f2c91 --state /var/lib/waggle --close --reason "a drill"',
        says: "A person closes it",
      },
    ],
  },
  run: async (raw, context) => {
    const decisions = Object.entries(flags).filter(([flag]) => raw[flag] === true);
    const rest = Object.entries(raw).filter(([key]) => !Object.hasOwn(flags, key));
    const asked = Object.fromEntries(rest);
    const [one, ...others] = decisions;
    if (others.length > 0) throw usage("give one of --close, --acknowledge and --reopen");
    if (one !== undefined) return deciding.run({ ...asked, decision: one[1] }, context);
    const word = ["reason", "by"].find((key) => asked[key] !== undefined);
    if (word === undefined) return asking.run(asked, context);
    throw usage(`--${word} goes with --close, --acknowledge or --reopen`);
  },
};

function usage(message: string): WaggleError {
  return new WaggleError("usage", `incident: ${message}.`);
}
