/**
 * Holds what people are to be told of incidents: what happened, and who has one in hand.
 * In: incidents as people were told last, and as they are. Out: news; what people then know.
 * Must never take for told what happened meanwhile when only the word of a person was told.
 */
import {
  compareIncidents,
  type IncidentNews,
} from "../../core/judge/incident/compare-incidents.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";

export interface AcknowledgementNews {
  readonly kind: "acknowledge" | "update";
  readonly incident: Incident;
  /** In words. */
  readonly news: readonly string[];
}

/** **Order**: as shown; what happened is told before what was said. */
export interface PeopleNews {
  readonly happened: readonly IncidentNews[];
  readonly said: readonly AcknowledgementNews[];
}

/** Silent where an incident only goes on, and where the word of a person was told. */
export function newsForPeople(told: readonly Incident[], shown: readonly Incident[]): PeopleNews {
  const before = new Map(told.map((incident) => [incident.id, incident.acknowledgement]));
  return {
    happened: compareIncidents(told, shown),
    said: shown.flatMap((incident) => acknowledgementNews(before.get(incident.id), incident)),
  };
}

/** `before` as people know it; undefined: that nobody has it in hand. */
export function acknowledgementNews(
  before: Incident["acknowledgement"],
  incident: Incident,
): readonly AcknowledgementNews[] {
  const { acknowledgement: now, state } = incident;
  if (state === "closed" || now?.timeUs === before?.timeUs) return [];
  if (now === undefined)
    return [{ kind: "update", incident, news: ["Nobody has it in hand any more."] }];
  return [{ kind: "acknowledge", incident, news: [`${now.by} has it in hand: ${now.text}`] }];
}

/** Where nothing happened that is news, what was told before stays: small steps add up. */
export function toldNow(
  told: readonly Incident[],
  shown: readonly Incident[],
  { happened }: PeopleNews,
): readonly Incident[] {
  const before = new Map(told.map((incident) => [incident.id, incident]));
  const fresh = new Map(happened.map(({ incident }) => [incident.id, incident]));
  return shown.flatMap((incident) => {
    const one = fresh.get(incident.id) ?? before.get(incident.id);
    return one === undefined ? [] : [knowAcknowledgement(one, incident)];
  });
}

function knowAcknowledgement(told: Incident, { acknowledgement }: Incident): Incident {
  const { acknowledgement: _before, ...rest } = told;
  return acknowledgement === undefined ? rest : { ...rest, acknowledgement };
}
