/**
 * Holds what waggle adds to the table: five modifiers, each of at most one step (but for what may
 * explain a grave incident), each with its limits.
 * In: what the table says and what is known of use, rights, reach, role and intrusions. Out: the
 * step and a sentence, also where a limit forbids the step.
 * Must never lower a known exploited finding, nor one that is exposed and automatable, and never
 * take unknown use for absence.
 */
import type { RoleName, WorkloadContext } from "../context/workload-context.ts";
import { isHostEquivalent } from "../ranking-rules.ts";
import type { Privilege, Usage } from "../verdict.ts";
import { type DecisionModifier, type DecisionName, decisionNames } from "./decision.ts";
import { type DecisionKey, findRow, nameRow } from "./decision-table.ts";
import type { IncidentWeight } from "./incident-weight.ts";

/** What the modifiers look at. */
export interface DecisionFacts {
  readonly usage: Pick<Usage, "state" | "coverage">;
  readonly privileges: readonly Privilege[];
  readonly context: WorkloadContext | undefined;
  /** The incident that weighs most for it; left out where none does. */
  readonly incident?: IncidentWeight;
  /** **Unit**: microseconds the workload was watched. */
  readonly observedUs: number;
  /** **Unit**: microseconds; a shorter watch lowers nothing. */
  readonly loweringWindowUs: number;
}

/** Where a decision stands while modifiers are applied. */
export interface Standing {
  readonly key: DecisionKey;
  /** Names of the inputs that nothing told. */
  readonly assumed: readonly string[];
  readonly name: DecisionName;
  readonly forensics: boolean;
}

export interface Modified {
  readonly standing: Standing;
  readonly modifier: DecisionModifier;
}

export interface ModifierRule {
  readonly name: DecisionModifier["name"];
  readonly when: string;
  readonly effect: string;
  readonly limit: string;
  /** undefined where it has nothing to say. */
  readonly apply: (standing: Standing, facts: DecisionFacts) => Modified | undefined;
}

/** Roles whose control gives more than themselves. */
const rolesOfControl: readonly RoleName[] = ["identity", "secrets", "control-plane"];
/** Roles that hold what others depend on. */
const rolesOfTrust: readonly RoleName[] = [...rolesOfControl, "database", "ci", "dns"];

/** **Order**: in which they are applied. What raises comes first, so that limits see the whole. */
export const modifierRules: readonly ModifierRule[] = [
  {
    name: "privilege",
    when: "The workload has the host's rights (ranking.md), and the package was not seen unused",
    effect: "Technical impact becomes total: the row of total impact decides",
    limit: "No more than that row says; nothing for a package that is not observed",
    apply: applyPrivilege,
  },
  {
    name: "reach",
    when:
      "The workload carries powerful credentials, or was seen to talk to a workload that handles " +
      "identities, secrets or the control plane",
    effect: "`scheduled` becomes `soon`",
    limit: "Never makes `act-now`; nothing for a package that is not observed",
    apply: applyReach,
  },
  {
    name: "role",
    when:
      `The workload is surely, or pinned as, one of: ${rolesOfTrust.join(", ")}; and the impact ` +
      "is total",
    effect: "`next-upgrade` becomes `scheduled`",
    limit: "Nothing more urgent than `scheduled`; nothing for a package that is not observed",
    apply: applyRole,
  },
  {
    name: "incident",
    when:
      "An incident of medium severity or graver is open in the workload; or the finding may " +
      "explain how an incident of high severity or graver began",
    effect:
      "One step sooner; what may explain one becomes `act-now`, with a look at whether it " +
      "was exploited",
    limit:
      "Never lowers, and ends with the incident; makes `act-now` only of what was seen in use; " +
      "what was not observed in use may be lowered again by `usage`",
    apply: applyIncident,
  },
  {
    name: "usage",
    when:
      "The package was not observed in use, under good coverage, for `lowering-window` (24h) at " +
      "least; or for any time that coverage calls good, where `act-now` rests on assumed inputs",
    effect: "One step later",
    limit:
      "Never what is known to be exploited, never what is exposed and automatable (but for an " +
      "`act-now` by assumption); unknown use changes nothing",
    apply: applyUsage,
  },
];

function isMoreUrgent(a: DecisionName, b: DecisionName): boolean {
  return decisionNames.indexOf(a) < decisionNames.indexOf(b);
}

function stay(
  standing: Standing,
  name: DecisionModifier["name"],
  because: string,
  effect: "none" | "limited" = "none",
): Modified {
  return { standing, modifier: { name, effect, because } };
}

const notSeenUsed = "but the package was not observed in use";

