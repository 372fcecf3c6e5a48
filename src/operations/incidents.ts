/**
 * Holds the operations `incidents` and `incident`: which intrusions there were, and all about one.
 * In: events of a recording, or the state of a daemon; the id of one. Out: incidents.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import type { Problem } from "../core/event/problem.ts";
import type { Incident } from "../core/judge/incident/incident.ts";
import { levels } from "../core/observe/detect/rule.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { profilesField } from "./detect/load-profiles.ts";
import { type ObservedIncidents, observeIncidents } from "./detect/observe-incidents.ts";
import { rulesField } from "./detect/past-fields.ts";
import type { Operation } from "./operation.ts";
import { sourceFields } from "./sources.ts";

const listInput = z.strictObject({
  minSeverity: z
    .enum(levels)
    .optional()
    .describe("Only incidents of this severity or graver; all when left out"),
  ...sourceFields,
  ...rulesField,
  ...profilesField,
});

export interface IncidentsOutput {
  /** **Order**: gravest first. */
  readonly incidents: readonly Incident[];
  /** Incidents less grave than asked for. */
  readonly leftOutCount: number;
  readonly signalCount: number;
  /** Rules that could match, and those that could not for want of a policy or field. */
  readonly ruleCounts: { readonly run: number; readonly waiting: number; readonly never: number };
  /** ISO 8601 UTC; null unknown. */
  readonly from: string | null;
  readonly to: string | null;
  readonly eventCount: number;
  /** At the index that citations carry. */
  readonly inputNames: readonly string[];
  readonly problems: readonly Problem[];
}

export const incidents: Operation<z.infer<typeof listInput>, IncidentsOutput> = {
  name: "incidents",
  summary: "list intrusions: what happened, where, how sure",
  description:
    "Runs detection over a recording, or reads what a daemon detected, and joins signals into " +
    "the few incidents that a person should read, gravest first.",
  effect: "read",
  input: listInput,
  run: async ({ minSeverity = "informational", rules = [], profiles, ...sources }, context) => {
    const observed = await observeIncidents({ sources, rules, profiles }, context);
    const least = levels.indexOf(minSeverity);
    const kept = observed.incidents.filter((one) => levels.indexOf(one.severity) >= least);
    return {
      ...describe(observed),
      incidents: kept,
      leftOutCount: observed.incidents.length - kept.length,
    };
  },
};

const oneInput = z.strictObject({
  id: z.string().min(1).max(200).describe("Id of the incident, or its start"),
  ...sourceFields,
  ...rulesField,
  ...profilesField,
});

export interface IncidentOutput extends Omit<IncidentsOutput, "incidents" | "leftOutCount"> {
  readonly incident: Incident;
}

export const incident: Operation<z.infer<typeof oneInput>, IncidentOutput> = {
  name: "incident",
  summary: "tell one incident: story, timeline, evidence, what to do",
  description:
    "Tells one incident: how it began, what was run, downloaded, contacted, read and changed, " +
    "which techniques that is, which vulnerability in use may explain it, what to do now, who " +
    "has it in hand.",
  effect: "read",
  input: oneInput,
  run: async ({ id, rules = [], profiles, ...sources }, context) => {
    const observed = await observeIncidents({ sources, rules, profiles }, context);
    return { ...describe(observed), incident: findOne(observed.incidents, id) };
  },
};

/** **Errors**: throws `not-found`, also where several ids begin so. */
export function findOne(all: readonly Incident[], id: string): Incident {
  const found = all.filter((one) => one.id.startsWith(id));
  const [only, second] = found;
  if (only !== undefined && (second === undefined || only.id === id)) return only;
  const quoted = JSON.stringify(id);
  const listed = (found.length > 0 ? found : all).slice(0, 20).map((one) => one.id.slice(0, 12));
  const what =
    found.length > 1 ? `Several incidents begin with ${quoted}` : `No incident ${quoted}`;
  const hint = listed.length === 0 ? "there are none" : `there are: ${listed.join(", ")}`;
  throw new WaggleError("not-found", `${what}; ${hint}.`);
}

function describe({ judged, detected, listings }: ObservedIncidents) {
  const { window, inputs, inputNames, problems } = judged;
  // Who asks for intrusions alone does not miss what was never given.
  const hasInventory = inputs.some(({ role }) => role === "sbom");
  const count = (state: string) =>
    listings.filter(({ evaluable }) => evaluable.state === state).length;
  return {
    signalCount: detected.signals.length,
    ruleCounts: { run: count("yes"), waiting: count("with-policy"), never: count("never") },
    from: formatTime(window.fromUs),
    to: formatTime(window.toUs),
    eventCount: window.eventCount,
    inputNames,
    problems: problems
      .list()
      .filter(({ code }) => hasInventory || code !== "container-without-sbom"),
  };
}
