/**
 * Holds which incident a case is: its id, and whether it is new, goes on, or is over.
 * In: a case, what was told before. Out: id and state.
 * Must keep the id of an incident that was told before, whatever joins it later.
 */
import { compareText } from "../../event/compare-text.ts";
import { fingerprint } from "../fingerprint.ts";
import type { Incident, IncidentState } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";

const dayUs = 24 * 3600 * 1_000_000;

export function identifyIncident(given: IncidentCase): Pick<Incident, "id" | "state"> {
  const previous = previousOf(given);
  return { id: previous?.id ?? idOf(given), state: stateOf(given, previous) };
}

/** By node, container and the root of the session that acted first: the same in every run. */
function idOf({ sessions }: IncidentCase): string {
  const [first] = sessions;
  return fingerprint(["incident", first?.node ?? "", first?.container ?? "", first?.entry ?? ""]);
}

/** The one told first of those that hold a session of this; later ones become part of it. */
function previousOf({ input, group }: IncidentCase): Incident | undefined {
  if (input.previous.length === 0) return undefined;
  const entries = new Set(group.sessions.map(({ entry }) => entry));
  return input.previous
    .filter((one) => one.entries.some((entry) => entries.has(entry)))
    .sort((a, b) => a.firstSeenUs - b.firstSeenUs || compareText(a.id, b.id))[0];
}

function stateOf(
  { input, lastSeenUs }: IncidentCase,
  previous: Incident | undefined,
): IncidentState {
  if (input.nowUs > 0 && lastSeenUs + dayUs < input.nowUs) return "closed";
  if (previous === undefined) return "open";
  if (previous.state === "closed") return lastSeenUs > previous.lastSeenUs ? "updated" : "closed";
  return lastSeenUs > previous.lastSeenUs ? "updated" : previous.state;
}
