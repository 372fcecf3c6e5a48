/**
 * Holds which patterns RE2 surely takes, told without compiling them: compiling is milliseconds,
 * and most rules meet no text that gets as far as their pattern.
 * In: a pattern. Out: yes, or "ask RE2". Must never say yes to one that RE2 refuses.
 */

/** **Unit**: characters; longer ones are rare. */
const lengthMax = 500;
/** RE2's own bound on what repetitions within repetitions come to. */
const repeatMax = 1000;

const freely: ReadonlySet<string> = new Set("\"'`&;<>=@:,!#%~ ");

const escaped = String.raw`\\[\\.^$|()[\]{}*+?/dDwWsStnrf-]`;
/** Each part begins with another character, so that it takes linear time. */
const plain = new RegExp(
  [
    String.raw`^(?:[ !"#%&',\-./0-9:;<=>@A-Z_\x60a-z~^$]`,
    escaped,
    String.raw`\\[bB]`,
    String.raw`\[\^?(?:[ -Z_-~]|${escaped})+\]`,
    String.raw`\(\?:|\((?!\?)|[)|*+?]`,
    String.raw`\{\d{1,3}(?:,\d{0,3})?\})*$`,
  ].join("|"),
);

/** The syntax that both engines share, as far as the language's own takes the pattern. */
export function isPlainPattern(given: string): boolean {
  const whole = given.startsWith("(?i)") ? given.slice(4) : given;
  // Escapes that RE2 takes and the language does not; they mean the character.
  const pattern = whole.replace(/\\(.)/gs, (pair, one) => (freely.has(one) ? one : pair));
  if (pattern.length > lengthMax || !plain.test(pattern)) return false;
  const repeats = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)];
  const counts = repeats.map(([, least, most = ""]) => Math.max(1, Number(least), Number(most)));
  if (counts.reduce((product, count) => product * count, 1) > repeatMax) return false;
  try {
    // Only read, never run: running it could take for ever.
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
