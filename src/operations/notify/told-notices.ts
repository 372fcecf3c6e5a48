/**
 * Holds what a route was last told of an incident, and what therefore is left to tell.
 * In: a notice, what was told. Out: the notice as that route should have it, or none.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { Level } from "../../core/observe/detect/rule.ts";
import type { Notice, NoticeKind } from "../../ports/notifier.ts";

/** **Shape**: small; one a route and incident. */
export interface ToldNotice {
  readonly kind: NoticeKind;
  readonly severity: Level;
  readonly score: number;
  readonly tactics: readonly string[];
  readonly news: readonly string[];
  /** Of the incident. */
  readonly lastSeenUs: TimeUs;
  /** What the receiver gave. */
  readonly thread: string;
  readonly timeUs: TimeUs;
}

export function toldBy(notice: Notice, thread: string, timeUs: TimeUs): ToldNotice {
  const { severity, score, tactics, lastSeenUs } = notice.incident;
  const { kind, news } = notice;
  return { kind, severity, score, tactics, news, lastSeenUs, thread, timeUs };
}

/**
 * Undefined: the route knows. An incident that a route was not told of begins with `open`, what
 * comes after is an `update`; so it may hear of one late, when it has become grave enough.
 */
export function leftToTell(notice: Notice, told: ToldNotice | undefined): Notice | undefined {
  if (notice.kind === "test") return notice;
  const isEnd = notice.kind === "resolve" || notice.kind === "acknowledge";
  if (told === undefined) return isEnd ? undefined : { ...notice, kind: "open", thread: "" };
  const { thread } = told;
  if (told.kind === "resolve") {
    // What was told is closed: only what happened since opens it again.
    const isNews = !isEnd && notice.incident.lastSeenUs > told.lastSeenUs;
    return isNews ? { ...notice, kind: "open", thread } : undefined;
  }
  if (isEnd) return told.kind === notice.kind ? undefined : { ...notice, thread };
  return isKnown(notice, told) ? undefined : { ...notice, kind: "update", thread };
}

/** An `open` carries no news: after a restart it comes again. */
function isKnown({ kind, incident, news }: Notice, told: ToldNotice): boolean {
  const known = new Set(told.tactics);
  const isSame =
    incident.severity === told.severity && incident.tactics.every((one) => known.has(one));
  if (kind === "open" || !isSame) return isSame;
  return incident.score === told.score && news.join("\n") === told.news.join("\n");
}
