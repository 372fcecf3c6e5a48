/**
 * Holds which processes an incident shows: those that rules speak of, and all above them.
 * In: a case. Out: at most 200 processes of a tree without holes, and what was left out.
 */
import { compareText } from "../../event/compare-text.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { IncidentProcess } from "./incident.ts";
import { type IncidentCase, tellLeft } from "./incident-case.ts";

const processCountMax = 200;
const ancestorCountMax = 64;

export interface ShownProcesses {
  /** **Order**: by start. */
  readonly processes: readonly IncidentProcess[];
  readonly omitted: readonly string[];
}

/** A process is kept with all that stand above it, or not at all. */
export function listProcesses(given: IncidentCase): ShownProcesses {
  const { processes, signals, sessions, marked, processOf } = given;
  const rules = Map.groupBy(signals, ({ process }) => process);
  const entries = new Set(sessions.map(({ entry }) => entry));
  const wanted = [...processes].sort(
    (a, b) => Number(marked.has(b.process)) - Number(marked.has(a.process)),
  );
  const kept = new Map<string, ProcessFact>();
  for (const process of wanted) {
    const line = lineage(process, processOf).filter((one) => !kept.has(one.process));
    if (kept.size + line.length > processCountMax) continue;
    for (const one of line) kept.set(one.process, one);
  }
  const shown = [...kept.values()]
    .sort((a, b) => a.startUs - b.startUs || compareText(a.process, b.process))
    .map((process) => ({
      ...process,
      signals: [...new Set((rules.get(process.process) ?? []).map(({ rule }) => rule))],
      isEntry: entries.has(process.process),
    }));
  const left = processes.filter(({ process }) => !kept.has(process)).length;
  const count = processes.length;
  return { processes: shown, omitted: tellLeft(count, count - left, "processes") };
}

function lineage(
  process: ProcessFact,
  processOf: IncidentCase["processOf"],
): readonly ProcessFact[] {
  const found: ProcessFact[] = [process];
  let next = processOf(process.parent);
  while (next !== undefined && found.length < ancestorCountMax && !found.includes(next)) {
    found.push(next);
    next = processOf(next.parent);
  }
  return found;
}
