/**
 * Holds what `/metrics` tells of notices.
 * In: counts by route. Out: metrics.
 */
import type { Metric } from "../live/metrics-text.ts";
import type { RouteCounts } from "./worker-parts.ts";

const rows: readonly (readonly [keyof RouteCounts, Omit<Metric, "samples">])[] = [
  ["sent", { name: "notices_sent_total", kind: "counter", help: "Notices that a receiver took." }],
  [
    "resent",
    {
      ...{ name: "notices_resent_total", kind: "counter" },
      help: "Open alerts that were sent again, so that their receiver does not take them for over.",
    },
  ],
  [
    "failed",
    { name: "notice_failures_total", kind: "counter", help: "Tries to send a notice that failed." },
  ],
  [
    "known",
    {
      ...{ name: "notices_known_total", kind: "counter" },
      help: "Notices left out because the route had been told, or does not take their kind.",
    },
  ],
  [
    "deadLettered",
    {
      ...{ name: "notices_dead_total", kind: "counter" },
      help: "Notices that became dead letters; `waggle notify resend` sends them again.",
    },
  ],
  [
    "lost",
    { name: "notices_lost_total", kind: "counter", help: "Notices that could not even be kept." },
  ],
  ["waiting", { name: "notices_waiting", kind: "gauge", help: "Notices that wait to be sent." }],
];

export function notifyMetrics(counts: ReadonlyMap<string, RouteCounts>): readonly Metric[] {
  return rows.map(([key, metric]) => ({
    ...metric,
    samples: [...counts].map(([route, one]) => ({ labels: { route }, value: one[key] })),
  }));
}
