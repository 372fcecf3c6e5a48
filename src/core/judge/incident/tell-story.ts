/**
 * Holds an incident as a few sentences a person reads first, and its headline.
 * In: a case, its first access and its deeds. Out: sentences in order of time.
 * Must be the same for the same facts, and say nothing that no event shows.
 */
import { cutText } from "../../event/bounds.ts";
import { nameWorkload } from "../name-workload.ts";
import { chooseCommands } from "./choose-commands.ts";
import { clockOf } from "./clock-of.ts";
import { familyWords } from "./family-words.ts";
import type { FirstAccess } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import { nameListener } from "./name-listener.ts";
import { commandOf, programOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Deed, DeedKind } from "./read-deeds.ts";
import { parentNames } from "./read-targets.ts";
import { isStrong, levelRank, strongestOfFamilies } from "./weigh-signals.ts";

const headlineLengthMax = 120;
const shownCountMax = 4;

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
  const parts = chapters.flatMap(({ kinds, tell }) => {
    const own = deeds.filter(({ kind }) => kinds.includes(kind));
    const [first] = own;
    if (first === undefined) return [];
    return [{ timeUs: first.timeUs, text: `${clockOf(first.timeUs)} ${tell(own, given)}` }];
  });
  return [
    `${clockOf(given.firstSeenUs)} ${access.text}${tellWho(given)}`,
    ...parts.sort((a, b) => a.timeUs - b.timeUs).map(({ text }) => text),
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

interface Chapter {
  readonly kinds: readonly DeedKind[];
  readonly tell: (deeds: readonly Deed[], given: IncidentCase) => string;
}

const subjects = (deeds: readonly Deed[]): readonly string[] => deeds.map(({ subject }) => subject);

const chapters: readonly Chapter[] = [
  {
    kinds: ["command"],
    tell: tellCommands,
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
    tell: tellReach,
  },
  {
    kinds: ["metadata"],
    tell: (deeds) => `It asked the cloud's metadata service (${quoteList(subjects(deeds), 2)}).`,
  },
  { kinds: ["listen"], tell: (deeds) => `It listened at ${quoteList(subjects(deeds), 2)}.` },
  {
    kinds: ["socket"],
    tell: (deeds) => `It commanded the container runtime through ${quoteList(subjects(deeds), 2)}.`,
  },
  { kinds: ["look"], tell: (deeds) => `It read ${quoteList(subjects(deeds), shownCountMax)}.` },
  { kinds: ["lookup"], tell: tellNames },
  { kinds: ["secret"], tell: (deeds) => `It went for secrets: ${tellDetails(deeds)}.` },
  { kinds: ["foothold"], tell: (deeds) => `To stay, it changed ${tellDetails(deeds)}.` },
  {
    kinds: ["account"],
    tell: (deeds) => `It made or changed accounts: ${quoteList(subjects(deeds), shownCountMax)}.`,
  },
  { kinds: ["mount"], tell: tellMounts },
  { kinds: ["drop", "write"], tell: tellWrites },
  {
    kinds: ["delete"],
    tell: (deeds) => `It deleted ${quoteList(subjects(deeds), shownCountMax)}.`,
  },
];

const commandCountMax = 5;
const commandLengthMax = 120;

/** The gravest, in order of time; without the one that the first sentence tells. */
function tellCommands(deeds: readonly Deed[], given: IncidentCase): string {
  const ranks = new Map<string, number>();
  for (const { process, level } of given.signals) {
    ranks.set(process, Math.max(ranks.get(process) ?? -1, levelRank(level)));
  }
  const root = given.processOf(given.sessions[0]?.entry ?? "");
  const first = root === undefined ? "" : commandOf(root);
  const others = deeds.filter(({ subject }) => subject !== first);
  const ranked = (others.length > 0 ? others : deeds).map(({ subject, process }) => ({
    text: subject,
    rank: ranks.get(process) ?? -1,
  }));
  const { shown, leftCount } = chooseCommands(ranked, commandCountMax);
  const told = shown.map(({ text, count }) => {
    return quoteCommand(text, commandLengthMax) + (count > 1 ? ` and ${count - 1} like it` : "");
  });
  return `It ran ${told.join(", ")}${leftCount > 0 ? `, and ${leftCount} more` : ""}.`;
}

/** Each address once, with its ports, and whose it is. */
function tellReach(deeds: readonly Deed[], { input }: IncidentCase): string {
  const ends = deeds.flatMap(({ subject }) => parseEnd(subject) ?? []);
  const groups = [...Map.groupBy(ends, ({ address }) => address)];
  const told = groups.slice(0, shownCountMax).map(([address, same]) => {
    const ports = same.map(({ port }) => port);
    const more = ports.length > 4 ? ` and ${ports.length - 4} more` : "";
    const name = nameListener(input, address, ports[0] ?? 0);
    const word = ports.length > 1 ? "ports" : "port";
    return `${quoteCommand(address)}${name}, ${word} ${ports.slice(0, 4).join(", ")}${more}`;
  });
  const left = groups.length - told.length;
  return `It reached inside for ${told.join("; ")}${left > 0 ? `; and ${left} more` : ""}.`;
}

function tellNames(deeds: readonly Deed[]): string {
  const count = deeds.length > 1 ? `${deeds.length} names` : "a name";
  return `It looked up ${count}: ${quoteList(parentNames(subjects(deeds)), shownCountMax)}.`;
}

function tellMounts(deeds: readonly Deed[]): string {
  const told = deeds.slice(0, shownCountMax).map(({ subject, detail }) => {
    return `${detail === "" ? "something" : detail} at ${quoteCommand(subject)}`;
  });
  const left = deeds.length - told.length;
  return `It mounted ${told.join(", ")}${left > 0 ? ` and ${left} more` : ""}.`;
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
  const run = deeds.filter(({ detail }) => detail === "run");
  const madeToRun = deeds.filter(({ detail }) => detail === "runnable");
  const ran = run.length === 0 ? "" : `, then ran ${deeds.length === 1 ? "it" : list(run)}`;
  const made =
    madeToRun.length === 0
      ? ""
      : `, and made ${deeds.length === 1 ? "it" : list(madeToRun)} a program`;
  return `It wrote or changed ${list(sorted)}${ran}${made}.`;
}

function list(deeds: readonly Deed[]): string {
  return quoteList(subjects(deeds), shownCountMax);
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
  const reasons = [...new Set(group.links.map(({ why }) => why))].slice(0, 3);
  return [`Its ${group.sessions.length} sessions are one incident: ${reasons.join("; ")}.`];
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
