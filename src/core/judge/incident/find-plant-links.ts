/**
 * Holds what ties a session that leaves a job, unit, start file or key to what is started by it.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie by time alone: who starts such things must have started the other, for that
 * account, and the other must name the same, or be the first of its kind soon after.
 */
import type { TimeUs } from "../../event/event.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact, StepFact } from "../../observe/detect/detect-fact.ts";
import { quoteName } from "../quote-name.ts";
import { type CommandBook, commandKey, createCommandBook, placeKey } from "./command-book.ts";
import { countUntil } from "./count-until.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import { allNames, findShared } from "./name-book.ts";
import { type Foothold, footholdOf, type Runner } from "./persistence-table.ts";
import { fitsAccount, fitsUnit, startsUnit } from "./plant-marks.ts";
import { type Run, readRun } from "./read-run.ts";
import type { Session } from "./session.ts";
import { isTainted } from "./taint.ts";
import { isStrong } from "./weigh-signals.ts";
import { placesOf } from "./written-places.ts";

const secondUs = 1_000_000;
const dayUs = 24 * 3600 * secondUs;
/** An hourly job has run once by then. */
const soonUs = 70 * 60 * secondUs;
/** A nightly job comes again within it. */
const againUs = 25 * 3600 * secondUs;
const triedCountMax = 16;

interface Plant {
  readonly session: Session;
  /** Its subject is the path as it is where the other was started. */
  readonly step: StepFact;
  /** When it was written first. */
  readonly startUs: TimeUs;
  readonly foothold: Foothold;
}

/** **Cost**: near linear in sessions; of each the latest few that may have planted it are tried. */
export function findPlantLinks(scene: JoinScene): readonly JoinLink[] {
  const plants = gatherPlants(scene);
  if (plants.size === 0) return [];
  const ground: Ground = {
    plants,
    processes: scene.processes,
    book: createCommandBook(scene.processes.values()),
    firstLogins: findFirstLogins(scene.sessions),
    namesOf: rememberNames(),
  };
  const jobs = new Map<string, Session>();
  return scene.sessions.flatMap((session): JoinLink[] => {
    const run = readRun(session, scene.processes);
    if (run === undefined) return [];
    const job = commandKey(run.root);
    const before = jobs.get(job);
    const link = againOf(before, run) ?? plantedBy(run, ground);
    if (link === undefined) return [];
    jobs.set(job, session);
    return [link];
  });
}

/** Once one run was found planted, all further ones of that job are. */
function againOf(before: Session | undefined, { session, runners }: Run): JoinLink | undefined {
  const isJob = runners.includes("cron") || runners.includes("init");
  if (before === undefined || !isJob || session.fromUs - before.untilUs > againUs) return undefined;
  return { from: before.entry, to: session.entry, why: "the same job ran again" };
}

function gatherPlants({ sessions, processes }: JoinScene): ReadonlyMap<string, readonly Plant[]> {
  const found = new Map<string, Plant[]>();
  for (const session of sessions) {
    for (const step of session.steps) {
      const foothold = planting.has(step.what) ? footholdOf(step.subject) : undefined;
      if (foothold?.runBy === undefined) continue;
      if (!isTainted(session, step.process, step.lastSeenUs, processes)) continue;
      for (const { place, path } of placesOf(session, step, processes)) {
        const own = footholdOf(path);
        if (own?.runBy === undefined) continue;
        // There is one kernel on a machine, whoever sets what it starts.
        const key = placeKey(own.runBy === "kernel" ? session.node : place, own.runBy);
        const startUs = step.firstSeenUs;
        const plant = { session, step: { ...step, subject: path }, startUs, foothold: own };
        const known = found.get(key);
        if (known === undefined) found.set(key, [plant]);
        else known.push(plant);
      }
    }
  }
  for (const plants of found.values()) plants.sort(byTime);
  return found;
}

const planting: ReadonlySet<StepFact["what"]> = new Set(["write", "rename", "link"]);

/** Of equal times those of sessions come in the order of sessions: sorting is stable. */
function byTime(a: Plant, b: Plant): number {
  return a.startUs - b.startUs;
}

interface Ground {
  readonly plants: ReadonlyMap<string, readonly Plant[]>;
  readonly processes: JoinScene["processes"];
  readonly book: CommandBook;
  /** By place and account. */
  readonly firstLogins: ReadonlyMap<string, TimeUs>;
  readonly namesOf: (session: Session) => ReadonlySet<string>;
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

/** By the latest before it that explains it; what both name counts before place and time. */
function plantedBy(run: Run, ground: Ground): JoinLink | undefined {
  const { session, root, runners } = run;
  const { container, node, entry } = session;
  const places = isHostKey(container) ? [container, node] : [container];
  const near = places.flatMap((place) =>
    runners.flatMap((runner) => {
      const all = ground.plants.get(placeKey(place, runner)) ?? [];
      const until = countUntil(all, root.startUs);
      return all.slice(Math.max(0, until - triedCountMax), until).reverse();
    }),
  );
  const fitting = near.filter(
    (plant) =>
      plant.session.entry !== entry &&
      root.startUs - plant.startUs <= dayUs &&
      fitsAccount(plant.step.subject, run),
  );
  for (const explain of [explainByName, explainByPlace]) {
    for (const plant of fitting) {
      const why = explain(plant, run, ground);
      if (why !== "") return { from: plant.session.entry, to: entry, why };
    }
  }
  return undefined;
}

/** One phrase; "" where both name nothing in common. */
function explainByName(plant: Plant, { session, root }: Run, { namesOf }: Ground): string {
  const { runBy } = plant.foothold;
  const shared = findShared(namesOf(plant.session), namesOf(session));
  const did = words[runBy ?? "cron"];
  if (shared !== "") return `${sayLeft(plant)}, and what ${did} names ${quoteName(shared)} as it`;
  const isNamed = runBy === "init" && fitsUnit(plant.step.subject, root);
  return isNamed ? `${sayLeft(plant)}, named as what ${did}` : "";
}

/** The first of its kind, soon after it. */
function explainByPlace(plant: Plant, run: Run, ground: Ground): string {
  const runner = plant.foothold.runBy ?? "cron";
  const waitedUs = run.root.startUs - plant.startUs;
  if (waitedUs > soonUs || !isFirstOf[runner](plant, run, ground)) return "";
  return `${sayLeft(plant)}, and the other is the first new thing that ${words[runner]}`;
}

function sayLeft({ step, foothold }: Plant): string {
  return `it left ${quoteName(step.subject)} (${foothold.name})`;
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
