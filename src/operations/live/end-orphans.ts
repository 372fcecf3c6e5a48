/**
 * Holds what becomes of the state of a fold that takes part no longer: detection that was turned
 * off.
 * In: a checkpoint's state, the folds of now. Out: facts, as if the recording had ended for that
 * fold. Must never let open facts of it be dropped: they were seen.
 */
import { createDetection } from "../../core/observe/detect/detection.ts";
import type { Fact } from "../../core/observe/fact.ts";
import type { LiveDump, LiveOptions } from "../../engine/live-observation.ts";

/** Takes over that fold's part of the dump, which nobody else may use then. */
export function endOrphans(
  { observer }: LiveDump,
  { createFolds }: Pick<LiveOptions, "createFolds">,
): readonly Fact[] {
  // An end asks no detector: without rules it tells all that is open.
  const fold = createDetection({ detectors: [] });
  const dumped = observer.folds.get(fold.name);
  if (dumped === undefined || createFolds().some(({ name }) => name === fold.name)) return [];
  const state = fold.load?.(dumped);
  if (state === undefined) return [];
  const facts: Fact[] = [];
  fold.finish?.(state, (fact) => facts.push(fact));
  return facts;
}
