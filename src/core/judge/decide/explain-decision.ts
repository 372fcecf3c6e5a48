/**
 * Holds the sentences that say why a finding was decided as it was, and what would change it.
 * In: a decision and the facts behind it. Out: short sentences without a full stop.
 * Must never suppose two changes at once, and never say "would" of what the rules do not give.
 */
import { decideByInputs } from "./decide-finding.ts";
import {
  type Decision,
  type DecisionInput,
  type DecisionModifier,
  type DecisionName,
  decisionNames,
} from "./decision.ts";
import { deadlineDays } from "./decision-table.ts";
import type { DecisionFacts } from "./modifiers.ts";

const words: Readonly<Record<DecisionName, string>> = {
  "act-now": "act now",
  soon: "act soon",
  scheduled: "schedule it",
  "next-upgrade": "take it with the next upgrade",
};

/** **Order**: the decision with its answers, what was assumed, then what moved it or could not. */
export function explainDecision(decision: Decision): readonly string[] {
  const { name, forensics, inputs, modifiers } = decision;
  const days = deadlineDays[name];
  const until = days === null ? "" : ` within ${days} days`;
  const look = forensics ? ", and look whether it was exploited already" : "";
  const answers = inputs.map((one) => answerOf(one)).join(", ");
  const assumed = inputs.filter((one) => one.assumed);
  const guesses = assumed.map(({ name: input, basis }) => `${input}: ${basis}`).join("; ");
  return [
    `${words[name]}${until}${look}: ${answers}`,
    ...(assumed.length === 0 ? [] : [`rests on what is assumed (${guesses})`]),
    ...modifiers
      .filter(({ name: modifier, effect }) => effect !== "none" || modifier === "incident")
      .map(({ effect, because }) => (isMove(effect) ? `${effect} it: ${because}` : because)),
  ];
}

function isMove(effect: DecisionModifier["effect"]): boolean {
  return effect === "raises" || effect === "lowers";
}

function answerOf({ name, value, assumed }: DecisionInput): string {
  const mark = assumed ? " (assumed)" : "";
  const no = value === "no" ? "not " : "";
  if (name === "kev")
    return value === "yes" ? "known to be exploited" : "not known to be exploited";
  if (name === "impact") return `${value} impact${mark}`;
  return `${no}${name === "exposed" ? "exposed to the internet" : name}${mark}`;
}

const supposed: Readonly<Record<DecisionInput["name"], Readonly<Record<string, string>>>> = {
  kev: { yes: "were it known to be exploited" },
  exposed: {
    yes: "were the workload exposed to the internet",
    no: "were the workload shown not to be exposed to the internet",
  },
  automatable: {
    yes: "could an attack be automated",
    no: "were it shown that no attack can be automated",
  },
  impact: { total: "were its impact total", partial: "were its impact shown to be partial" },
};

/** **Order**: what raises, then what lowers; each begins with that word. One change at a time. */
export function explainDecisionChanges(
  decision: Decision,
  facts: DecisionFacts,
): readonly string[] {
  const place = decisionNames.indexOf(decision.name);
  const changes: { readonly to: number; readonly text: string }[] = [];
  const suppose = (changed: Decision, text: string) => {
    const to = decisionNames.indexOf(changed.name);
    if (to !== place) changes.push({ to, text: `${changed.name}, ${text}` });
  };
  for (const input of decision.inputs) {
    for (const [value, text] of Object.entries(supposed[input.name])) {
      if (value === input.value) continue;
      const other = { ...input, value, assumed: false };
      const inputs = decision.inputs.map((one) => (one === input ? other : one));
      suppose(decideByInputs(inputs, facts), text);
    }
  }
  const withUse = { ...facts, usage: { ...facts.usage, state: "in-use" as const } };
  if (facts.usage.state === "not-observed") {
    suppose(decideByInputs(decision.inputs, withUse), "were the package seen in use");
  }
  const rising = (to: number) => Number(to > place);
  if (facts.incident !== undefined) {
    const { incident: _, ...without } = facts;
    suppose(decideByInputs(decision.inputs, without), "once no incident is open");
  }
  return changes
    .sort((a, b) => rising(a.to) - rising(b.to))
    .map(({ to, text }) => `${to < place ? "raise" : "lower"}: to ${text}`);
}
