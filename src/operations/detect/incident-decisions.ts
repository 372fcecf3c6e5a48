/**
 * Holds what people say about incidents: that one is closed, that somebody has it in hand, and
 * that it is not so after all.
 * In: notes. Out: what is in force, by whom and why; incidents with that laid over.
 * Must never keep one closed in which rules match again.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { fingerprint } from "../../core/judge/fingerprint.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import type { Note } from "../../ports/store.ts";

/** `reopened` takes back what was said. */
export const incidentDecisions = ["closed", "acknowledged", "reopened"] as const;
export type IncidentDecision = (typeof incidentDecisions)[number];

/** What is in force of one incident. */
export interface SaidOfIncident {
  readonly closing: Note | undefined;
  /** Of the last signal that the person knew who closed it: a later one opens it again. */
  readonly untilUs: TimeUs;
  readonly acknowledgement: Note | undefined;
}

type Words = Pick<Note, "timeUs" | "by" | "text">;

const incidentKey = "incident:";
const untilKey = "closed-at:";
const acknowledgedMark = "acknowledged";

/** **Shape** of the id: the same words at the same time are the same note. */
export function decisionNote(
  incident: Incident,
  decision: IncidentDecision,
  { timeUs, by, text }: Words,
): Note {
  const about = [`${incidentKey}${incident.id}`, ...marksOf(incident, decision)];
  const id = `n-${fingerprint([String(timeUs), by, text, ...about])}`;
  return { id, timeUs, by, text, about, decision: undefined, revokedUs: 0 };
}

function marksOf(incident: Incident, decision: IncidentDecision): readonly string[] {
  if (decision === "closed") return [`${untilKey}${lastSignalUs(incident)}`];
  return decision === "acknowledged" ? [acknowledgedMark] : [];
}

/** Such words are neither notes on findings nor signatures. */
export function speaksOfIncident(note: Note): boolean {
  return incidentOf(note) !== undefined;
}

/** The id of the incident that it speaks of; undefined when it speaks of something else. */
export function incidentOf({ about: [first = ""] }: Note): string | undefined {
  return first.startsWith(incidentKey) ? first.slice(incidentKey.length) : undefined;
}

/**
 * In force, by incident: the latest word of each kind. A closing ends what was said before it, and
 * an opening takes all of it back.
 */
export function decisionsOf(notes: readonly Note[]): ReadonlyMap<string, SaidOfIncident> {
  const said = new Map<string, SaidOfIncident>();
  for (const note of notes.toSorted((a, b) => a.timeUs - b.timeUs)) {
    const id = incidentOf(note);
    if (id === undefined || note.revokedUs > 0) continue;
    const [, mark = ""] = note.about;
    if (mark === "") said.delete(id);
    const untilUs = mark.startsWith(untilKey) ? Number(mark.slice(untilKey.length)) : Number.NaN;
    if (Number.isSafeInteger(untilUs)) {
      said.set(id, { closing: note, untilUs, acknowledgement: undefined });
    } else if (mark === acknowledgedMark) {
      const before = said.get(id) ?? { closing: undefined, untilUs: 0 };
      said.set(id, { ...before, acknowledgement: note });
    }
  }
  return said;
}

/** **Order**: as given. */
export function layOverDecisions(
  incidents: readonly Incident[],
  said: ReadonlyMap<string, SaidOfIncident>,
): readonly Incident[] {
  return incidents.map((incident) => layOver(incident, said.get(incident.id)));
}

function layOver(incident: Incident, said: SaidOfIncident | undefined): Incident {
  const isClosed = closingOf(incident, said) !== undefined;
  const closed = isClosed ? { ...incident, state: "closed" as const } : incident;
  const note = said?.acknowledgement;
  if (note === undefined) return closed;
  const { by, text, timeUs } = note;
  return { ...closed, acknowledgement: { by, text, timeUs } };
}

/** undefined also where rules matched again since. */
export function closingOf(incident: Incident, said: SaidOfIncident | undefined): Note | undefined {
  return said !== undefined && lastSignalUs(incident) <= said.untilUs ? said.closing : undefined;
}

/** Where it holds more than it shows, anything that happened counts. */
function lastSignalUs({ signals, lastSeenUs: lastUs, omitted }: Incident): TimeUs {
  if (omitted.length > 0) return lastUs;
  return signals.reduce((latest, { lastSeenUs }) => Math.max(latest, lastSeenUs), 0);
}
