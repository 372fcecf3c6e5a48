/**
 * Holds what ties sessions by who started them, and by what happened beside in one container.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie sessions by a long time or a shared address alone.
 */
import { compareText } from "../../event/compare-text.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { quoteName } from "../quote-name.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import type { Session } from "./session.ts";

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
    const name = quoteName(processes.get(root)?.binary ?? "a service");
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
        const why = `the rule ${quoteName(title)} matched processes of both`;
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
  return sessions.flatMap(({ entry, host }): JoinLink[] => {
    const start = host || (processes.get(entry)?.parent ?? "");
    const above = ancestors(start, processes).map(sessionOf);
    const session = above.find((one) => one !== undefined && one.entry !== entry);
    if (session === undefined) return [];
    return [{ from: session.entry, to: entry, why: "a process of the first started the second" }];
  });
}

/** **Order**: from the given process upwards, itself included. */
function ancestors(process: string, processes: JoinScene["processes"]): readonly string[] {
  const found: string[] = [];
  let at: ProcessFact | undefined;
  let next = process;
  while (next !== "" && found.length < ancestorCountMax && !found.includes(next)) {
    found.push(next);
    at = processes.get(next);
    next = at?.parent ?? "";
  }
  return found;
}

/** In one container, at one time; on a host all jobs run beside each other. */
export function findBesideLinks({ sessions }: JoinScene): readonly JoinLink[] {
  const inside = sessions.filter(
    ({ container, entryKind }) => !isHostKey(container) && entryKind !== "probe",
  );
  const groups = Map.groupBy(inside, ({ container }) => container);
  const why = "both were active in one container at the same time";
  return [...groups.values()].flatMap((same) => chain(same, besideGapUs, why));
}

/** Links each session to the last that was active before it, where the gap is small enough. */
function chain(sessions: readonly Session[], gapUs: number, why: string): readonly JoinLink[] {
  const sorted = [...sessions].sort((a, b) => a.fromUs - b.fromUs || compareText(a.entry, b.entry));
  const links: JoinLink[] = [];
  let latest: Session | undefined;
  for (const session of sorted) {
    if (latest !== undefined && session.fromUs <= latest.untilUs + gapUs) {
      links.push({ from: latest.entry, to: session.entry, why });
    }
    if (latest === undefined || session.untilUs > latest.untilUs) latest = session;
  }
  return links;
}
