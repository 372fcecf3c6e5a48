/**
 * Holds an incident as a few sentences a person reads first, and its headline.
 * In: a case, its first access and its deeds. Out: sentences in order of time.
 * Must be the same for the same facts, and say nothing that no event shows.
 */
import { cutText } from "../../event/bounds.ts";
import { nameWorkload } from "../name-workload.ts";
import { clockOf } from "./clock-of.ts";
import { familyWords } from "./family-words.ts";
import type { FirstAccess } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import { programOf } from "./name-process.ts";
import { quoteList } from "./quote-command.ts";
import type { Deed } from "./read-deeds.ts";
import { tellDeeds } from "./tell-deeds.ts";
import { isStrong, strongestOfFamilies } from "./weigh-signals.ts";

const headlineLengthMax = 120;
const shownCountMax = 4;
const reasonCountMax = 3;

/** What and where: `Reverse shell, access to credentials in shop/api`. */
export function writeHeadline(given: IncidentCase, deeds: readonly Deed[]): string {
  const { group, signals, workloads } = given;
  const place = workloads.map((one) =>
    one.kind === "Host" ? `host ${one.name}` : nameWorkload(one),
  );
  const more = place.length > 1 ? ` and ${place.length - 1} more` : "";
  const where = ` ${workloads[0]?.kind === "Host" ? "on" : "in"} ${place[0] ?? "?"}${more}`;
  const what =
    group.flood === undefined
      ? describeFamilies(given, deeds, headlineLengthMax - where.length)
      : `${cutText(group.flood.titles[0] ?? signals[0]?.title ?? "?", 48)}: ` +
        `${group.flood.sessionCount} times`;
  const line = `${what.charAt(0).toUpperCase()}${what.slice(1)}${where}`;
  return line.length <= headlineLengthMax ? line : `${cutText(line, headlineLengthMax - 1)}…`;
}

/** The gravest families, as many as there is room for. */
function describeFamilies({ signals }: IncidentCase, deeds: readonly Deed[], room: number): string {
  // Nobody fetched what was copied or written on the spot.
  const isFetched = deeds.some(({ kind }) => kind === "download" || kind === "contact");
  const planted = "run of a planted program";
  const strong = signals.filter(isStrong);
  const families = [...strongestOfFamilies(strong.length > 0 ? strong : signals)]
    .sort(([, a], [, b]) => b.score - a.score || a.firstSeenUs - b.firstSeenUs)
    .map(([family]) =>
      family === "download-execute" && !isFetched ? planted : familyWords[family],
    );
  const [first = "unusual behaviour", ...rest] = families;
  return rest.reduce((text, word) => {
    return text.length + word.length + 2 <= Math.min(room, 90) ? `${text}, ${word}` : text;
  }, first);
}

/** **Shape**: at most a dozen sentences. */
export function tellStory(
  given: IncidentCase,
  access: FirstAccess,
  deeds: readonly Deed[],
): readonly string[] {
  return [
    `${clockOf(given.firstSeenUs)} ${access.text}${tellWho(given)}`,
    ...tellDeeds(deeds, given).map(({ timeUs, text }) => `${clockOf(timeUs)} ${text}`),
    ...tellRules(given),
    ...tellJoins(given),
    tellEnd(given),
  ];
}

/** As which users, in order of time; "" where it is not known. */
function tellWho({ processes, sessions, firstSeenUs }: IncidentCase): string {
  const entries = new Set(sessions.map(({ entry }) => entry));
  const own = processes.filter(
    ({ entry, uid, startUs }) => entries.has(entry) && uid >= 0 && startUs >= firstSeenUs,
  );
  const names = [...new Set(own.map(({ uid }) => (uid === 0 ? "root" : `uid ${uid}`)))];
  const shown = names.slice(0, shownCountMax).join(", then as ");
  return shown === "" ? "" : ` It acted as ${shown}.`;
}

function tellRules({ signals, group }: IncidentCase): readonly string[] {
  const strong = signals.filter(isStrong);
  const titles = new Set((strong.length > 0 ? strong : signals).map(({ title }) => title));
  if (group.flood === undefined) {
    const count = titles.size === 1 ? "One rule" : `${titles.size} rules`;
    return [`${count} matched: ${quoteList([...titles], shownCountMax, 80)}.`];
  }
  const { sessionCount, workloadCount, nodeCount } = group.flood;
  return [
    `The same rules (${quoteList([...titles], 3, 80)}) matched in ${sessionCount} sessions of ` +
      `${workloadCount} workloads on ${nodeCount} nodes: one wide attack, or a rule that is too ` +
      "wide here.",
  ];
}

function tellJoins({ group, sessions }: IncidentCase): readonly string[] {
  if (sessions.length < 2 || group.links.length === 0) return [];
  const reasons = [...new Set(group.links.map(({ why }) => why))];
  const shown = reasons.slice(0, reasonCountMax);
  const left = reasons.length - shown.length;
  const rest = left > 0 ? [`${left} more causes`] : [];
  return [
    `Its ${group.sessions.length} sessions are one incident: ${[...shown, ...rest].join("; ")}.`,
  ];
}

function tellEnd({ processes, lastSeenUs, marked }: IncidentCase): string {
  const open = processes.filter(({ exitUs, process }) => exitUs === 0 && marked.has(process));
  const running =
    open.length === 0
      ? ""
      : ` No end was seen of ${quoteList(
          open.map((one) => `${programOf(one)}, pid ${one.pid}`),
          3,
          60,
        )}: it may still run.`;
  return `${clockOf(lastSeenUs)} It was last seen to act.${running}`;
}
