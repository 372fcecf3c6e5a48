/**
 * Holds the watching of hits: that a rule tells something new and grave must not wait for the usual
 * rhythm.
 * In: what all rules tell, through the contract of a detector. Out: a call for each rule that
 * matches a process first. Must never tell anything itself.
 */
import type { Detector } from "../../core/observe/detect/detector.ts";
import { levels } from "../../core/observe/detect/rule.ts";

/** Rules and processes that are remembered: beyond, one may call again. */
const knownCountMax = 10_000;
const leastRank = levels.indexOf("medium");

/** A detector without rules that only listens to the others. */
export function watchHits(onNews: () => void): Detector<unknown> {
  const known = new Set<string>();
  return {
    name: "hits",
    listings: [],
    start: () => undefined,
    step: () => {},
    heard: (_, { rule, subject }) => {
      if (levels.indexOf(rule.level) < leastRank) return;
      const key = `${rule.id} ${subject.execId}`;
      if (known.has(key)) return;
      if (known.size >= knownCountMax) known.clear();
      known.add(key);
      onNews();
    },
  };
}
