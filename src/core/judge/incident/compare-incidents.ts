/**
 * Holds what is news between two judgements: which incidents people should hear of, and why.
 * In: incidents of before and of now. Out: news.
 * Must stay silent when an incident only goes on: the same tactics, about the same score.
 */

import type { Incident } from "./incident.ts";
import { quoteCommand } from "./quote-command.ts";
import { levelRank } from "./weigh-signals.ts";

export interface IncidentNews {
  readonly kind: "open" | "update" | "resolve";
  readonly incident: Incident;
  /** In words; empty for `open`. */
  readonly news: readonly string[];
}

/** A score must grow by this part to be told again. */
const growthShare = 0.5;

/**
 * `before` is what people were last told of each incident, not merely the judgement before: else
 * many small steps would never be told. **Order**: as `now`, then those that are no more.
 */
export function compareIncidents(
  before: readonly Incident[],
  now: readonly Incident[],
): readonly IncidentNews[] {
  const known = new Map(before.map((incident) => [incident.id, incident]));
  const news = now.flatMap((incident) => compareOne(known.get(incident.id), incident));
  const left = new Set(now.map(({ id }) => id));
  const ended = before
    .filter(({ id, state }) => !left.has(id) && state !== "closed")
    .map((incident) => endOf(incident, now));
  return [...news, ...ended];
}

function compareOne(before: Incident | undefined, now: Incident): readonly IncidentNews[] {
  if (now.state === "closed") {
    const isTold = before !== undefined && before.state !== "closed";
    const news = ["Nothing happened for a day, or a person closed it."];
    return isTold ? [{ kind: "resolve", incident: now, news }] : [];
  }
  if (before === undefined) return [{ kind: "open", incident: now, news: [] }];
  const news = describeNews(before, now);
  return news.length === 0 ? [] : [{ kind: "update", incident: now, news }];
}

function describeNews(before: Incident, now: Incident): readonly string[] {
  const tactics = now.tactics.filter((tactic) => !before.tactics.includes(tactic));
  const isGraver = levelRank(now.severity) > levelRank(before.severity);
  const hasGrown = before.score > 0 && now.score >= before.score * (1 + growthShare);
  return [
    ...(before.state === "closed" ? ["It was closed, and goes on."] : []),
    ...(tactics.length > 0
      ? [`New tactics: ${tactics.map((name) => quoteCommand(name)).join(", ")}.`]
      : []),
    ...(isGraver ? [`Severity was ${before.severity}, is ${now.severity}.`] : []),
    ...(hasGrown && !isGraver ? [`Its score was ${before.score}, is ${now.score}.`] : []),
  ];
}

/** It became part of another one, or its facts were given up. */
function endOf(incident: Incident, now: readonly Incident[]): IncidentNews {
  const heir = now.find(({ entries }) => entries.some((one) => incident.entries.includes(one)));
  const news =
    heir === undefined
      ? ["Its facts are kept no longer."]
      : [`It is part of incident ${heir.id} now.`];
  return { kind: "resolve", incident: { ...incident, state: "closed" }, news };
}
