/**
 * Holds what people say about incidents: that one is closed, and that it is not after all.
 * In: notes. Out: which incidents are closed, by whom and why; incidents with that laid over.
 * Must never keep one closed in which rules match again.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { fingerprint } from "../../core/judge/fingerprint.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import type { Note } from "../../ports/store.ts";

export interface IncidentClosing {
  readonly note: Note;
  readonly incident: string;
  /** Of the last signal that the person knew: a later one opens it again. */
  readonly untilUs: TimeUs;
}

const incidentKey = "incident:";
const untilKey = "closed-at:";

/** **Shape** of the id: the same words at the same time are the same note. */
export function closingNote(
  incident: Incident,
  { timeUs, by, text }: Pick<Note, "timeUs" | "by" | "text">,
): Note {
  const about = [`${incidentKey}${incident.id}`, `${untilKey}${lastSignalUs(incident)}`];
  const id = `n-${fingerprint([String(timeUs), by, text, ...about])}`;
  return { id, timeUs, by, text, about, decision: undefined, revokedUs: 0 };
}

/** One that withdraws what was said of an incident. */
export function openingNote(
  { id: incident }: Incident,
  { timeUs, by, text }: Pick<Note, "timeUs" | "by" | "text">,
): Note {
  const about = [`${incidentKey}${incident}`];
  const id = `n-${fingerprint([String(timeUs), by, text, ...about])}`;
  return { id, timeUs, by, text, about, decision: undefined, revokedUs: 0 };
}

/** Such words are neither notes on findings nor signatures. */
export function speaksOfIncident({ about }: Note): boolean {
  return about[0]?.startsWith(incidentKey) ?? false;
}

/** Those in force, by incident: the latest of each. */
export function closingsOf(notes: readonly Note[]): ReadonlyMap<string, IncidentClosing> {
  const closings = new Map<string, IncidentClosing>();
  for (const note of notes.toSorted((a, b) => a.timeUs - b.timeUs)) {
    const [first = "", second = ""] = note.about;
    const untilUs = Number(second.slice(untilKey.length));
    const isClosing = first.startsWith(incidentKey) && second.startsWith(untilKey);
    if (!isClosing || note.revokedUs > 0 || !Number.isSafeInteger(untilUs)) continue;
    const incident = first.slice(incidentKey.length);
    closings.set(incident, { note, incident, untilUs });
  }
  return closings;
}

/** **Order**: as given. */
export function closeByPeople(
  incidents: readonly Incident[],
  closings: ReadonlyMap<string, IncidentClosing>,
): readonly Incident[] {
  return incidents.map((incident) =>
    isClosed(incident, closings.get(incident.id)) ? { ...incident, state: "closed" } : incident,
  );
}

function isClosed(incident: Incident, closing: IncidentClosing | undefined): boolean {
  return closing !== undefined && lastSignalUs(incident) <= closing.untilUs;
}

/** Where it holds more than it shows, anything that happened counts. */
function lastSignalUs({ signals, lastSeenUs: lastUs, omitted }: Incident): TimeUs {
  if (omitted.length > 0) return lastUs;
  return signals.reduce((latest, { lastSeenUs }) => Math.max(latest, lastSeenUs), 0);
}
