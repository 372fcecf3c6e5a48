/**
 * Holds what ties sessions by who started them, and by what happened beside in one container.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie sessions by a long time or a shared address alone.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import { quoteCommand } from "./quote-command.ts";
import { ancestorsOf, isStandingKind, type Session } from "./session.ts";
import { isTainted } from "./taint.ts";
import { isStrong } from "./weigh-signals.ts";

const secondUs = 1_000_000;
/** A web shell's requests: each is a session of its own, and they come as a person types. */
const sameServiceGapUs = 30 * 60 * secondUs;
const besideGapUs = 5 * secondUs;
const ancestorCountMax = 64;

/** Sessions that one service started, one soon after the other. */
export function findServiceLinks({ sessions, processes }: JoinScene): readonly JoinLink[] {
  const started = sessions.filter(({ entryKind, host }) => entryKind === "service" && host !== "");
  const groups = Map.groupBy(started, ({ host }) => serverRoot(host, processes));
  return [...groups].flatMap(([root, same]) => {
    const name = quoteCommand(processes.get(root)?.binary ?? "a service");
    return chain(same, sameServiceGapUs, `${name} started both within half an hour`);
  });
}

/** Workers of a server are forks of one master: they share program and ancestor. */
function serverRoot(host: string, processes: JoinScene["processes"]): string {
  let root = host;
  for (let level = 0; level < ancestorCountMax; level += 1) {
    const own = processes.get(root);
    const above = own === undefined ? undefined : processes.get(own.parent);
    if (own === undefined || above === undefined || above.process === root) return root;
    if (above.binary !== own.binary || above.container !== own.container) return root;
    root = above.process;
  }
  return root;
}

/** A signal that names a process of another session. */
export function findSignalLinks({ sessions, sessionOf }: JoinScene): readonly JoinLink[] {
  return sessions.flatMap(({ entry, signals }) =>
    signals.flatMap(({ others, title }) =>
      others.flatMap((other): JoinLink[] => {
        const session = sessionOf(other);
        if (session === undefined || session.entry === entry) return [];
        const why = `the rule ${quoteCommand(title)} matched processes of both`;
        return [{ from: entry, to: session.entry, why }];
      }),
    ),
  );
}

/** Who started a session came out of another one: a daemon that was left behind. */
export function findLineageLinks({
  sessions,
  processes,
  sessionOf,
}: JoinScene): readonly JoinLink[] {
  return sessions.flatMap(({ entry, host, fromUs }): JoinLink[] => {
    const start = host || (processes.get(entry)?.parent ?? "");
    for (const process of ancestorsOf(start, processes)) {
      const session = sessionOf(process);
      if (session === undefined || session.entry === entry) continue;
      if (!isTainted(session, process, fromUs, processes)) return [];
      return [{ from: session.entry, to: entry, why: "a process of the first started the second" }];
    }
    return [];
  });
}

/** In one container, at one time; on a host all jobs run beside each other. */
export function findBesideLinks({ sessions }: JoinScene): readonly JoinLink[] {
  const inside = sessions.filter(
    ({ container, entryKind }) => !isHostKey(container) && entryKind !== "probe",
  );
  const groups = Map.groupBy(inside, ({ container }) => container);
  const why = "both were active in one container at the same time";
  return [...groups.values()].flatMap((same) => chain(same.flatMap(spansOf), besideGapUs, why));
}

interface Span {
  readonly entry: string;
  readonly fromUs: TimeUs;
  readonly untilUs: TimeUs;
}

/** A visit is one span; of what runs all the time only the moments that rules speak of. */
function spansOf(session: Session): readonly Span[] {
  const { entry, entryKind, signals } = session;
  if (!isStandingKind(entryKind)) return [session];
  const times = signals.filter(isStrong).flatMap((one) => [one.firstSeenUs, one.lastSeenUs]);
  return [...new Set(times)].map((time) => ({ entry, fromUs: time, untilUs: time }));
}

/** Links each to the last that was active before it, where the gap is small enough. */
function chain(spans: readonly Span[], gapUs: number, why: string): readonly JoinLink[] {
  const sorted = [...spans].sort((a, b) => a.fromUs - b.fromUs || compareText(a.entry, b.entry));
  const links: JoinLink[] = [];
  let latest: Span | undefined;
  for (const span of sorted) {
    if (latest !== undefined && span.fromUs <= latest.untilUs + gapUs) {
      if (latest.entry !== span.entry) links.push({ from: latest.entry, to: span.entry, why });
    }
    if (latest === undefined || span.untilUs > latest.untilUs) latest = span;
  }
  return links;
}
