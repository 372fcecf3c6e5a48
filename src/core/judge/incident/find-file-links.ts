/**
 * Holds what ties sessions by a file that one left and the other ran.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie by files that all kinds of programs write and read, such as logs and devices.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact, StepFact } from "../../observe/detect/detect-fact.ts";
import { placeKey } from "./command-book.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import { quoteCommand } from "./quote-command.ts";
import type { Session } from "./session.ts";
import { isTainted } from "./taint.ts";
import { placesOf } from "./written-places.ts";

const dayUs = 24 * 3600 * 1_000_000;
const wordCountMax = 64;
const interpreters =
  /^(?:(?:ba|da|z|k|a|c|tc|fi)?sh|busybox|(?:python|perl|ruby|php|lua)[\d.]*|node|java|crontab)$/;
/** Where things are left for others to run; elsewhere only running it itself counts. */
const leftAbout = /^\/(?:tmp|var\/tmp|dev\/shm)\//;
const never = /^\/(?:dev\/(?!shm\/)|proc\/|sys\/)|\.log$/;

interface Left {
  readonly session: Session;
  readonly step: StepFact;
}

/** Dropped by one session, run or read as a script by another within a day. */
export function findFileLinks({ sessions, processes }: JoinScene): readonly JoinLink[] {
  const left = gatherLeft(sessions, processes);
  if (left.size === 0) return [];
  return sessions.flatMap((session) => {
    const { entry, container, node } = session;
    const uses = [...session.processes.flatMap(usesOfProcess), ...usesOfSteps(session)];
    return uses.flatMap(({ path, timeUs }): JoinLink[] => {
      const writer = [container, isHostKey(container) ? node : ""]
        .filter((place) => place !== "")
        .flatMap((place) => left.get(placeKey(place, path)) ?? [])
        .find(
          (one) =>
            one.session.entry !== entry &&
            one.step.firstSeenUs <= timeUs &&
            timeUs - one.step.firstSeenUs <= dayUs,
        );
      if (writer === undefined) return [];
      const why = `it left ${quoteCommand(writer.step.subject)}, which the other used`;
      return [{ from: writer.session.entry, to: entry, why }];
    });
  });
}

const leaving: ReadonlySet<StepFact["what"]> = new Set(["write", "rename", "link", "mode"]);

/** By place and path; of several who wrote one file the first few. */
function gatherLeft(
  sessions: readonly Session[],
  processes: JoinScene["processes"],
): ReadonlyMap<string, readonly Left[]> {
  const found = new Map<string, Left[]>();
  for (const session of sessions) {
    for (const step of session.steps) {
      if (!leaving.has(step.what)) continue;
      if (!isTainted(session, step.process, step.lastSeenUs, processes)) continue;
      for (const { place, path } of placesOf(session, step, processes)) {
        if (never.test(path)) continue;
        const key = placeKey(place, path);
        const known = found.get(key) ?? [];
        if (known.length < 8) found.set(key, [...known, { session, step }]);
      }
    }
  }
  return found;
}

interface Use {
  readonly path: string;
  readonly timeUs: number;
}

/** The program itself, and what an interpreter was told to run. */
function usesOfProcess({ binary, arguments: line, startUs }: ProcessFact): readonly Use[] {
  const name = binary.slice(binary.lastIndexOf("/") + 1);
  const words = interpreters.test(name) ? line.split(/[\s;|&"'<>()]+/, wordCountMax) : [];
  return [binary, ...words]
    .filter((path) => path.startsWith("/"))
    .map((path) => ({ path, timeUs: startUs }));
}

function usesOfSteps({ steps }: Session): readonly Use[] {
  return steps
    .filter(({ what, subject }) => what === "read" && leftAbout.test(subject))
    .map(({ subject, lastSeenUs }) => ({ path: subject, timeUs: lastSeenUs }));
}
