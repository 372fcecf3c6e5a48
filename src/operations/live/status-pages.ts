/**
 * Holds what a daemon says of itself: health, readiness, metrics, and one page for `waggle status`.
 * In: its parts. Out: pages. Must never wait for anything that may be stuck.
 */
import * as z from "zod";
import type { LiveObservation } from "../../engine/live-observation.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventSource } from "../../ports/event-source.ts";
import type { StatusPage } from "../../ports/status-server.ts";
import type { Store } from "../../ports/store.ts";
import type { DaemonHealth } from "./daemon-health.ts";
import { type DetectionParts, describeDetection, detectionMetrics } from "./describe-detection.ts";
import { forgottenKinds } from "./forgotten-log.ts";
import type { FactKeeper } from "./keep-facts.ts";
import { type Metric, renderMetrics } from "./metrics-text.ts";

export interface StatusParts {
  readonly health: DaemonHealth;
  readonly observation: LiveObservation;
  readonly keeper: FactKeeper;
  readonly store: Store;
  readonly archive: ArchiveWriter | undefined;
  readonly sources: () => readonly EventSource[];
  readonly clock: Clock;
  readonly startedUs: number;
  readonly detection: DetectionParts;
}

const partSchema = z.object({
  part: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  sinceUs: z.number(),
});

/** What `/status` answers and `waggle status` reads. */
export const statusSchema = z.object({
  startedUs: z.number(),
  nowUs: z.number(),
  eventCount: z.number(),
  latestEventUs: z.number(),
  openFactCount: z.number(),
  writtenFactCount: z.number(),
  storeBytes: z.number(),
  reportCount: z.number(),
  sources: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      detail: z.string(),
      eventCount: z.number(),
      latestEventUs: z.number(),
      waitingCount: z.number(),
      lostCount: z.number(),
      reconnectCount: z.number(),
    }),
  ),
  parts: z.array(partSchema),
  /** What was long over and is kept no more, since the start; an older daemon does not say. */
  forgotten: z.array(z.object({ kind: z.string(), count: z.number() })).default([]),
  /** Not closed; an older daemon does not say. */
  openIncidents: z.array(z.object({ severity: z.string(), count: z.number() })).default([]),
  /** Of what incidents are judged by, at bounds; an older daemon does not say. */
  leftOut: z.array(z.object({ reason: z.string(), count: z.number() })).default([]),
  routes: z
    .array(z.object({ name: z.string(), sent: z.number(), waiting: z.number(), dead: z.number() }))
    .default([]),
});

export type DaemonStatus = z.infer<typeof statusSchema>;

/** By path. **Cost**: of each page, linear in sources, parts and tables of the store. */
export function statusPages(parts: StatusParts): ReadonlyMap<string, () => Promise<StatusPage>> {
  return new Map([
    ["/healthz", async () => text(200, "ok")],
    ["/readyz", async () => readiness(parts)],
    ["/metrics", async () => metricsPage(parts)],
    ["/status", async () => statusPage(parts)],
  ]);
}

function text(status: number, body: string): StatusPage {
  return { status, contentType: "text/plain; charset=utf-8", body: `${body}\n` };
}

/** Ready: facts can be put away. A Tetragon that restarts is no reason to restart waggle. */
function readiness({ health }: StatusParts): StatusPage {
  const bad = health.all.filter(({ part, ok }) => !ok && part === "store");
  if (bad.length === 0) return text(200, "ready");
  return text(503, bad.map(({ part, detail }) => `${part}: ${detail}`).join("\n"));
}

async function statusPage(parts: StatusParts): Promise<StatusPage> {
  const body = JSON.stringify(await daemonStatus(parts));
  return { status: 200, contentType: "application/json", body };
}

async function daemonStatus(parts: StatusParts): Promise<DaemonStatus> {
  const { observation, keeper, store, health, clock, startedUs, sources } = parts;
  const { sizeBytes } = await store.size();
  return {
    startedUs,
    nowUs: clock.nowUs(),
    eventCount: observation.eventCount,
    latestEventUs: observation.timeUs,
    openFactCount: keeper.openCount,
    writtenFactCount: keeper.writtenCount,
    storeBytes: sizeBytes,
    reportCount: health.counted("reports"),
    sources: sources().map((source) => {
      const { state, detail, waitingCount, lostCount, reconnectCount } = source.status();
      const stream = observation.stream(source.name);
      return {
        ...{ name: source.name, state, detail, waitingCount, lostCount, reconnectCount },
        eventCount: stream.eventCount,
        latestEventUs: stream.timeUs,
      };
    }),
    parts: [...health.all],
    forgotten: countForgotten(health),
    ...describeDetection(parts.detection),
  };
}

function countForgotten(health: DaemonHealth): DaemonStatus["forgotten"] {
  const kinds = ["facts", ...forgottenKinds];
  return kinds.map((kind) => ({ kind, count: health.counted(`forgotten-${kind}`) }));
}

