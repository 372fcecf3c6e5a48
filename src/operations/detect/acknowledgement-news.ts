/**
 * Holds what is news of who has an incident in hand.
 * In: incidents as people were told last, and as they are. Out: news; what people then know.
 * Must never take what happened meanwhile for told: only the word of a person is.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";

export interface AcknowledgementNews {
  readonly kind: "acknowledge" | "update";
  readonly incident: Incident;
  /** In words. */
  readonly news: readonly string[];
}

/** **Order**: as `shown`. */
export function acknowledgementNews(
  told: readonly Incident[],
  shown: readonly Incident[],
): readonly AcknowledgementNews[] {
  const before = new Map(told.map((incident) => [incident.id, incident.acknowledgement]));
  return shown.flatMap((incident) => newsOf(before.get(incident.id), incident));
}

function newsOf(
  before: Incident["acknowledgement"],
  incident: Incident,
): readonly AcknowledgementNews[] {
  const { acknowledgement: now, state } = incident;
  if (state === "closed" || now?.timeUs === before?.timeUs) return [];
  const news = [sayInHand(now)];
  return [{ kind: now === undefined ? "update" : "acknowledge", incident, news }];
}

function sayInHand(now: Incident["acknowledgement"]): string {
  return now === undefined
    ? "Nobody has it in hand any more."
    : `${now.by} has it in hand: ${now.text}`;
}

/** `told` as people know it once they were told who has it in hand. */
export function knowAcknowledgement(told: Incident, { acknowledgement }: Incident): Incident {
  const { acknowledgement: _before, ...rest } = told;
  return acknowledgement === undefined ? rest : { ...rest, acknowledgement };
}
