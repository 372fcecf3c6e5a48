/**
 * Holds back what sessions do until they are over, so that nothing is learned from an attack.
 * In: values of sessions, signals of rules. Out: sessions to learn from, once they were quiet.
 * Must never give a session that a rule of level medium or higher spoke of within its time, nor
 * one beside it in the same container. Its state is plain data with bounds.
 */
import type { TimeUs } from "../../event/event.ts";
import { isHostKey } from "../container-key.ts";
import type { Subject, SubjectBook } from "../detect/subject.ts";
import { networkCountMax, widerValue } from "./destination-value.ts";
import { type SeenValue, valueKey } from "./profile-book.ts";
import type { ProfilePlace } from "./profile-fact.ts";
import type { ProfileValue } from "./read-values.ts";

export const heldBounds = {
  sessions: 8192,
  /** **Unit**: values of one session. */
  valuesPerSession: 256,
  /** **Unit**: values over all sessions. */
  values: 65_536,
  suspicions: 8192,
} as const;

const minuteUs = 60_000_000;
/** **Unit**: event time. */
const heldUs = {
  /** Without anything new, after which it counts as over. */
  quiet: 10 * minuteUs,
  /** The same, where its root has ended. */
  ended: 2 * minuteUs,
  /** After which it is looked at although it goes on: services never end. */
  longest: 60 * minuteUs,
  /** Around a signal: what else happened in the same container is no habit either. */
  around: 10 * minuteUs,
  /** That a session counts as suspicious. */
  suspicion: 24 * 60 * minuteUs,
} as const;

export interface HeldSession {
  readonly entry: string;
  place: ProfilePlace;
  /** "" on a host. */
  readonly container: string;
  /** Exec id of who started it, where that is a server; "" else. */
  host: string;
  readonly values: Map<string, SeenValue>;
  /** Networks by name, by what stands for any of them; absent while there are none. */
  networks?: Map<string, number>;
  firstUs: TimeUs;
  lastUs: TimeUs;
}

interface Span {
  fromUs: TimeUs;
  toUs: TimeUs;
}

/** Plain data. */
export interface HeldSessions {
  readonly sessions: Map<string, HeldSession>;
  /** By session, server or container: when rules spoke. */
  readonly suspicions: Map<string, Span[]>;
  valueCount: number;
  /** Values that were not kept for want of room: not learned, and not told. */
  leftOutCount: number;
  /** Sessions that nothing was learned from, for a rule spoke. */
  refusedCount: number;
}

/** An empty one: the start of a state. */
export function createHeldSessions(): HeldSessions {
  return {
    sessions: new Map(),
    suspicions: new Map(),
    valueCount: 0,
    leftOutCount: 0,
    refusedCount: 0,
  };
}

/** True where the session shows the value for the first time. */
export function holdValue(
  held: HeldSessions,
  session: HeldSession,
  shown: ProfileValue,
  timeUs: TimeUs,
): boolean {
  const { dimension, value } = shown;
  const key = shown.key ?? valueKey(shown);
  const known = session.values.get(key);
  if (known !== undefined) {
    known.count += 1;
    known.firstUs = Math.min(known.firstUs, timeUs);
    known.lastUs = Math.max(known.lastUs, timeUs);
    return false;
  }
  const wider = widerValue({ dimension, value });
  const networkCount = wider === undefined ? 0 : (session.networks?.get(wider) ?? 0);
  if (wider !== undefined && networkCount >= networkCountMax) {
    return holdValue(held, session, { dimension, value: wider }, timeUs);
  }
  const isFull =
    session.values.size >= heldBounds.valuesPerSession || held.valueCount >= heldBounds.values;
  if (isFull) {
    held.leftOutCount += 1;
    return false;
  }
  session.values.set(key, { dimension, value, count: 1, firstUs: timeUs, lastUs: timeUs });
  if (wider !== undefined) {
    session.networks ??= new Map();
    session.networks.set(wider, networkCount + 1);
  }
  held.valueCount += 1;
  return true;
}

/** The session of a process; undefined where there is no room for another. */
export function sessionOf(
  held: HeldSessions,
  subject: Subject,
  place: ProfilePlace,
  timeUs: TimeUs,
): HeldSession | undefined {
  const entry = subject.entry.execId;
  const known = held.sessions.get(entry);
  const host = hostOf(subject);
  if (known !== undefined) {
    known.place = place;
    known.host = host;
    known.firstUs = Math.min(known.firstUs, timeUs);
    known.lastUs = Math.max(known.lastUs, timeUs);
    return known;
  }
  if (held.sessions.size >= heldBounds.sessions) {
    held.leftOutCount += 1;
    return undefined;
  }
  const container = isHostKey(subject.container) ? "" : subject.container;
  const values = new Map<string, SeenValue>();
  const made = { entry, place, container, host, values, firstUs: timeUs, lastUs: timeUs };
  held.sessions.set(entry, made);
  return made;
}

