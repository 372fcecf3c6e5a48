/**
 * Holds the words about an incident that all receivers share.
 * In: a notice. Out: plain text of hostile origin, visible on one line and bounded; each sink
 * escapes it for its own format.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type { Acknowledgement } from "../../core/judge/incident/incident.ts";
import type { Level } from "../../core/observe/detect/rule.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Notice, NoticeKind } from "../../ports/notifier.ts";

export const kindWords: Readonly<Record<NoticeKind, string>> = {
  open: "new incident",
  update: "update",
  acknowledge: "acknowledged",
  resolve: "closed",
  test: "test notice",
};

/** `high: Reverse shell from shop/api (update)`. */
export function tellTitle({ kind, incident }: Notice, lengthMax: number): string {
  const mark = kind === "open" ? "" : ` (${kindWords[kind]})`;
  const start = `${incident.severity}: `;
  const room = lengthMax - mark.length - start.length;
  const headline = incident.headline === "" ? "incident without a headline" : incident.headline;
  return `${start}${makeVisible(headline, room)}${mark}`;
}

/** Workloads, or the node where there are none. Never empty. */
export function tellPlace({ incident, cluster }: Notice, lengthMax = 300): string {
  const names = incident.workloads.slice(0, 5).map(tellWorkload);
  const more = incident.workloads.length - names.length;
  const where = names.length > 0 ? names.join(", ") : `node ${incident.node || "unknown"}`;
  const rest = more > 0 ? ` and ${more} more` : "";
  const prefix = cluster === "" ? "" : `${cluster}: `;
  return makeVisible(`${prefix}${where}${rest}`, lengthMax);
}

function tellWorkload({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** `ann: on it`. */
export function tellAcknowledged({ by, text }: Acknowledgement, lengthMax: number): string {
  return makeVisible(`${by}: ${text}`, lengthMax);
}

/** ISO 8601; "unknown" for no time. */
export function tellTime(timeUs: number): string {
  return formatTime(timeUs) ?? "unknown";
}

/** At most so many, each of bounded length, and how many more there are. */
export function tellSome(
  texts: readonly string[],
  bounds: { readonly count: number; readonly length: number },
): readonly string[] {
  const shown = texts.slice(0, bounds.count).map((text) => makeVisible(text, bounds.length));
  const more = texts.length - shown.length;
  return more > 0 ? [...shown, `… and ${more} more`] : shown;
}

/** **Source**: numbers of syslog (RFC 5424 §6.2.1). */
export const syslogSeverities: Readonly<Record<Level, number>> = {
  informational: 6,
  low: 5,
  medium: 4,
  high: 3,
  critical: 2,
};
