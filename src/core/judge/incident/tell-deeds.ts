/**
 * Holds the middle of a story: what was done, one sentence for each kind of deed.
 * In: deeds, the case. Out: sentences with the time of their first deed.
 * Must say nothing that no event shows.
 */
import type { TimeUs } from "../../event/event.ts";
import { chooseCommands } from "./choose-commands.ts";
import type { IncidentCase } from "./incident-case.ts";
import { nameListener } from "./name-listener.ts";
import { commandOf, programOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Deed, DeedKind } from "./read-deeds.ts";
import { parentNames } from "./read-targets.ts";
import { levelRank } from "./weigh-signals.ts";

const shownCountMax = 4;

export interface ToldDeeds {
  readonly timeUs: TimeUs;
  readonly text: string;
}

/** **Order**: by the first deed of each sentence. */
export function tellDeeds(deeds: readonly Deed[], given: IncidentCase): readonly ToldDeeds[] {
  return chapters
    .flatMap(({ kinds, tell }) => {
      const own = deeds.filter(({ kind }) => kinds.includes(kind));
      const [first] = own;
      return first === undefined ? [] : [{ timeUs: first.timeUs, text: tell(own, given) }];
    })
    .sort((a, b) => a.timeUs - b.timeUs);
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
