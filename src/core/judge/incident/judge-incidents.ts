/**
 * Holds the judgement of incidents: signals that belong together, as few stories to read.
 * In: facts of detection, and what is known of their places. Out: incidents.
 * Must give the same incidents for the same facts in any order; reads no clock.
 */
import { compareText } from "../../event/compare-text.ts";
import { isHostKey } from "../../observe/container-key.ts";
import { buildIncident } from "./build-incident.ts";
import { gatherFloods } from "./gather-floods.ts";
import type { Incident } from "./incident.ts";
import { buildCase, type CaseParts } from "./incident-case.ts";
import type { IncidentInput } from "./incident-input.ts";
import { joinSessions } from "./join-sessions.ts";
import { relateIncidents } from "./relate-incidents.ts";
import { gatherSessions, type Session } from "./session.ts";
import { levelRank, makesIncident } from "./weigh-signals.ts";

/** Gravest are kept; what is beyond is no longer a list that a person reads. */
export const incidentCountMax = 1000;

/** **Order**: by severity, then score, then time. **Cost**: near linear in facts. */
export function judgeIncidents(input: IncidentInput): readonly Incident[] {
  const book = gatherSessions(input);
  const sessions = book.sessions.filter(({ signals }) => makesIncident(signals));
  const owners = ownersOf(sessions);
  const groups = joinSessions({
    sessions,
    processes: book.processes,
    sessionOf: (process) => owners.get(process),
    listenersAt: input.listenersAt,
  });
  const containerOf = new Map(input.containers.map((fact) => [fact.container, fact]));
  const visitors = visitorsOf(book.sessions);
  const parts: CaseParts = { input, processes: book.processes, containerOf, visitors };
  const incidents = gatherFloods(groups)
    .map((group) => buildIncident(buildCase(group, parts)))
    .sort(compareIncidents)
    .slice(0, incidentCountMax);
  return relateIncidents(incidents);
}

function ownersOf(sessions: readonly Session[]): ReadonlyMap<string, Session> {
  const owners = new Map<string, Session>();
  for (const session of sessions) {
    for (const { process } of session.processes) owners.set(process, session);
    for (const { process } of session.signals) owners.set(process, session);
  }
  return owners;
}

/** They are no incident, but may tell how one began. */
function visitorsOf(sessions: readonly Session[]): CaseParts["visitors"] {
  const entered = sessions.filter(
    ({ entryKind, container, signals }) =>
      (entryKind === "operator" || entryKind === "login") &&
      !isHostKey(container) &&
      !makesIncident(signals),
  );
  return Map.groupBy(entered, ({ container }) => container);
}

function compareIncidents(a: Incident, b: Incident): number {
  return (
    levelRank(b.severity) - levelRank(a.severity) ||
    b.score - a.score ||
    b.lastSeenUs - a.lastSeenUs ||
    compareText(a.id, b.id)
  );
}
