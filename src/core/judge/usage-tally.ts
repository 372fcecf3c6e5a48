/**
 * Holds what was gathered about one package while the uses of a container are gone through.
 * In: weighed uses. Out: best level and force, who, when, and the few uses worth citing.
 * Must give the same result whatever order the uses come in.
 */

import { compareText } from "../event/compare-text.ts";
import type { Actor, FileUseFact } from "../observe/fact.ts";
import type { EvidenceLevel } from "./verdict.ts";
import { type Force, levelRank, type Party, type Weight } from "./weigh-use.ts";

export interface TalliedUse {
  readonly use: FileUseFact;
  readonly weight: Weight;
  readonly party: Party;
  /** Library that was concluded from `use`; "" when `use` is itself about the package. */
  readonly linkedPath: string;
}

export interface Tally {
  readonly actors: Set<Actor>;
  /** Strongest first, at most `keptMax`: of the workload itself, and of others. */
  own: TalliedUse[];
  foreign: TalliedUse[];
  /** Over all of the workload's own uses. */
  level: EvidenceLevel;
  /** **Unit**: microseconds; 0 for none. */
  firstUs: number;
  lastUs: number;
}

const keptMax = 6;
const forces: readonly Force[] = ["use", "doubt", "weak"];

export function createTally(): Tally {
  return { actors: new Set(), own: [], foreign: [], level: "none", firstUs: 0, lastUs: 0 };
}

/** **Order**: does not matter. **Shape**: keeps the few strongest uses of each party. */
export function addUse(tally: Tally, tallied: TalliedUse): void {
  const { use, weight, party } = tallied;
  tally.actors.add(use.actor);
  if (party !== "own") {
    tally.foreign = keepStrongest(tally.foreign, tallied);
    return;
  }
  tally.own = keepStrongest(tally.own, tallied);
  if (levelRank(weight.level) < levelRank(tally.level)) tally.level = weight.level;
  const { firstSeenUs, lastSeenUs } = use;
  if (firstSeenUs > 0 && (tally.firstUs === 0 || firstSeenUs < tally.firstUs)) {
    tally.firstUs = firstSeenUs;
  }
  tally.lastUs = Math.max(tally.lastUs, lastSeenUs);
}

function keepStrongest(kept: readonly TalliedUse[], added: TalliedUse): TalliedUse[] {
  return [...kept, added].sort(compareUses).slice(0, keptMax);
}

/** **Order**: force, level, seen before concluded, the service before its start-up, time, names. */
function compareUses(a: TalliedUse, b: TalliedUse): number {
  return (
    forces.indexOf(a.weight.force) - forces.indexOf(b.weight.force) ||
    levelRank(a.weight.level) - levelRank(b.weight.level) ||
    Number(a.linkedPath !== "") - Number(b.linkedPath !== "") ||
    Number(a.use.actor !== "service") - Number(b.use.actor !== "service") ||
    a.use.firstSeenUs - b.use.firstSeenUs ||
    compareText(a.use.path, b.use.path) ||
    compareText(a.linkedPath, b.linkedPath) ||
    compareText(a.use.how, b.use.how) ||
    compareText(a.use.actor, b.use.actor)
  );
}
