/**
 * Holds what to let go of where the room for something is nearly taken.
 * In: all that is kept, and for how much there is room. Out: what was longest unused.
 * Must choose nothing while there is room enough.
 */
import type { TimeUs } from "../event/event.ts";

/** **Unit**: of the room: above the one things are let go of, until the other is taken. */
const nearShare = 0.8;
const keptShare = 0.6;

export function isNear(count: number, countMax: number): boolean {
  return count > nearShare * countMax;
}

/**
 * So many that there is room for `neededCount` more. **Order**: longest unused first.
 * **Cost**: a sort, so a fifth of the room is cleared at once.
 */
export function chooseUnused<T>(
  things: readonly T[],
  countMax: number,
  lastUs: (one: T) => TimeUs,
  neededCount = 0,
): readonly T[] {
  if (!isNear(things.length + neededCount, countMax)) return [];
  const keptCount = Math.max(0, Math.floor(keptShare * countMax) - neededCount);
  return [...things]
    .sort((a, b) => lastUs(a) - lastUs(b))
    .slice(0, Math.max(0, things.length - keptCount));
}
