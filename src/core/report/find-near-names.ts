/**
 * Holds which known names are near to one that was not found.
 * In: a lower-case name and candidates. Out: at most five candidates, the nearest first.
 * Must stay cheap for tens of thousands of long candidates: lengths are capped first.
 */

const nearCountMax = 5;
/** **Unit**: characters; a pod's name has 63, with its namespace a few more. */
const comparedLengthMax = 80;

/** **Order**: by distance, then by text, so that the answer is always the same. */
export function findNearNames(wanted: string, candidates: Iterable<string>): readonly string[] {
  const name = wanted.slice(0, comparedLengthMax);
  if (name === "") return [];
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase().slice(0, comparedLengthMax);
    const distance = nearness(name, other);
    if (distance !== undefined) near.push({ candidate, distance });
  }
  near.sort(
    (a, b) =>
      a.distance - b.distance ||
      (a.candidate < b.candidate ? -1 : a.candidate > b.candidate ? 1 : 0),
  );
  return near.slice(0, nearCountMax).map(({ candidate }) => candidate);
}

/** Parts of each other are near by length; else a third of the letters may differ. */
function nearness(name: string, other: string): number | undefined {
  const apart = Math.abs(name.length - other.length);
  const shorter = Math.min(name.length, other.length);
  if (shorter >= 3 && (other.includes(name) || name.includes(other))) return apart / 100;
  const distanceMax = Math.floor(Math.max(name.length, 3) / 3);
  if (apart > distanceMax) return undefined;
  const distance = editDistance(name, other);
  return distance <= distanceMax ? distance : undefined;
}

/** Letters to insert, delete or replace (Levenshtein). **Cost**: product of the lengths. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replace = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const shift = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replace, shift));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
