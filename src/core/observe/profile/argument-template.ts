/**
 * Holds what of arguments stays the same from one run to the next.
 * In: words of a command line. Out: one short text in which numbers, hashes, dates, temporary names
 * and parts of addresses are named and not kept.
 * Must never keep what looks like a password or a token, take longer than the text is long, nor
 * grow beyond its bound.
 */

/** **Unit**: characters of a template; what is beyond is told by a sum of it. */
export const templateLengthMax = 200;
/** What sensors give is no longer. */
const wordCountMax = 256;
const wordLengthMax = 4096;

/** Options behind which something stands that nobody else may know. */
const secretOption =
  /^-{0,2}[\w.-]*(?:passw(?:or)?d|passwd|secret|token|api[-_]?key|credential)s?$/i;
const secretPair =
  /^(-{0,2}[\w.-]*(?:passw(?:or)?d|passwd|secret|token|api[-_]?key|credential)s?)[=:]./i;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]+/g;

/** **Order**: what holds others stands before them. */
const parts: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "<uuid>"],
  [
    /\b\d{4}-\d\d-\d\d(?:[T_ -]?\d\d[:.-]?\d\d(?:[:.-]?\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?/g,
    "<date>",
  ],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, "<address>"],
  [/(\/(?:tmp|var\/tmp|dev\/shm|run\/user\/\d+)\/)[^\s"'`;|&<>()]+/g, "$1<name>"],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,128}\b/gi, "<hex>"],
  [/(?=[\w+-]{0,64}\d)(?=[\w+-]{0,64}[A-Z])[\w+-]{32,}={0,2}/g, "<long>"],
  [/\btmp\.[A-Za-z0-9]{6,}\b/g, "tmp.<name>"],
  // `sha256` and `php7` are names, `-n 256` and `run2026` are not.
  [/(?<![A-Za-z\d])\d+|\d{4,}/g, "<n>"],
];
const url = /\b([a-z][a-z0-9+.-]{1,15}):\/\/(?:[^\s/@"']{1,256}@)?([^\s/"'?#]{0,256})[^\s"']*/gi;

/** Tools to which a password is given right behind an option. */
const takesAttached = /^(?:mysql|mariadb|sshpass|7z)/;

/**
 * `program`: its name, for some take passwords in their own way. **Shape**: words joined by a
 * space. The same words always give the same text.
 */
export function argumentTemplate(words: readonly string[], program = ""): string {
  const made = templatesOf(words, takesAttached.test(program), 0);
  if (words.length > wordCountMax) made.push("<more>");
  return shorten(made.join(" "), templateLengthMax);
}

function templatesOf(words: readonly string[], isAttached: boolean, depth: number): string[] {
  const made: string[] = [];
  for (let at = 0; at < words.length && at < wordCountMax; at++) {
    const word = words[at] ?? "";
    const before = at === 0 ? "" : (words[at - 1] ?? "");
    made.push(secretTemplate(word, before, isAttached) ?? wordTemplate(word, depth));
  }
  return made;
}

/** What takes the place of a word that holds, or is, a secret. */
function secretTemplate(word: string, before: string, isAttached: boolean): string | undefined {
  if (secretOption.test(before) && before.startsWith("-")) return "<secret>";
  if (/^["']?(?:Bearer|Basic)$/i.test(before)) return "<secret>";
  if (isAttached && (before === "-p" || /^-p./.test(word))) {
    return before === "-p" ? "<secret>" : "-p<secret>";
  }
  const colon = word.indexOf(":");
  if ((before === "-u" || before === "--user") && colon > 0) {
    return `${wordTemplate(word.slice(0, colon), 1)}:<secret>`;
  }
  const pair = secretPair.exec(word);
  return pair === null || /\s/.test(word) ? undefined : `${pair[1]}=<secret>`;
}

/** The same of one text: a path, a program. */
export function nameTemplate(path: string, lengthMax = templateLengthMax): string {
  let text = path.slice(0, wordLengthMax);
  for (const [pattern, name] of parts) {
    if (name !== "<n>" && name !== "<long>" && name !== "<address>") {
      text = text.replace(pattern, name);
    }
  }
  text = text.replace(/(^|\/)\d+(?=\/|$)/g, "$1<n>").replace(/\d{5,}/g, "<n>");
  return shorten(text, lengthMax);
}

/** A script in one word is taken word by word. */
function wordTemplate(word: string, depth: number): string {
  const isLong = word.length > wordLengthMax;
  const text = isLong ? word.slice(0, wordLengthMax) : word;
  const inner = text.split(/\s+/, wordCountMax + 1);
  const made =
    inner.length > 1 && depth === 0
      ? templatesOf(inner, takesAttached.test(lastPart(inner[0] ?? "")), 1).join(" ")
      : partTemplate(text);
  return isLong || inner.length > wordCountMax ? `${made}<more>` : made;
}

function partTemplate(word: string): string {
  let text = word.replace(bearer, "$1 <secret>");
  text = text.replace(url, (_all, scheme: string, host: string) => `${scheme}://${host}/<rest>`);
  for (const [pattern, name] of parts) text = text.replace(pattern, name);
  return text;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Two long texts that begin alike stay apart by the sum of the whole. */
function shorten(text: string, lengthMax: number): string {
  const plain = text.isWellFormed() ? text : text.toWellFormed();
  if (plain.length <= lengthMax) return plain;
  const tail = `…#${sumOf(plain)}`;
  return `${plain.slice(0, lengthMax - tail.length).toWellFormed()}${tail}`;
}

/** **Source**: FNV-1a, 32 bits. */
function sumOf(text: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  return (sum >>> 0).toString(16).padStart(8, "0");
}
