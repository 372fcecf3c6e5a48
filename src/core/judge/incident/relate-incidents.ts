/**
 * Holds which incidents have something in common without being one.
 * In: incidents. Out: the same, each with the ids of those it shares something with, and what.
 * Must never make one of two: a shared address or container alone is no cause.
 */
import { compareText } from "../../event/compare-text.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { Incident } from "./incident.ts";
import { quoteCommand } from "./quote-command.ts";

const relatedCountMax = 8;
/** What more incidents share says nothing: an address of everybody. */
const sharedByMax = 32;
const telling: ReadonlySet<string> = new Set(["ip", "domain", "url", "hash", "file"]);

/** **Cost**: linear in what incidents name. */
export function relateIncidents(incidents: readonly Incident[]): readonly Incident[] {
  const holders = new Map<string, string[]>();
  for (const incident of incidents) {
    for (const mark of marksOf(incident)) {
      holders.set(mark, [...(holders.get(mark) ?? []), incident.id]);
    }
  }
  return incidents.map((incident) => ({ ...incident, related: relatedOf(incident, holders) }));
}

function relatedOf(
  incident: Incident,
  holders: ReadonlyMap<string, readonly string[]>,
): Incident["related"] {
  const found = new Map<string, string>();
  for (const mark of marksOf(incident)) {
    const same = holders.get(mark) ?? [];
    if (same.length > sharedByMax) continue;
    for (const id of same) if (id !== incident.id && !found.has(id)) found.set(id, mark);
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .slice(0, relatedCountMax)
    .map(([id, mark]) => ({ id, why: mark }));
}

/** **Shape**: each is the reason as it is shown. */
function marksOf({ artefacts, containers }: Incident): readonly string[] {
  return [
    ...artefacts
      .filter(({ type }) => telling.has(type))
      .map(({ type, value }) => `both name the ${type} ${quoteCommand(value)}`),
    ...containers
      .filter((key) => !isHostKey(key))
      .map((key) => `both are of the container ${quoteCommand(key.slice(0, 12))}`),
  ];
}
