/**
 * Holds the short form of ids that a person can type.
 * In: ids. Out: of each the start that no other one has.
 * Must never give two ids the same start.
 */
import { compareText } from "../../event/compare-text.ts";

/** **Unit**: UTF-16 code units. Shorter ones would soon stand for two. */
const shortLengthMin = 8;

/**
 * **Shape**: eight digits, more where another id begins alike; all of one that begins another.
 * **Cost**: sorts the ids.
 */
export function shortenIds(ids: Iterable<string>): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort(compareText);
  return new Map(
    sorted.map((id, at) => {
      const alike = Math.max(sharedLength(id, sorted[at - 1]), sharedLength(id, sorted[at + 1]));
      return [id, id.slice(0, Math.max(shortLengthMin, alike + 1))];
    }),
  );
}

/** Neighbours in order share the most. */
function sharedLength(id: string, other = ""): number {
  let length = 0;
  while (length < id.length && length < other.length && id[length] === other[length]) length += 1;
  return length;
}
