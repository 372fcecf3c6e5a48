/**
 * Holds telling PagerDuty by its Events API v2.
 * In: notices. Out: events; all of one incident carry its id, so that PagerDuty keeps them as one.
 * **Source**: developer.pagerduty.com, "Send an alert event": summary 1,024, dedup_key 255, whole
 * event 512 KB.
 */
import type { Level } from "../../core/observe/detect/rule.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Notice, NoticeKind, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createHttpTarget } from "./post-http.ts";
import { readSecret } from "./read-secret.ts";
import {
  kindWords,
  tellAcknowledged,
  tellPlace,
  tellSome,
  tellTime,
  tellTitle,
} from "./tell-incident.ts";

const severities: Readonly<Record<Level, string>> = {
  informational: "info",
  low: "info",
  medium: "warning",
  high: "error",
  critical: "critical",
};

type EventAction = "trigger" | "acknowledge" | "resolve";

const actions: Readonly<Record<NoticeKind, EventAction>> = {
  open: "trigger",
  update: "trigger",
  acknowledge: "acknowledge",
  resolve: "resolve",
  test: "trigger",
};

/** **Errors**: throws `usage` without a place of the routing key. */
export function createPagerduty(target: NotifierTarget, options: NotifierOptions): Notifier {
  const { tokenPlace } = target;
  if (tokenPlace === undefined) {
    const what = "tokenFile or tokenEnv is missing: where the routing key lies";
    throw new WaggleError("usage", `notify route ${JSON.stringify(target.name)}: ${what}.`);
  }
  const http = createHttpTarget(target, options, {
    url: "https://events.pagerduty.com/v2/enqueue",
  });
  const send = async (event: object, signal: AbortSignal) => {
    const key = await readSecret(tokenPlace, options.environment);
    const body = JSON.stringify({ routing_key: key, ...event });
    await http.post({ body, secrets: [key] }, signal);
  };
  return {
    name: target.name,
    kind: "pagerduty",
    preview: (notice) => ({
      method: "POST",
      target: http.shown,
      body: JSON.stringify({
        routing_key: "[secret]",
        ...buildEvent(notice, actions[notice.kind]),
      }),
    }),
    send: async (notice, signal) => {
      await send(buildEvent(notice, actions[notice.kind]), signal);
      // Nobody should have to close what only tried the way.
      if (notice.kind === "test") await send(buildEvent(notice, "resolve"), signal);
      return { thread: dedupKey(notice) };
    },
  };
}

function dedupKey({ incident }: Notice): string {
  return makeVisible(incident.id, 255);
}

function buildEvent(notice: Notice, action: EventAction): object {
  const event = { event_action: action, dedup_key: dedupKey(notice), client: "waggle" };
  return action === "trigger" ? { ...event, payload: buildPayload(notice) } : event;
}

function buildPayload(notice: Notice): object {
  const { incident, kind } = notice;
  const time = tellTime(incident.lastSeenUs);
  return {
    summary: tellTitle(notice, 1024),
    source: tellPlace(notice),
    severity: kind === "test" ? "info" : severities[incident.severity],
    ...(time === "unknown" ? {} : { timestamp: time }),
    component: makeVisible(incident.workloads[0]?.name ?? incident.node, 255) || "unknown",
    group: makeVisible(incident.workloads[0]?.namespace ?? incident.node, 255) || "unknown",
    class: incident.families[0] ?? "incident",
    custom_details: buildDetails(notice),
  };
}

/** Bounded so that the whole stays far below what an event may be. */
function buildDetails({ incident, news, kind }: Notice): object {
  const some = (texts: readonly string[], count: number, length: number) =>
    tellSome(texts, { count, length });
  return {
    notice: kindWords[kind],
    score: incident.score,
    confidence: incident.confidence,
    first_seen: tellTime(incident.firstSeenUs),
    last_seen: tellTime(incident.lastSeenUs),
    node: makeVisible(incident.node, 255),
    news: some(news, 10, 400),
    story: some(incident.story, 12, 600),
    ...(incident.acknowledgement === undefined
      ? {}
      : { acknowledged: tellAcknowledged(incident.acknowledgement, 600) }),
    first_access: makeVisible(incident.firstAccess.text, 600),
    images: some(incident.images, 5, 300),
    techniques: some(incident.techniques, 20, 40),
    tactics: some(incident.tactics, 20, 40),
    artefacts: some(
      incident.artefacts.map(({ type, value }) => `${type}: ${value}`),
      20,
      300,
    ),
    actions: some(
      incident.actions.map(({ phase, text, command }) =>
        command === "" ? `${phase}: ${text}` : `${phase}: ${text} (${command})`,
      ),
      8,
      600,
    ),
    doubts: some([...incident.doubts, ...incident.gaps, ...incident.omitted], 6, 300),
  };
}