/** A server that is attacked starts a session for each command: they are one matter. */
function hostOf({ entryKind, host }: Subject): string {
  return entryKind === "service" && host !== undefined ? host.execId : "";
}

/** A rule spoke of a process: neither its session nor what is around it is learned from. */
export function suspect(held: HeldSessions, subject: Subject, timeUs: TimeUs): void {
  const container = isHostKey(subject.container) ? "" : subject.container;
  const whose = { entry: subject.entry.execId, host: hostOf(subject), container };
  suspectSpan(held, whose, { fromUs: timeUs, toUs: timeUs });
}

/** Whom a signal is about. */
type Suspected = Pick<HeldSession, "entry" | "host" | "container">;

/** The same for a stretch of time, where no process is known any more. */
export function suspectSpan(
  held: HeldSessions,
  { entry, host, container }: Suspected,
  span: Readonly<Span>,
): void {
  noteSpan(held, `entry ${entry}`, span);
  if (host !== "") noteSpan(held, `host ${host}`, span);
  if (container !== "") noteSpan(held, `container ${container}`, span);
}

const spanCountMax = 8;

function noteSpan({ suspicions }: HeldSessions, key: string, { fromUs, toUs }: Span): void {
  const spans = suspicions.get(key) ?? [];
  const near = spans.find(
    (one) => toUs >= one.fromUs - 2 * heldUs.around && fromUs <= one.toUs + 2 * heldUs.around,
  );
  if (near === undefined) spans.push({ fromUs, toUs });
  else {
    near.fromUs = Math.min(near.fromUs, fromUs);
    near.toUs = Math.max(near.toUs, toUs);
  }
  if (spans.length > spanCountMax) {
    const [first, second, ...rest] = spans.sort((a, b) => a.fromUs - b.fromUs);
    const lastUs = Math.max(first?.toUs ?? 0, second?.toUs ?? 0);
    spans.splice(0, spans.length, { fromUs: first?.fromUs ?? 0, toUs: lastUs }, ...rest);
  }
  // Set anew, so that the first of the map is the longest without a signal.
  suspicions.delete(key);
  suspicions.set(key, spans);
  if (suspicions.size > heldBounds.suspicions) {
    const oldest = suspicions.keys().next().value;
    if (oldest !== undefined) suspicions.delete(oldest);
  }
}

/** Takes out those that are over by `nowUs`, or all, and gives those without suspicion. */
export function takeQuiet(
  held: HeldSessions,
  book: SubjectBook,
  nowUs: TimeUs | undefined,
): readonly HeldSession[] {
  const quiet: HeldSession[] = [];
  const bad = suspectedEntries(held, book);
  for (const [entry, session] of held.sessions) {
    if (nowUs !== undefined && !isOver(session, book, nowUs)) continue;
    held.sessions.delete(entry);
    held.valueCount -= session.values.size;
    if (isSuspected(held, session, bad, book)) held.refusedCount += 1;
    else quiet.push(session);
  }
  if (nowUs !== undefined) forgetSuspicions(held, nowUs);
  return quiet;
}

function isOver({ entry, firstUs, lastUs }: HeldSession, book: SubjectBook, nowUs: TimeUs) {
  const quietUs = nowUs - lastUs;
  if (quietUs >= heldUs.quiet || nowUs - firstUs >= heldUs.longest) return true;
  if (quietUs < heldUs.ended) return false;
  const root = book.get(entry);
  return root === undefined || root.exitUs > 0;
}

/** What was a session of its own may have turned out to be part of another since. */
function suspectedEntries(held: HeldSessions, book: SubjectBook): ReadonlySet<string> {
  const entries = new Set<string>();
  for (const key of held.suspicions.keys()) {
    if (!key.startsWith("entry ")) continue;
    const entry = key.slice("entry ".length);
    entries.add(entry);
    const now = book.get(entry)?.entry.execId;
    if (now !== undefined) entries.add(now);
  }
  return entries;
}

function isSuspected(
  { suspicions }: HeldSessions,
  session: HeldSession,
  bad: ReadonlySet<string>,
  book: SubjectBook,
): boolean {
  const now = book.get(session.entry)?.entry.execId;
  if (bad.has(session.entry) || (now !== undefined && bad.has(now))) return true;
  const near = [`host ${session.host}`, `container ${session.container}`];
  return near.some((key) =>
    suspicions
      .get(key)
      ?.some(
        ({ fromUs, toUs }) =>
          session.firstUs <= toUs + heldUs.around && session.lastUs >= fromUs - heldUs.around,
      ),
  );
}

function forgetSuspicions({ suspicions }: HeldSessions, nowUs: TimeUs): void {
  for (const [key, spans] of suspicions) {
    const latest = spans.reduce((last, { toUs }) => Math.max(last, toUs), 0);
    if (latest + heldUs.suspicion < nowUs) suspicions.delete(key);
  }
}
