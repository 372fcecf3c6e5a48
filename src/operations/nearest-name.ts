/**
 * Holds the search for the name that was probably meant.
 * In: a word and the words there are. Out: the nearest, or nothing when none is near.
 * Must never take long: words and lists are cut.
 */

/** **Unit**: characters compared at most; names of containers can be long and hostile. */
const lengthMax = 80;

/**
 * The nearest of `names` to `word`: an edit distance of at most a third of the word, or a name that
 * contains it. **Order**: the first of equals. **Cost**: word × name characters each.
 */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  const wanted = word.slice(0, lengthMax).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const candidate = name.slice(0, lengthMax).toLowerCase();
    const contained = wanted.length > 2 && candidate.includes(wanted);
    const distance = contained ? 1 : editDistance(wanted, candidate);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
