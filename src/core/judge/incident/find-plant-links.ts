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
  readonly step: StepFact;
  readonly foothold: Foothold;
}

/** **Cost**: near linear in sessions; of each the latest few that may have planted it are tried. */
export function findPlantLinks(scene: JoinScene): readonly JoinLink[] {
  const plants = gatherPlants(scene);
  if (plants.size === 0) return [];
  const book = createCommandBook(scene.processes.values());
  const jobs = new Map<string, Session>();
  return scene.sessions.flatMap((session): JoinLink[] => {
    const run = readRun(session, scene.processes);
    if (run === undefined) return [];
    const job = commandKey(run.root);
    const before = jobs.get(job);
    const link = againOf(before, run) ?? plantedBy(run, { scene, plants, book });
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
        const plant = { session, step: { ...step, subject: path }, foothold: own };
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
  return a.step.firstSeenUs - b.step.firstSeenUs;
}

interface Ground {
  readonly scene: JoinScene;
  readonly plants: ReadonlyMap<string, readonly Plant[]>;
  readonly book: CommandBook;
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
      root.startUs - plant.step.firstSeenUs <= dayUs &&
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

/** How many are not later; they are sorted. */
function countUntil(plants: readonly Plant[], timeUs: TimeUs): number {
  let low = 0;
  let high = plants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((plants[middle]?.step.firstSeenUs ?? 0) <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One phrase; "" where both name nothing in common. */
function explainByName(plant: Plant, { session, root }: Run): string {
  const { runBy } = plant.foothold;
  const shared = findShared(allNames(plant.session), allNames(session));
  const did = words[runBy ?? "cron"];
  if (shared !== "") return `${sayLeft(plant)}, and what ${did} names ${quoteName(shared)} as it`;
  const isNamed = runBy === "init" && fitsUnit(plant.step.subject, root);
  return isNamed ? `${sayLeft(plant)}, named as what ${did}` : "";
}

/** The first of its kind, soon after it. */
function explainByPlace(plant: Plant, run: Run, ground: Ground): string {
  const runner = plant.foothold.runBy ?? "cron";
  const waitedUs = run.root.startUs - plant.step.firstSeenUs;
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

type Judge = (plant: Plant, run: Run, ground: Pick<Ground, "scene" | "book">) => boolean;

/** How soon a program shows itself that something starts at once. */
const atOnceUs = 10 * secondUs;
const shellStartUs = 30 * secondUs;

const isFirstOf: Readonly<Record<Runner, Judge>> = {
  cron: ({ step }, { root }, { book }) => book.isNew(root, step.firstSeenUs),
  init: ({ session, step }, { root }, { book }) =>
    book.isNew(root, step.firstSeenUs) &&
    session.processes.some(
      (one) => startsUnit(one, step.subject) && isWithin(one.startUs, root.startUs, atOnceUs),
    ),
  account: ({ step }, run, { scene }) => isFirstLogin(run, step.firstSeenUs, scene),
  shell: ({ step }, { session, root }, { scene, book }) =>
    session.signals.filter(isStrong).some(({ process, firstSeenUs }) => {
      const about = scene.processes.get(process);
      const isSoon = isWithin(root.startUs, firstSeenUs, shellStartUs);
      return isSoon && about !== undefined && book.isNew(about, step.firstSeenUs);
    }),
  kernel: ({ step }, { root }, { book }) =>
    isWithin(step.firstSeenUs, root.startUs, 60 * atOnceUs) && book.isNew(root, step.firstSeenUs),
};

function isWithin(fromUs: TimeUs, timeUs: TimeUs, spanUs: number): boolean {
  return timeUs >= fromUs && timeUs - fromUs <= spanUs;
}

/** Whoever came by that account before has another key: then nothing tells whose visit it is. */
function isFirstLogin({ session, root }: Run, sinceUs: TimeUs, { sessions }: JoinScene): boolean {
  return !sessions.some(
    (one) =>
      one.entryKind === "login" &&
      one.container === session.container &&
      one.fromUs < sinceUs &&
      one.processes.some((process) => isSameAccount(process, root)),
  );
}

function isSameAccount(a: ProcessFact, b: ProcessFact): boolean {
  return a.auid >= 0 && b.auid >= 0 ? a.auid === b.auid : a.uid === b.uid;
}
