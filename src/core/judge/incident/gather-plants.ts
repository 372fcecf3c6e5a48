/**
 * Holds what sessions left that somebody else starts: jobs, units, start files, keys, settings.
 * In: sessions that are an incident each. Out: plants by place and by who starts them.
 * Must never take what a server wrote before a rule spoke of it.
 */
import type { TimeUs } from "../../event/event.ts";
import type { StepFact } from "../../observe/detect/detect-fact.ts";
import { placeKey } from "./command-book.ts";
import type { JoinScene } from "./join-link.ts";
import { type Foothold, footholdOf } from "./persistence-table.ts";
import type { Session } from "./session.ts";
import { isTainted } from "./taint.ts";
import { placesOf } from "./written-places.ts";

export interface Plant {
  readonly session: Session;
  /** Its subject is the path as it is where the other was started. */
  readonly step: StepFact;
  /** When it was written first. */
  readonly startUs: TimeUs;
  readonly foothold: Foothold;
}

/** **Shape**: keys are `placeKey` of container or node, and runner. **Order**: by time. */
export function gatherPlants({
  sessions,
  processes,
}: JoinScene): ReadonlyMap<string, readonly Plant[]> {
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
