/**
 * Holds the remembering of what was asked before of short texts that come again and again.
 * In: a function of one text. Out: the same, with one look-up for a text asked before.
 * Must never hold more answers than its bound: all are forgotten then.
 */

/** The function must give the same for the same text. **Shape**: `countMax` answers at most. */
export function rememberAnswers<T>(
  ask: (text: string) => T,
  countMax: number,
): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    if (answers.size >= countMax) answers.clear();
    const answer = ask(text);
    answers.set(text, answer);
    return answer;
  };
}
