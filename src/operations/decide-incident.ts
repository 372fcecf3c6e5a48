/**
 * Holds the operation `decide-incident`: a person closes an incident, takes it in hand, or takes
 * that back.
 * In: the state of a daemon, the id of an incident, what is decided. Out: the note that is kept.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import type { Incident } from "../core/judge/incident/incident.ts";
import { incidentDecisions } from "./detect/incident-decisions.ts";
import { type KeptDecision, keepDecision } from "./detect/keep-decision.ts";
import { observeIncidents } from "./detect/observe-incidents.ts";
import { findOne } from "./incidents.ts";
import { stateField, stateOf } from "./live/state-field.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  id: z.string().min(1).max(200).describe("Id of the incident, or its start"),
  decision: z
    .enum(incidentDecisions)
    .describe(
      "closed: until rules match in it again; acknowledged: somebody has it in hand; " +
        "reopened: takes back what was said",
    ),
  state: stateField,
  reason: z
    .string()
    .min(1)
    .max(4000)
    .optional()
    .describe("Why; needed to close, told to all who were told of the incident"),
  by: z.string().min(1).max(200).optional().describe("Who says so"),
});

export interface DecideIncidentOutput {
  /** As it was before. */
  readonly incident: Pick<Incident, "id" | "state" | "severity" | "headline">;
  readonly decision: KeptDecision["decision"];
  readonly by: string;
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly time: string | null;
  /** Id of the note that is kept, and of the one that it takes back; "" none. */
  readonly noteId: string;
  readonly revokes: string;
  /** True when a daemon runs: it takes it in by itself, within seconds. */
  readonly isQueued: boolean;
}

export const decideIncident: Operation<z.infer<typeof input>, DecideIncidentOutput> = {
  name: "decide-incident",
  summary: "close an incident, take it in hand, or take that back",
  description:
    "Keeps a person's word on an incident in the state of a daemon, running or not: closed, with " +
    "a reason, until rules match in it again; acknowledged, somebody has it in hand; reopened, " +
    "which takes back what was said. Routes that were told of the incident are told of it once.",
  effect: "write",
  input,
  run: async ({ id, decision, state: given, reason, by }, context) => {
    const state = stateOf(given, context);
    const { incidents } = await observeIncidents({ sources: { state }, rules: [] }, context);
    const found = findOne(incidents, id);
    const kept = await keepDecision(found, { decision, reason, by }, { state, context });
    const { note, revokes, isQueued } = kept;
    const { severity, headline, state: before } = found;
    return {
      ...{ incident: { id: found.id, state: before, severity, headline }, decision },
      ...{ by: note.by, reason: note.text, time: formatTime(note.timeUs) },
      ...{ noteId: note.id, revokes, isQueued },
    };
  },
};
