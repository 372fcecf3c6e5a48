/**
 * Holds how a finding is decided: the row of its four answers, then the modifiers in order.
 * In: a vulnerability, exposure and what is known of use, rights and place. Out: a decision that
 * carries its row, its inputs with their basis, and every modifier that had something to say.
 * Must never give a decision that the table and the declared modifiers do not.
 */
import type { FindingExposure } from "../context/workload-context.ts";
import type { FindingVulnerability } from "../verdict.ts";
import type { Decision, DecisionInput, DecisionModifier } from "./decision.ts";
import { deadlineDays, findRow, nameRow } from "./decision-table.ts";
import { type DecisionFacts, modifierRules, type Standing } from "./modifiers.ts";
import { keyOf, readInputs } from "./read-inputs.ts";

export interface DecisionCase {
  readonly vulnerability: FindingVulnerability;
  readonly exposure: FindingExposure;
  readonly facts: DecisionFacts;
}

export function decideFinding({ vulnerability, exposure, facts }: DecisionCase): Decision {
  return decideByInputs(readInputs(vulnerability, exposure), facts);
}

/** The same for inputs that were read already, or that are only supposed. */
export function decideByInputs(inputs: readonly DecisionInput[], facts: DecisionFacts): Decision {
  const key = keyOf(inputs);
  const row = findRow(key);
  const assumed = inputs.filter((one) => one.assumed).map(({ name }) => name);
  const modifiers: DecisionModifier[] = [];
  let standing: Standing = { key, assumed, name: row.decision, forensics: row.forensics };
  for (const rule of modifierRules) {
    const modified = rule.apply(standing, facts);
    if (modified === undefined) continue;
    standing = modified.standing;
    modifiers.push(modified.modifier);
  }
  return {
    name: standing.name,
    deadlineDays: deadlineDays[standing.name],
    forensics: standing.forensics,
    row: nameRow(row),
    byTable: row.decision,
    inputs,
    modifiers,
  };
}
