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
  /** Notices that it took; left out by versions that did not count. */
  readonly count?: number;
  /** When a person said that it is in hand, as the route was told last. */
  readonly acknowledgedUs?: TimeUs;
}

export interface Telling {
  readonly thread: string;
  readonly timeUs: TimeUs;
  /** What was told before. */
  readonly before: ToldNotice | undefined;
}

/** What is remembered once a receiver took it; it counts on from `before`. */
export function toldBy(notice: Notice, { thread, timeUs, before }: Telling): ToldNotice {
  const { kind, news, incident } = notice;
  const { lastSeenUs, acknowledgement } = incident;
  // That somebody has it in hand says nothing of what happened meanwhile.
  const { severity, score, tactics } = kind === "acknowledge" ? (before ?? incident) : incident;
  const inHandUs = kind === "acknowledge" ? acknowledgement?.timeUs : before?.acknowledgedUs;
  return {
    ...{ kind, severity, score, tactics, news, lastSeenUs, thread, timeUs },
    count: (before?.count ?? 0) + 1,
    ...(inHandUs === undefined ? {} : { acknowledgedUs: inHandUs }),
  };
}

/**
 * Undefined: the route knows. An incident that a route was not told of begins with `open`, what
 * comes after is an `update`; so it may hear of one late, when it has become grave enough.
 */
export function leftToTell(notice: Notice, told: ToldNotice | undefined): Notice | undefined {
  if (notice.kind === "test") return notice;
  const left = whatIsLeft(notice, told);
  return left === undefined ? undefined : { ...left, toldCount: told?.count ?? 0 };
}

function whatIsLeft(notice: Notice, told: ToldNotice | undefined): Notice | undefined {
  const isEnd = notice.kind === "resolve" || notice.kind === "acknowledge";
  if (told === undefined) return isEnd ? undefined : { ...notice, kind: "open", thread: "" };
  const { thread } = told;
  if (told.kind === "resolve") {
    // What was told is closed: only what happened since opens it again.
    const isNews = !isEnd && notice.incident.lastSeenUs > told.lastSeenUs;
    return isNews ? { ...notice, kind: "open", thread } : undefined;
  }
  if (notice.kind === "acknowledge" && knowsWho(notice, told)) return undefined;
  if (isEnd) return { ...notice, thread };
  return isKnown(notice, told) ? undefined : { ...notice, kind: "update", thread };
}

/** The same word of the same person, told before or after other news. */
function knowsWho({ incident: { acknowledgement } }: Notice, told: ToldNotice): boolean {
  if (acknowledgement === undefined) return told.kind === "acknowledge";
  return told.acknowledgedUs === acknowledgement.timeUs;
}

/** An `open` carries no news: after a restart it comes again. */
function isKnown({ kind, incident, news }: Notice, told: ToldNotice): boolean {
  const known = new Set(told.tactics);
  const isSame =
    incident.severity === told.severity && incident.tactics.every((one) => known.has(one));
  if (kind === "open" || !isSame) return isSame;
  return incident.score === told.score && news.join("\n") === told.news.join("\n");
}
