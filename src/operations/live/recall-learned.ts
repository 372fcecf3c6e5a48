/**
 * Holds how a daemon whose state was lost knows again what workloads do.
 * In: an observation that learned nothing, the store. Out: the observation with what its facts
 * tell; itself where nothing is lacking. Must never take the place of what it does know.
 */
import { createDetection } from "../../core/observe/detect/detection.ts";
import { dumpedDetectors } from "../../core/observe/detect/dump-detection.ts";
import type { Fact } from "../../core/observe/fact.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { type NoveltyState, noveltyName } from "../../core/observe/profile/novelty-detector.ts";
import {
  knowsNothing,
  type RecalledProfiles,
  recallProfiles,
} from "../../core/observe/profile/recall-profiles.ts";
import { type LiveDump, LiveObservation, type LiveOptions } from "../../engine/live-observation.ts";
import type { FactStore } from "../../ports/store.ts";

export interface Recalled {
  readonly observation: LiveObservation;
  /** undefined: nothing was lacking, or nothing was ever learned. */
  readonly profiles: RecalledProfiles | undefined;
}

/**
 * Before the first event. `dumped`: what the observation was made of, for to ask it for another
 * dump takes long. **Errors**: what the store throws. **Cost**: one pass over facts.
 */
export async function recallLearned(
  observation: LiveObservation,
  live: LiveOptions,
  store: FactStore,
  dumped?: LiveDump,
): Promise<Recalled> {
  const state = (dumped && noveltyOf(dumped)) ?? noveltyOf(observation.dump());
  if (state === undefined || !knowsNothing(state)) return { observation, profiles: undefined };
  const facts = new FactSet();
  for await (const fact of store.facts()) if (isTelling(fact)) facts.add(fact);
  const { profiles } = facts;
  const signals = facts.detected.flatMap((container) => facts.signals(container));
  if (profiles.length + signals.length === 0) return { observation, profiles: undefined };
  const dump = structuredClone(observation.dump());
  const copy = noveltyOf(dump);
  if (copy === undefined) return { observation, profiles: undefined };
  const recalled = recallProfiles(copy, profiles, signals);
  return { observation: new LiveObservation(live, dump), profiles: recalled };
}

/** What it looks at in a dump; undefined where nothing is detected. */
function noveltyOf({ observer }: LiveDump): NoveltyState | undefined {
  const { name } = createDetection({ detectors: [] });
  const states = dumpedDetectors(observer.folds.get(name));
  return states.get(noveltyName) as NoveltyState | undefined;
}

function isTelling({ kind }: Fact): boolean {
  return kind === "profile" || kind === "signal";
}
