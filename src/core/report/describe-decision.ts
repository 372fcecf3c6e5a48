/**
 * Holds what decided a finding, for people who want to check it: the row of the table, its answers
 * with what each rests on, and every modifier that had something to say.
 * In: a decision. Out: lines, untrusted. Must leave out none of what moved the decision.
 */
import type { Decision, DecisionInput, DecisionModifier } from "../judge/decide/decision.ts";
import { plural } from "./text-layout.ts";

/** `act now, within 3 days`. */
export function describeDeadline({ name, deadlineDays }: Decision): string {
  const within = deadlineDays === null ? "" : `, within ${plural(deadlineDays, "day")}`;
  return `${name.replaceAll("-", " ")}${within}`;
}

/** `act now, within 3 days; look whether it was exploited`. */
export function describeDue(decision: Decision): string {
  const look = decision.forensics ? "; look whether it was exploited" : "";
  return `${describeDeadline(decision)}${look}`;
}

const asked: Readonly<Record<DecisionInput["name"], string>> = {
  kev: "known exploited (kev)",
  exposed: "exposed to the internet",
  automatable: "automatable",
  impact: "impact",
};

/** **Order**: the row with what it alone says, its answers, then the modifiers as they applied. */
export function describeGrounds(decision: Decision): readonly string[] {
  const { row, byTable, inputs, modifiers } = decision;
  if (row === "") return [];
  return [
    `row ${row} of the table: ${byTable.replaceAll("-", " ")}`,
    ...inputs.map(describeInput),
    ...modifiers.map(describeModifier),
  ];
}

function describeInput({ name, value, basis, assumed }: DecisionInput): string {
  return `  ${asked[name]}: ${value}${assumed ? ", assumed" : ""} · ${basis}`;
}

const effects: Readonly<Record<DecisionModifier["effect"], string>> = {
  raises: "raises it by one step",
  lowers: "lowers it by one step",
  limited: "may not lower it",
  none: "changes nothing",
};

function describeModifier({ name, effect, because }: DecisionModifier): string {
  // What may explain an incident is to act on now, from however far.
  if (name === "incident" && effect === "raises") return `  incident raises it · ${because}`;
  return `  ${name} ${effects[effect]} · ${because}`;
}
