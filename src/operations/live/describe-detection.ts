/**
 * Holds what status pages tell of detection: rules, signals, incidents, who was told.
 * In: the parts that know it. Out: metrics; what `/status` answers. Must never wait for anything.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { levels, type RuleListing } from "../../core/observe/detect/rule.ts";
import { notifyMetrics } from "../notify/notify-metrics.ts";
import type { RouteCounts } from "../notify/worker-parts.ts";
import type { PlacesLeftOut } from "./early-places.ts";
import type { IncidentFacts } from "./incident-facts.ts";
import type { Metric } from "./metrics-text.ts";
import type { TellingFacts } from "./telling-facts.ts";

export interface DetectionParts {
  readonly listings: () => readonly RuleListing[];
  readonly known: Pick<IncidentFacts, "signalCounts" | "lossCounts" | "droppedCount"> & {
    readonly telling: Pick<TellingFacts, "fullCount" | "letGoCount">;
  };
  readonly placesLeftOut: () => PlacesLeftOut;
  readonly incidents: () => readonly Incident[];
  readonly routes: () => ReadonlyMap<string, RouteCounts>;
}

const gravestFirst = levels.toReversed();
const states = ["open", "updated", "closed"] as const;

/** **Order**: gravest first. */
export function describeDetection(parts: DetectionParts) {
  const { incidents, routes } = parts;
  const open = incidents().filter(({ state }) => state !== "closed");
  const bySeverity = Map.groupBy(open, ({ severity }) => severity);
  return {
    leftOut: leftOutOf(parts).filter(({ count }) => count > 0),
    openIncidents: gravestFirst.flatMap((severity) => {
      const count = bySeverity.get(severity)?.length ?? 0;
      return count === 0 ? [] : [{ severity, count }];
    }),
    routes: [...routes()].map(([name, { sent, waiting, deadLettered: dead }]) => {
      return { name, sent, waiting, dead };
    }),
  };
}

/** Of what incidents are judged by, at bounds; a container's own bound is met as a rule. */
function leftOutOf({ known, placesLeftOut }: DetectionParts) {
  const { workloads, replicas } = placesLeftOut();
  return [
    { reason: "incident-facts", count: known.droppedCount },
    { reason: "place-facts", count: known.telling.letGoCount },
    { reason: "place-facts-of-one", count: known.telling.fullCount },
    { reason: "place-workloads", count: workloads },
    { reason: "place-replicas", count: replicas },
  ];
}

/** **Cost**: linear in signals, losses and incidents that are kept. */
export function detectionMetrics(parts: DetectionParts): readonly Metric[] {
  const { listings, known, incidents, routes } = parts;
  const signals = known.signalCounts();
  const all = listings();
  const ruleStates = { run: "yes", waiting: "with-policy", never: "never" } as const;
  return [
    {
      ...{ name: "rules", kind: "gauge", help: "Detection rules: run, wait for a policy, never." },
      samples: Object.entries(ruleStates).map(([state, wanted]) => ({
        labels: { state },
        value: all.filter(({ evaluable }) => evaluable.state === wanted).length,
      })),
    },
    {
      ...{ name: "signals", kind: "gauge", help: "Signals that are kept, by level." },
      samples: levels.map((level) => ({ labels: { level }, value: signals.get(level) ?? 0 })),
    },
    {
      ...{ name: "incidents", kind: "gauge", help: "Incidents by severity and state." },
      samples: countIncidents(incidents()),
    },
    {
      ...{ name: "detection_lost", kind: "gauge", help: "What detection had to let go of." },
      samples: [
        ...[...known.lossCounts()].map(([reason, value]) => ({ labels: { reason }, value })),
        ...leftOutOf(parts).map(({ reason, count }) => ({ labels: { reason }, value: count })),
      ],
    },
    ...notifyMetrics(routes()),
  ];
}

function countIncidents(incidents: readonly Incident[]): Metric["samples"] {
  const groups = Map.groupBy(incidents, ({ severity, state }) => `${severity} ${state}`);
  return levels.flatMap((severity) =>
    states.map((state) => ({
      labels: { severity, state },
      value: groups.get(`${severity} ${state}`)?.length ?? 0,
    })),
  );
}
