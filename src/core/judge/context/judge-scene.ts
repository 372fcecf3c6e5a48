/**
 * Holds how everything about the places of a scene is judged, in the order in which one needs the
 * other: roles, exposure, reach, contradictions.
 * In: a scene, facts, pinned roles. Out: contexts of the workloads that were watched.
 */
import type { FactSet } from "../../observe/fact-set.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import type { Place, Scene } from "./context-scene.ts";
import { findContradictions } from "./find-contradictions.ts";
import { judgeExposure } from "./judge-exposure.ts";
import { createReach } from "./judge-reach.ts";
import { judgeRoles } from "./judge-roles.ts";
import { gatherSignals } from "./role-signals.ts";
import type { Contradiction, RoleName, WorkloadContext } from "./workload-context.ts";

export interface JudgeSceneOptions {
  readonly scene: Scene;
  readonly facts: FactSet;
  /** Pinned ones. */
  readonly roles: ReadonlyMap<string, readonly RoleName[]>;
  readonly evidence: EvidenceBook;
}

/** Everything but the flows themselves. **Order**: by workload. */
export function judgeScene(options: JudgeSceneOptions): {
  readonly workloads: readonly WorkloadContext[];
  readonly contradictions: readonly Contradiction[];
} {
  const { scene, facts, evidence } = options;
  const roles = new Map(
    scene.places.map((place) => {
      const signals = gatherSignals(place, scene, facts);
      return [place, judgeRoles(signals, options.roles, evidence)];
    }),
  );
  const rolesOf = (place: Place) => roles.get(place) ?? [];
  const exposures = judgeExposure({ scene, rolesOf, facts });
  const reachOf = createReach({ scene, rolesOf, facts });
  const workloads = [...exposures].map(([place, exposure]): WorkloadContext => {
    return { workload: place.workload, exposure, roles: rolesOf(place), reach: reachOf(place) };
  });
  return { workloads, contradictions: findContradictions({ scene, facts }) };
}