async function metricsPage(parts: StatusParts): Promise<StatusPage> {
  const contentType = "text/plain; version=0.0.4; charset=utf-8";
  const metrics = [
    ...(await storeMetrics(parts)),
    ...sourceMetrics(parts),
    ...lossMetrics(parts),
    ...dutyMetrics(parts),
    ...detectionMetrics(parts.detection),
  ];
  return { status: 200, contentType, body: renderMetrics(metrics) };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, kind: "counter", help, samples: [{ value }] };
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, kind: "gauge", help, samples: [{ value }] };
}

async function storeMetrics({ store, keeper, archive }: StatusParts): Promise<readonly Metric[]> {
  const { sizeBytes, rowCounts } = await store.size();
  return [
    gauge("store_bytes", "Size of the store on disk.", sizeBytes),
    {
      name: "store_rows",
      kind: "gauge",
      help: "Rows of the store by table.",
      samples: Object.entries(rowCounts).map(([table, value]) => ({ labels: { table }, value })),
    },
    gauge("open_facts", "Facts about what still runs.", keeper.openCount),
    counter("facts_written_total", "Facts written to the store.", keeper.writtenCount),
    counter("archive_lost_total", "Records the archive had to drop.", archive?.lostCount ?? 0),
  ];
}

function sourceMetrics({ sources, observation, clock }: StatusParts): readonly Metric[] {
  const all = sources().map((source) => {
    const stream = observation.stream(source.name);
    return { labels: { source: source.name }, status: source.status(), stream };
  });
  const of = (value: (one: (typeof all)[number]) => number): Metric["samples"] =>
    all.map((one) => ({ labels: one.labels, value: value(one) }));
  const lagOf = ({ stream }: (typeof all)[number]) =>
    stream.timeUs === 0 ? 0 : Math.max(0, (clock.nowUs() - stream.timeUs) / 1e6);
  return [
    {
      name: "events_total",
      kind: "counter",
      help: "Events that were read and count.",
      samples: of(({ stream }) => stream.eventCount),
    },
    {
      name: "source_connected",
      kind: "gauge",
      help: "1 when the source is connected.",
      samples: of(({ status }) => Number(status.state === "connected")),
    },
    {
      name: "source_event_age_seconds",
      kind: "gauge",
      help: "Age of the latest event by the clocks of both machines.",
      samples: of(lagOf),
    },
    {
      name: "source_waiting",
      kind: "gauge",
      help: "Messages or bytes that wait in memory.",
      samples: of(({ status }) => status.waitingCount),
    },
    {
      name: "source_lost_total",
      kind: "counter",
      help: "Messages dropped because the buffer was full.",
      samples: of(({ status }) => status.lostCount),
    },
    {
      name: "source_reconnects_total",
      kind: "counter",
      help: "Times the source had to be connected again.",
      samples: of(({ status }) => status.reconnectCount),
    },
  ];
}

function lossMetrics({ health }: StatusParts): readonly Metric[] {
  return [
    {
      name: "losses_total",
      kind: "counter",
      help: "Times in which events may be missing, by reason.",
      samples: health.losses.map(({ reason, times }) => ({ labels: { reason }, value: times })),
    },
    {
      name: "lost_events_total",
      kind: "counter",
      help: "Events that are known to be lost, by reason.",
      samples: health.losses.map(({ reason, eventCount }) => ({
        labels: { reason },
        value: eventCount,
      })),
    },
  ];
}

function dutyMetrics({ health }: StatusParts): readonly Metric[] {
  return [
    counter("reports_total", "Reports written.", health.counted("reports")),
    counter("report_failures_total", "Reports that failed.", health.counted("report-failures")),
    counter("commit_failures_total", "Commits that failed.", health.counted("commit-failures")),
    counter("delivery_failures_total", "Deliveries given up.", health.counted("lost-deliveries")),
    {
      name: "policies_lacking",
      kind: "gauge",
      help: "Policies of waggle that servers could not load: tried again later, or given up.",
      samples: [
        { labels: { state: "later" }, value: health.counted("policies-refused") },
        { labels: { state: "given-up" }, value: health.counted("policies-given-up") },
      ],
    },
    gauge("scan_queue", "Images that wait for a scan.", health.counted("scan-queue")),
    {
      name: "forgotten_total",
      kind: "counter",
      help: "What was long over and is kept no more, by kind.",
      samples: countForgotten(health).map(({ kind, count }) => ({
        labels: { kind },
        value: count,
      })),
    },
    {
      name: "part_ok",
      kind: "gauge",
      help: "1 when the part of the daemon works.",
      samples: health.all.map(({ part, ok }) => ({ labels: { part }, value: Number(ok) })),
    },
  ];
}
