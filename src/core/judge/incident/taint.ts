/**
 * Holds whose later deeds belong to an incident: of a session that is somebody's whole visit all,
 * of what runs all the time only what came after a signal, below the process it is about.
 * In: a session, a process of it, a time. Out: yes or no.
 * Must never let a server or the first process of a machine tie together whatever it started.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { ancestorsOf, isStandingKind, type Session } from "./session.ts";
import { isStrong } from "./weigh-signals.ts";

/** Sensors tell of one act by several events, a moment apart. */
const slackUs = 1_000_000;

export function isTainted(
  session: Session,
  process: string,
  timeUs: TimeUs,
  processes: ReadonlyMap<string, ProcessFact>,
): boolean {
  if (!isStandingKind(session.entryKind)) return true;
  const since = new Map<string, TimeUs>();
  for (const signal of session.signals.filter(isStrong)) {
    since.set(signal.process, Math.min(signal.firstSeenUs, since.get(signal.process) ?? Infinity));
  }
  return ancestorsOf(process, processes).some(
    (one) => (since.get(one) ?? Infinity) <= timeUs + slackUs,
  );
}
