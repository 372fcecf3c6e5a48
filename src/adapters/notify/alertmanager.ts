/**
 * Holds telling Prometheus' Alertmanager by its API v2.
 * In: notices. Out: alerts. Labels are what an alert is known by: when they change (the severity
 * rises) the alert that was told is ended beside the new one. What is open is sent again and
 * again, as Prometheus does: Alertmanager may have lost it, and ends what is not.
 * **Source**: Alertmanager, `api/v2/openapi.yaml` (postableAlerts); Prometheus, data model (names).
 */
import { escapeJson, makeVisible } from "../../core/report/safe-text.ts";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { Notice, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createHttpTarget } from "./post-http.ts";
import { readSecret } from "./read-secret.ts";
import { tellAcknowledged, tellPlace, tellSome, tellTitle } from "./tell-incident.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * **Unit**: milliseconds after which Alertmanager ends an alert that nobody sent again. Long, for a
 * daemon that is down for an hour, or a workflow that ran once, must not end what is not over.
 */
const openMs = 26 * 3_600_000;
/** **Unit**: milliseconds until what is open is sent again; alerts of one request. */
const upkeep = { everyMs: 60_000, batchCount: 50 };

const lengths = { label: 200, annotation: 4000 };

export function createAlertmanager(target: NotifierTarget, options: NotifierOptions): Notifier {
  const http = createHttpTarget(target, options, { path: "/api/v2/alerts" });
  const write = (alerts: readonly object[]) => escapeJson(JSON.stringify(alerts));
  const post = async (alerts: readonly object[], signal: AbortSignal) => {
    const { tokenPlace } = target;
    const token = tokenPlace === undefined ? "" : await readSecret(tokenPlace, options.environment);
    const access =
      token === "" ? {} : { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
    await http.post({ body: write(alerts), ...access }, signal);
  };
  return {
    name: target.name,
    kind: "alertmanager",
    preview: (notice) => ({
      method: "POST",
      target: http.shown,
      body: write(buildAlerts(notice, options.nowMs())),
    }),
    send: async (notice, signal) => {
      await post(buildAlerts(notice, options.nowMs()), signal);
      return { thread: JSON.stringify(labelsOf(notice)) };
    },
    upkeep: {
      everyMs: upkeep.everyMs,
      send: async (notices, signal) => {
        let refused: DeliveryError | undefined;
        for (let at = 0; at < notices.length; at += upkeep.batchCount) {
          const some = notices.slice(at, at + upkeep.batchCount);
          const alerts = some.map((one) => buildAgain(one, options.nowMs()));
          try {
            await post(alerts, signal);
          } catch (error) {
            // Refused for good is this batch alone; a receiver that is down gets no more of them.
            if (!(error instanceof DeliveryError) || error.retryable) throw error;
            refused = error;
          }
        }
        if (refused !== undefined) throw refused;
      },
    },
  };
}

function buildAlerts(notice: Notice, nowMs: number): readonly object[] {
  const isOver = notice.kind === "resolve" || notice.kind === "test";
  const labels = labelsOf(notice);
  const before = readLabels(notice.thread);
  const alert = buildAlert(notice, { labels, nowMs, endMs: isOver ? nowMs : nowMs + openMs });
  if (before === undefined || isSame(before, labels)) return [alert];
  return [buildAlert(notice, { labels: before, nowMs, endMs: nowMs }), alert];
}

/** By the labels that it was told by: a severity that only waits to be told changes nothing. */
function buildAgain(notice: Notice, nowMs: number): object {
  const labels = readLabels(notice.thread) ?? labelsOf(notice);
  return buildAlert(notice, { labels, nowMs, endMs: nowMs + openMs });
}

function buildAlert(
  notice: Notice,
  {
    labels,
    nowMs,
    endMs,
  }: { readonly labels: Labels; readonly nowMs: number; readonly endMs: number },
): object {
  const startMs = Math.min(Math.floor(notice.incident.firstSeenUs / 1000), nowMs);
  return {
    labels,
    annotations: annotationsOf(notice),
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
  };
}

/** **Shape**: names as Prometheus allows; no value is empty, for an empty one is no label. */
function labelsOf(notice: Notice): Labels {
  const { incident, cluster, kind } = notice;
  const [workload] = incident.workloads;
  const all = {
    alertname: kind === "test" ? "WaggleTest" : "WaggleIncident",
    severity: kind === "test" ? "informational" : incident.severity,
    incident: incident.id,
    cluster,
    namespace: workload?.namespace ?? "",
    workload: workload?.name ?? "",
    node: workload === undefined ? incident.node : "",
  };
  const visible = Object.entries(all).map(([key, value]) => [
    key,
    makeVisible(value, lengths.label).trim(),
  ]);
  return Object.fromEntries(visible.filter(([, value]) => value !== ""));
}

function annotationsOf(notice: Notice): Labels {
  const { incident } = notice;
  const { acknowledgement } = incident;
  const lines = (texts: readonly string[], count: number) =>
    tellSome(texts, { count, length: 350 }).join("\n").slice(0, lengths.annotation).toWellFormed();
  return {
    summary: tellTitle(notice, 300),
    description: lines(incident.story, 10) || "No story.",
    place: tellPlace(notice),
    news: lines(notice.news, 10),
    techniques: lines(incident.techniques, 10),
    actions: lines(
      incident.actions.map(({ phase, text }) => `${phase}: ${text}`),
      10,
    ),
    confidence: incident.confidence,
    score: String(incident.score),
    // Nobody can take an alert up there, and silences are another thing: it is said in words.
    ...(acknowledgement === undefined
      ? {}
      : { acknowledged: tellAcknowledged(acknowledgement, lengths.annotation) }),
  };
}

function isSame(one: Labels, other: Labels): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => one[key] === other[key]);
}

/** As told before; undefined for whatever else. */
function readLabels(thread: string): Labels | undefined {
  if (!thread.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(thread);
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    const isLabels = entries.every(
      ([key, one]) => /^[a-zA-Z_]\w*$/.test(key) && typeof one === "string" && one !== "",
    );
    return isLabels && entries.length > 0 ? Object.fromEntries(entries) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
