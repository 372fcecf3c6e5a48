/**
 * Holds what ties a session that leaves a job, unit, start file or key to what is started by it.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie by time alone: who starts such things must have started the other, for that
 * account, and the other must name the same, or be the first of its kind soon after.
 */
import { isHostKey } from "../../observe/container-key.ts";
import { commandKey, placeKey } from "./command-book.ts";
import { countUntil } from "./count-until.ts";
import { createGround, explainByName, explainByPlace, type Ground } from "./explain-plant.ts";
import { gatherPlants, type Plant } from "./gather-plants.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import { fitsAccount } from "./plant-marks.ts";
import { type Run, readRun } from "./read-run.ts";
import type { Session } from "./session.ts";

const hourUs = 3600 * 1_000_000;
const dayUs = 24 * hourUs;
/** A nightly job comes again within it. */
const againUs = 25 * hourUs;
const triedCountMax = 16;

/** **Cost**: near linear in sessions; of each the latest few that may have planted it are tried. */
export function findPlantLinks(scene: JoinScene): readonly JoinLink[] {
  const plants = gatherPlants(scene);
  if (plants.size === 0) return [];
  const ground = createGround(scene);
  const jobs = new Map<string, Session>();
  return scene.sessions.flatMap((session): JoinLink[] => {
    const run = readRun(session, scene.processes);
    if (run === undefined) return [];
    const job = commandKey(run.root);
    const before = jobs.get(job);
    const link = againOf(before, run) ?? plantedBy(run, plants, ground);
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

/** By the latest before it that explains it; what both name counts before place and time. */
function plantedBy(
  run: Run,
  plants: ReadonlyMap<string, readonly Plant[]>,
  ground: Ground,
): JoinLink | undefined {
  const { session, root, runners } = run;
  const { container, node, entry } = session;
  const places = isHostKey(container) ? [container, node] : [container];
  const near = places.flatMap((place) =>
    runners.flatMap((runner) => {
      const all = plants.get(placeKey(place, runner)) ?? [];
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