function applyPrivilege(standing: Standing, facts: DecisionFacts): Modified | undefined {
  const { key, name } = standing;
  if (!isHostEquivalent(facts) || key.impact === "total") return undefined;
  const has = "the workload has the host's rights";
  if (facts.usage.state === "not-observed")
    return stay(standing, "privilege", `${has}, ${notSeenUsed}`);
  const total = findRow({ ...key, impact: "total" });
  if (!isMoreUrgent(total.decision, name)) {
    return stay(standing, "privilege", `${has}: total impact would decide the same`);
  }
  const because = `${has}, so its impact is total: row ${nameRow(total)}`;
  return {
    standing: { ...standing, name: total.decision, forensics: total.forensics },
    modifier: { name: "privilege", effect: "raises", because },
  };
}

function applyReach(standing: Standing, { usage, context }: DecisionFacts): Modified | undefined {
  const what = describeReach(context);
  if (what === "") return undefined;
  if (usage.state === "not-observed") return stay(standing, "reach", `${what}, ${notSeenUsed}`);
  if (standing.name !== "scheduled") {
    return stay(standing, "reach", `${what}: raises from scheduled to soon only`);
  }
  return {
    standing: { ...standing, name: "soon" },
    modifier: { name: "reach", effect: "raises", because: what },
  };
}

/** Names are untrusted; in quotes. */
function describeReach(context: WorkloadContext | undefined): string {
  if (context === undefined) return "";
  const { credentials, workloads } = context.reach;
  const credential = credentials.find(({ powerful }) => powerful);
  if (credential !== undefined) {
    const { kind, name } = credential;
    return `the workload carries powerful credentials (${kind} ${JSON.stringify(name)})`;
  }
  const reached = workloads.find(
    ({ how, role }) => how === "observed" && role !== null && rolesOfControl.includes(role),
  );
  if (reached === undefined) return "";
  return `the workload talks to ${JSON.stringify(reached.workload.name)} (${reached.role})`;
}

function applyRole(standing: Standing, { usage, context }: DecisionFacts): Modified | undefined {
  const role = context?.roles.find(
    ({ role: one, confidence }) =>
      rolesOfTrust.includes(one) && (confidence === "pinned" || confidence === "high"),
  );
  if (role === undefined || standing.name !== "next-upgrade") return undefined;
  if (standing.key.impact !== "total") return undefined;
  const what = `the workload is a ${role.role} (${role.confidence})`;
  if (usage.state === "not-observed") return stay(standing, "role", `${what}, ${notSeenUsed}`);
  return {
    standing: { ...standing, name: "scheduled" },
    modifier: { name: "role", effect: "raises", because: what },
  };
}

function applyIncident(standing: Standing, facts: DecisionFacts): Modified | undefined {
  const { incident, usage } = facts;
  if (incident === undefined) return undefined;
  const { isCause, because } = incident;
  const sooner = stepSooner(standing.name);
  // Else all of an attacked workload would be due at once, and nothing of it first.
  const isTooMuch = sooner === "act-now" && usage.state !== "in-use";
  const name = isCause ? "act-now" : isTooMuch ? standing.name : sooner;
  const forensics = standing.forensics || isCause;
  const effect = name === standing.name ? "none" : "raises";
  return {
    standing: { ...standing, name, forensics },
    modifier: { name: "incident", effect, because },
  };
}

function stepSooner(name: DecisionName): DecisionName {
  return decisionNames[decisionNames.indexOf(name) - 1] ?? name;
}

function applyUsage(standing: Standing, facts: DecisionFacts): Modified {
  const { usage, observedUs, loweringWindowUs } = facts;
  const { key, assumed, name } = standing;
  if (usage.state === "in-use") return stay(standing, "usage", "in use: the decision stands");
  if (usage.state === "unknown" || usage.coverage !== "good") {
    return stay(standing, "usage", "use unproven: whether it is used could not be seen");
  }
  const unseen = "not observed in use";
  const limited = (why: string) => stay(standing, "usage", `${unseen}, but ${why}`, "limited");
  if (key.kev) return limited("what is known to be exploited is never lowered");
  const isReachable = key.exposed && key.automatable;
  const isGuess = name === "act-now" && assumed.length > 0;
  if (isGuess) {
    const guesses = assumed.join(", ");
    return lower(standing, `${unseen}, and to act now would rest on what is assumed (${guesses})`);
  }
  if (isReachable) return limited("what is exposed and automatable is never lowered");
  if (name === "next-upgrade") return stay(standing, "usage", `${unseen}; nothing is later`);
  if (observedUs < loweringWindowUs) {
    return limited("it was watched for less time than lowering asks for (lowering-window)");
  }
  return lower(standing, `${unseen} under good coverage`);
}

function lower(standing: Standing, because: string): Modified {
  const later = decisionNames[decisionNames.indexOf(standing.name) + 1] ?? standing.name;
  return {
    standing: { ...standing, name: later, forensics: false },
    modifier: { name: "usage", effect: "lowers", because },
  };
}
