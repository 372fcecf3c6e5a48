/**
 * Holds what the signals of an incident say together: how grave, of which kinds, by whose rules.
 * In: a case. Out: severity, score, techniques, the signals to show.
 */
import { compareText } from "../../event/compare-text.ts";
import { tacticOrder } from "./family-words.ts";
import type { Incident } from "./incident.ts";
import { type IncidentCase, tellLeft } from "./incident-case.ts";
import { addUpScore, scoreParts } from "./score-incident.ts";
import { compareSignals } from "./session.ts";
import { judgeSeverity, levelRank } from "./weigh-signals.ts";

const signalCountMax = 200;

type Sum = Pick<
  Incident,
  | "severity"
  | "score"
  | "scoreParts"
  | "families"
  | "techniques"
  | "tactics"
  | "matrix"
  | "authors"
  | "signals"
  | "omitted"
>;

export function sumUpSignals(given: IncidentCase): Sum {
  const { signals, contexts } = given;
  const parts = scoreParts(signals, contexts);
  const score = addUpScore(parts);
  const kept = strongest(given);
  return {
    severity: judgeSeverity(signals, score).level,
    score,
    scoreParts: parts,
    families: distinct(signals.map(({ family }) => family)),
    techniques: distinct(signals.flatMap(({ techniques }) => techniques)),
    tactics: tacticsOf(given),
    matrix: distinct(signals.flatMap(({ matrix }) => matrix)),
    authors: distinct(signals.map(({ author }) => author).filter((author) => author !== "")),
    signals: kept,
    omitted: tellLeft(signals.length, kept.length, "signals"),
  };
}

function distinct<Text extends string>(texts: readonly Text[]): readonly Text[] {
  return [...new Set(texts)].sort(compareText);
}

/** Of equal weight the earlier ones; shown in order of time. */
function strongest({ signals }: IncidentCase): Incident["signals"] {
  return [...signals]
    .sort((a, b) => levelRank(b.level) - levelRank(a.level) || compareSignals(a, b))
    .slice(0, signalCountMax)
    .sort(compareSignals);
}

function tacticsOf({ signals }: IncidentCase): readonly string[] {
  const rank = (tactic: string) => {
    const at = tacticOrder.indexOf(tactic);
    return at < 0 ? tacticOrder.length : at;
  };
  return [...distinct(signals.flatMap(({ tactics }) => tactics))].sort((a, b) => rank(a) - rank(b));
}
