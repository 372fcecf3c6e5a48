/**
 * Holds which facts tell what detection said.
 * In: facts. Out: those that incidents are judged by. Must never need what a report needs: a
 * daemon judges incidents without making reports.
 */
import type { IncidentInput } from "../../core/judge/incident/incident-input.ts";
import type { FactSet } from "../../core/observe/fact-set.ts";

export type DetectedFacts = Pick<IncidentInput, "signals" | "processes" | "steps">;

/** Of all containers. **Order**: by container. */
export function detectedFacts(facts: FactSet): DetectedFacts {
  const { detected } = facts;
  return {
    signals: detected.flatMap((container) => facts.signals(container)),
    processes: detected.flatMap((container) => facts.processes(container)),
    steps: detected.flatMap((container) => facts.steps(container)),
  };
}
