/**
 * Holds why a run is the work of who left a job, unit, start file or key for its starter.
 * In: a plant, a run of the right starter and account. Out: the cause in a phrase, or "".
 * Must never find a cause in time alone.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { type CommandBook, createCommandBook, placeKey } from "./command-book.ts";
import type { Plant } from "./gather-plants.ts";
import type { JoinScene } from "./join-link.ts";
import { allNames, findShared } from "./name-book.ts";
import type { Runner } from "./persistence-table.ts";
import { fitsUnit, startsUnit } from "./plant-marks.ts";
import { quoteCommand } from "./quote-command.ts";
import type { Run } from "./read-run.ts";
import type { Session } from "./session.ts";
import { isStrong } from "./weigh-signals.ts";

const secondUs = 1_000_000;
/** An hourly job has run once by then. */
const soonUs = 70 * 60 * secondUs;

/** What the facts say beside, gathered once for all runs. */
export interface Ground {
  readonly processes: JoinScene["processes"];
  readonly book: CommandBook;
  /** By place and account. */
  readonly firstLogins: ReadonlyMap<string, TimeUs>;
  readonly namesOf: (session: Session) => ReadonlySet<string>;
}

/** **Cost**: linear in processes and sessions. */
export function createGround({ sessions, processes }: JoinScene): Ground {
  return {
    processes,
    book: createCommandBook(processes.values()),
    firstLogins: findFirstLogins(sessions),
    namesOf: rememberNames(),
  };
}

/** One writer may be tried for thousands of runs. */
function rememberNames(): Ground["namesOf"] {
  const known = new Map<string, ReadonlySet<string>>();
  return (session) => {
    const names = known.get(session.entry) ?? allNames(session);
    known.set(session.entry, names);
    return names;
  };
}

/** One phrase; "" where both name nothing in common. */
export function explainByName(plant: Plant, { session, root }: Run, { namesOf }: Ground): string {
  const { runBy } = plant.foothold;
  const shared = findShared(namesOf(plant.session), namesOf(session));
  const did = words[runBy ?? "cron"];
  if (shared !== "")
    return `${sayLeft(plant)}, and what ${did} names ${quoteCommand(shared)} as it`;
  const isNamed = runBy === "init" && fitsUnit(plant.step.subject, root);
  return isNamed ? `${sayLeft(plant)}, named as what ${did}` : "";
}

/** The first of its kind, soon after it. */
export function explainByPlace(plant: Plant, run: Run, ground: Ground): string {
  const runner = plant.foothold.runBy ?? "cron";
  const waitedUs = run.root.startUs - plant.startUs;
  if (waitedUs > soonUs || !isFirstOf[runner](plant, run, ground)) return "";
  return `${sayLeft(plant)}, and the other is the first new thing that ${words[runner]}`;
}

function sayLeft({ step, foothold }: Plant): string {
  return `it left ${quoteCommand(step.subject)} (${foothold.name})`;
}

const words: Readonly<Record<Runner, string>> = {
  cron: "cron then ran",
  init: "the service manager then started",
  account: "somebody did who then logged in to that account",
  shell: "the shell of a login then did",
  kernel: "the kernel then started",
};

type Judge = (plant: Plant, run: Run, ground: Ground) => boolean;

/** How soon a program shows itself that something starts at once. */
const atOnceUs = 10 * secondUs;
const shellStartUs = 30 * secondUs;

const isFirstOf: Readonly<Record<Runner, Judge>> = {
  cron: ({ startUs }, { root }, { book }) => book.isNew(root, startUs),
  init: ({ session, step, startUs }, { root }, { book }) =>
    book.isNew(root, startUs) &&
    session.processes.some(
      (one) => startsUnit(one, step.subject) && isWithin(one.startUs, root.startUs, atOnceUs),
    ),
  account: ({ startUs }, { root }, { firstLogins }) =>
    (firstLogins.get(accountKey(root)) ?? Number.POSITIVE_INFINITY) >= startUs,
  shell: ({ startUs }, { session, root }, { processes, book }) =>
    session.signals.filter(isStrong).some(({ process, firstSeenUs }) => {
      const about = processes.get(process);
      const isSoon = isWithin(root.startUs, firstSeenUs, shellStartUs);
      return isSoon && about !== undefined && book.isNew(about, startUs);
    }),
  kernel: ({ startUs }, { root }, { book }) =>
    isWithin(startUs, root.startUs, 60 * atOnceUs) && book.isNew(root, startUs),
};

function isWithin(fromUs: TimeUs, timeUs: TimeUs, spanUs: number): boolean {
  return timeUs >= fromUs && timeUs - fromUs <= spanUs;
}

/** Whoever came by an account before has another key: then nothing tells whose visit it is. */
function findFirstLogins(sessions: readonly Session[]): ReadonlyMap<string, TimeUs> {
  const found = new Map<string, TimeUs>();
  for (const { entryKind, processes, fromUs } of sessions) {
    if (entryKind !== "login") continue;
    for (const key of new Set(processes.map(accountKey))) {
      found.set(key, Math.min(fromUs, found.get(key) ?? Number.POSITIVE_INFINITY));
    }
  }
  return found;
}

function accountKey({ container, auid, uid }: ProcessFact): string {
  return placeKey(container, `${auid >= 0 ? auid : uid}`);
}
