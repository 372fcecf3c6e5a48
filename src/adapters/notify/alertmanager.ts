/**
 * Holds telling Prometheus' Alertmanager by its API v2.
 * In: notices. Out: alerts. Labels are what an alert is known by: when they change (the severity
 * rises) the alert that was told is ended beside the new one.
 * **Source**: Alertmanager, `api/v2/openapi.yaml` (postableAlerts); Prometheus, data model (names).
 */
import { escapeJson, makeVisible } from "../../core/report/safe-text.ts";
import type { Notice, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createHttpTarget } from "./post-http.ts";
import { readSecret } from "./read-secret.ts";
import { tellPlace, tellSome, tellTitle } from "./tell-incident.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * **Unit**: milliseconds after which Alertmanager forgets an alert that nobody ended: an incident
 * closes by itself after a quiet day.
 */
const openMs = 26 * 3_600_000;

const lengths = { label: 200, annotation: 4000 };

export function createAlertmanager(target: NotifierTarget, options: NotifierOptions): Notifier {
  const http = createHttpTarget(target, options, { path: "/api/v2/alerts" });
  const write = (notice: Notice) => escapeJson(JSON.stringify(buildAlerts(notice, options)));
  return {
    name: target.name,
    kind: "alertmanager",
    preview: (notice) => ({ method: "POST", target: http.shown, body: write(notice) }),
    send: async (notice, signal) => {
      const { tokenPlace } = target;
      const token =
        tokenPlace === undefined ? "" : await readSecret(tokenPlace, options.environment);
      const access =
        token === "" ? {} : { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
      // Nobody can take an alert up there: silences are another thing.
      if (notice.kind !== "acknowledge")
        await http.post({ body: write(notice), ...access }, signal);
      return { thread: JSON.stringify(labelsOf(notice)) };
    },
  };
}

function buildAlerts(notice: Notice, { nowMs }: NotifierOptions): readonly object[] {
  const now = nowMs();
  const isOver = notice.kind === "resolve" || notice.kind === "test";
  const labels = labelsOf(notice);
  const before = readLabels(notice.thread);
  const startMs = Math.min(Math.floor(notice.incident.firstSeenUs / 1000), now);
  const alert = {
    labels,
    annotations: annotationsOf(notice),
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(isOver ? now : now + openMs).toISOString(),
  };
  if (before === undefined || isSame(before, labels)) return [alert];
  const old = { ...alert, labels: before, endsAt: new Date(now).toISOString() };
  return [old, alert];
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
