/**
 * Holds the choice of some rules of a detector: the others do not speak.
 * In: a detector. Out: the same, silent but for the chosen ones.
 */
import type { DetectContext, Detector } from "./detector.ts";
import type { RuleHead } from "./rule.ts";

/** All still run, for correlations rest on rules that need not speak themselves. */
export function selectRules(
  detector: Detector<unknown>,
  only: (head: RuleHead) => boolean,
): Detector<unknown> {
  const listings = detector.listings.filter(({ head }) => only(head));
  const wanted = new Set(listings.map(({ head }) => head.id));
  const listen = (context: DetectContext): DetectContext => ({
    nowUs: context.nowUs,
    book: context.book,
    ...(context.emit === undefined ? {} : { emit: context.emit }),
    ...(context.lost === undefined ? {} : { lost: context.lost }),
    hit: (hit) => {
      if (wanted.has(hit.rule.id)) context.hit(hit);
    },
  });
  return {
    name: detector.name,
    listings,
    start: () => detector.start(),
    step: (state, act, context) => detector.step(state, act, listen(context)),
    tick: (state, context) => detector.tick?.(state, listen(context)),
    heard: (state, hit, context) => detector.heard?.(state, hit, listen(context)),
    release: (state, about) => detector.release?.(state, about),
    finish: (state, context) => detector.finish?.(state, listen(context)),
    remembered: (state, note) => detector.remembered?.(state, note),
    dump: (state) => detector.dump?.(state) ?? state,
    load: (data) => detector.load?.(data) ?? data,
  };
}
