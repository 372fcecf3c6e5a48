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
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Deed, DeedKind } from "./read-deeds.ts";
import { isStrong, strongestOfFamilies } from "./weigh-signals.ts";

const headlineLengthMax = 120;
const shownCountMax = 4;
const reasonCountMax = 3;

/** What and where: `Reverse shell, access to credentials in shop/api`. */
export function writeHeadline(given: IncidentCase): string {
  const { group, signals, workloads } = given;
  const place = workloads.map((one) =>
    one.kind === "Host" ? `host ${one.name}` : nameWorkload(one),
  );
  const more = place.length > 1 ? ` and ${place.length - 1} more` : "";
  const where = ` ${workloads[0]?.kind === "Host" ? "on" : "in"} ${place[0] ?? "?"}${more}`;
  const what =
    group.flood === undefined
      ? describeFamilies(given, headlineLengthMax - where.length)
      : `${cutText(group.flood.titles[0] ?? signals[0]?.title ?? "?", 48)}: ` +
        `${group.flood.sessionCount} times`;
  const line = `${what.charAt(0).toUpperCase()}${what.slice(1)}${where}`;
  return line.length <= headlineLengthMax ? line : `${cutText(line, headlineLengthMax - 1)}…`;
}

/** The gravest families, as many as there is room for. */
function describeFamilies({ signals }: IncidentCase, room: number): string {
  const strong = signals.filter(isStrong);
  const families = [...strongestOfFamilies(strong.length > 0 ? strong : signals)]
    .sort(([, a], [, b]) => b.score - a.score || a.firstSeenUs - b.firstSeenUs)
    .map(([family]) => familyWords[family]);
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
  const parts = chapters.flatMap(({ kinds, tell }) => {
    const own = deeds.filter(({ kind }) => kinds.includes(kind));
    const [first] = own;
    if (first === undefined) return [];
    return [{ timeUs: first.timeUs, text: `${clockOf(first.timeUs)} ${tell(own, given)}` }];
  });
  return [
    `${clockOf(given.firstSeenUs)} ${access.text}`,
    ...parts.sort((a, b) => a.timeUs - b.timeUs).map(({ text }) => text),
    ...tellRules(given),
    ...tellJoins(given),
    tellEnd(given),
  ];
}

interface Chapter {
  readonly kinds: readonly DeedKind[];
  readonly tell: (deeds: readonly Deed[], given: IncidentCase) => string;
}

const subjects = (deeds: readonly Deed[]): readonly string[] => deeds.map(({ subject }) => subject);

const chapters: readonly Chapter[] = [
  {
    kinds: ["command"],
    tell: (deeds) => `It ran ${quoteList(withoutWrappers(subjects(deeds)), shownCountMax)}.`,
  },
  {
    kinds: ["download"],
    tell: (deeds) => `It fetched ${quoteList(subjects(deeds), shownCountMax)}.`,
  },
  {
    kinds: ["upload"],
    tell: (deeds) => `It sent data to ${quoteList(subjects(deeds), shownCountMax)}.`,
  },
  { kinds: ["contact"], tell: tellContacts },
  {
    kinds: ["lateral"],
    tell: (deeds) => `It reached for ${quoteList(subjects(deeds), shownCountMax)} inside.`,
  },
  {
    kinds: ["metadata"],
    tell: (deeds) => `It asked the cloud's metadata service (${quoteList(subjects(deeds), 2)}).`,
  },
  { kinds: ["listen"], tell: (deeds) => `It listened at ${quoteList(subjects(deeds), 2)}.` },
  { kinds: ["secret"], tell: (deeds) => `It went for secrets: ${tellDetails(deeds)}.` },
  { kinds: ["foothold"], tell: (deeds) => `To stay, it changed ${tellDetails(deeds)}.` },
  {
    kinds: ["account"],
    tell: (deeds) => `It made or changed accounts: ${quoteList(subjects(deeds), shownCountMax)}.`,
  },
  { kinds: ["mount"], tell: (deeds) => `It mounted ${tellDetails(deeds)}.` },
  { kinds: ["drop", "write"], tell: tellWrites },
  {
    kinds: ["delete"],
    tell: (deeds) => `It deleted ${quoteList(subjects(deeds), shownCountMax)}.`,
  },
];

/** `sh -c "x y"` says no more than the `x y` that it ran; a bare name is in many commands. */
function withoutWrappers(commands: readonly string[]): readonly string[] {
  const some = commands.slice(0, 64);
  return some.filter(
    (one) => !some.some((other) => other !== one && other.includes(" ") && one.includes(other)),
  );
}

function tellContacts(deeds: readonly Deed[], { processOf }: IncidentCase): string {
  const told = deeds.slice(0, shownCountMax).map((deed) => {
    const process = processOf(deed.process);
    const by = process === undefined ? "" : ` by ${quoteCommand(programOf(process), 40)}`;
    const bytes = deed.sentBytes + deed.receivedBytes === 0 ? "" : `, ${sayBytes(deed)}`;
    return `${quoteCommand(deed.subject)}${by}${bytes}`;
  });
  const left = deeds.length - told.length;
  return `It connected to ${told.join("; ")}${left > 0 ? ` and ${left} more` : ""}.`;
}

function sayBytes({ sentBytes, receivedBytes }: Deed): string {
  return `${sentBytes} bytes out and ${receivedBytes} in`;
}

function tellDetails(deeds: readonly Deed[]): string {
  const told = deeds
    .slice(0, shownCountMax)
    .map(({ subject, detail }) => quoteCommand(subject) + (detail === "" ? "" : ` (${detail})`));
  const left = deeds.length - told.length;
  return `${told.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

/** Files that were run, or left where intruders leave theirs, come first. */
function tellWrites(deeds: readonly Deed[]): string {
  const weight = ({ kind, detail }: Deed) => (detail === "run" ? 0 : kind === "drop" ? 1 : 2);
  const sorted = [...deeds].sort((a, b) => weight(a) - weight(b));
  const run = deeds.filter(({ detail }) => detail === "run").length;
  const ran = run === 0 ? "" : ` (${run} of them ran afterwards)`;
  return `It wrote ${quoteList(subjects(sorted), shownCountMax)}${ran}.`;
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
  return `${clockOf(lastSeenUs)} Last seen to act.${running}`;
}
