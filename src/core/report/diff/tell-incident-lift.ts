/**
 * Holds how it is said that an incident moved a decision, or no longer does.
 * In: a decision of before and one of now. Out: a phrase; "" where no incident moved it.
 */
import type { Decision, DecisionModifier } from "../../judge/decide/decision.ts";

/** Only where the decision itself is another: a list of incidents that changes is no news. */
export function tellIncidentLift(before: Decision, after: Decision): string {
  if (before.name === after.name) return "";
  const was = liftOf(before);
  const is = liftOf(after);
  if (was?.because === is?.because) return "";
  if (is !== undefined) return `under attack: ${is.because}`;
  return `no open incident raises it any more (${was?.because ?? ""})`;
}

function liftOf({ modifiers }: Decision): DecisionModifier | undefined {
  return modifiers.find(({ name, effect }) => name === "incident" && effect === "raises");
}
