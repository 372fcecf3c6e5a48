/**
 * Holds the splitting of arguments as Tetragon joins them: spaces between, quotes around those with
 * spaces, nothing escaped.
 * In: one text. Out: words, as far as the quoting allows: a best effort, never exact.
 * Must never give more words than its bound, nor take longer than the text is long.
 */

/** **Unit**: words. A tool with more arguments than that lists files. */
export const wordCountMax = 256;

/** Empty arguments are lost on the way: two spaces are one. **Cost**: linear. */
export function splitArguments(text: string): readonly string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length && words.length < wordCountMax) {
    if (text.charCodeAt(at) === 32) {
      at += 1;
      continue;
    }
    const end = text.charCodeAt(at) === 34 ? endOfQuoted(text, at) : -1;
    if (end > 0) {
      words.push(text.slice(at + 1, end).trimStart());
      at = end + 1;
    } else {
      const space = text.indexOf(" ", at);
      const stop = space < 0 ? text.length : space;
      words.push(text.slice(at, stop));
      at = stop;
    }
  }
  return words;
}

/**
 * Where the quote that begins at `start` ends. One in the midst that stands before a word opens
 * another, one behind a word closes the latest that is open; -1 when none fits.
 */
function endOfQuoted(text: string, start: number): number {
  let depth = 0;
  let last = -1;
  for (let at = start + 1; at < text.length; at++) {
    if (text.charCodeAt(at) !== 34) continue;
    const isBehind = at + 1 >= text.length || text.charCodeAt(at + 1) === 32;
    if (isBehind && depth === 0) return at;
    if (isBehind) {
      depth -= 1;
      last = at;
    } else if (opensWord(text.charCodeAt(at - 1))) depth += 1;
    else if (depth > 0) depth -= 1;
  }
  return last;
}

/** Space, equals, bracket, semicolon, ampersand, bar, comma, colon, dollar, newline. */
function opensWord(before: number): boolean {
  return " =([{;&|,:$\n\t>".includes(String.fromCharCode(before));
}
