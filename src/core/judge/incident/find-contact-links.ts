/**
 * Holds what ties sessions by a connection that one made and the other answered with deeds.
 * In: sessions that are an incident each, who listens where. Out: links with their cause.
 */

import type { JoinLink, JoinScene } from "./join-link.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand } from "./quote-command.ts";
import type { Session } from "./session.ts";
import { isTainted } from "./taint.ts";
import { isStrong } from "./weigh-signals.ts";

/** A server does what it was told to at once; a slow machine takes a while to show it. */
const answerUs = 60_000_000;
/** Of one connection: more than these would be a flood, and one link is enough to join it. */
const linkCountMax = 8;

/** Someone connects to a database, and its server starts a shell: one story. */
export function findContactLinks(scene: JoinScene): readonly JoinLink[] {
  const { sessions, processes, listenersAt } = scene;
  const served = sessions.filter(({ entryKind }) => servedKinds.has(entryKind));
  const answers = new Map(
    [...Map.groupBy(served, ({ container }) => container)].map(([key, same]) => [
      key,
      same.flatMap(strongTimes).sort((a, b) => a.timeUs - b.timeUs),
    ]),
  );
  return sessions.flatMap((session) => {
    const { entry, steps } = session;
    return steps
      .filter(({ what }) => what === "connect")
      .filter(({ process, lastSeenUs }) => isTainted(session, process, lastSeenUs, processes))
      .flatMap((step): JoinLink[] => {
        const end = parseEnd(step.subject);
        if (end === undefined) return [];
        const found = listenersAt(end.address, end.port).flatMap((container) =>
          between(answers.get(container) ?? [], step.firstSeenUs, step.lastSeenUs + answerUs),
        );
        const why = `it connected to ${quoteCommand(step.subject)}, and that server acted at once`;
        return [...new Set(found.map((one) => one.entry))]
          .filter((other) => other !== entry)
          .slice(0, linkCountMax)
          .map((other) => ({ from: entry, to: other, why }));
      });
  });
}

/** What a server does on behalf of who connects; an operator's session is nobody's answer. */
const servedKinds: ReadonlySet<string> = new Set(["service", "startup", "unknown"]);

interface Answer {
  readonly entry: string;
  readonly timeUs: number;
}

function strongTimes({ entry, signals }: Session): readonly Answer[] {
  return signals.filter(isStrong).map(({ firstSeenUs }) => ({ entry, timeUs: firstSeenUs }));
}

/** **Cost**: logarithmic to the first, then linear in what is given. */
function between(answers: readonly Answer[], fromUs: number, untilUs: number): readonly Answer[] {
  let low = 0;
  let high = answers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((answers[middle]?.timeUs ?? 0) < fromUs) low = middle + 1;
    else high = middle;
  }
  const found: Answer[] = [];
  for (const answer of answers.slice(low, low + 4 * linkCountMax)) {
    if (answer.timeUs > untilUs) break;
    found.push(answer);
  }
  return found;
}
