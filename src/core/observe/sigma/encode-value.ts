/**
 * Holds the forms in which a value may stand in a text: Base64, UTF-16, other dashes, placeholders.
 * In: a value of a rule. Out: alternatives. Must never make more of them than a bound.
 * **Source**: Sigma specification 2.1, appendix of modifiers.
 */

/** Encodings work on bytes: UTF-16 before Base64 is usual. */
export type Encoding = "base64" | "base64offset" | "utf16le" | "utf16be" | "utf16";

const alternativesMax = 512;

/** Alternatives; undefined where the chain makes no sense (a text after `base64offset`). */
export function encodeValue(text: string, encodings: readonly Encoding[]): readonly string[] {
  let bytes: readonly Uint8Array[] = [new TextEncoder().encode(text)];
  let isWide = false;
  let texts: readonly string[] = [text];
  for (const encoding of encodings) {
    if (encoding === "base64") {
      texts = bytes.map(toBase64);
      isWide = false;
    } else if (encoding === "base64offset") {
      texts = bytes.flatMap(offsetsOf);
      isWide = false;
    } else {
      bytes = texts.map((one) => toUtf16(one, encoding));
      isWide = true;
      continue;
    }
    bytes = texts.map((one) => new TextEncoder().encode(one));
  }
  return isWide ? bytes.map(latin) : texts;
}

function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function toBase64(bytes: Uint8Array): string {
  return btoa(latin(bytes));
}

/** What stays the same wherever the bytes begin, counted from a multiple of three. */
function offsetsOf(bytes: Uint8Array): readonly string[] {
  const starts = [0, 2, 3];
  const ends = [0, 3, 2];
  return starts.map((start, shift) => {
    const shifted = new Uint8Array(shift + bytes.length);
    shifted.set(bytes, shift);
    const whole = toBase64(shifted);
    const cut = ends[shifted.length % 3] ?? 0;
    return whole.slice(start, whole.length - cut);
  });
}

function toUtf16(text: string, encoding: Encoding): Uint8Array {
  const mark = encoding === "utf16" ? "\ufeff" : "";
  const marked = mark + text;
  const bytes = new Uint8Array(2 * marked.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < marked.length; at += 1) {
    view.setUint16(2 * at, marked.charCodeAt(at), encoding !== "utf16be");
  }
  return bytes;
}

/** Where an option begins: no letter or digit before, one after. */
const optionDash = /(?<![\w])[-/\u2013\u2014\u2015](?=\w)/g;
const dashes = ["-", "/", "\u2013", "\u2014", "\u2015"];

/** Each option with each dash; undefined where that are too many. */
export function spellDashes(text: string): readonly string[] | undefined {
  return expandAt(text, [...text.matchAll(optionDash)], () => dashes);
}

const placeholder = /(?<!\\)%(\w+)(?<!\\)%/g;

/**
 * Each placeholder by each of its values. **Errors**: the name of the one that has no value, or ""
 * where there are too many alternatives.
 */
export function fillPlaceholders(
  text: string,
  placeholders: ReadonlyMap<string, readonly string[]>,
): { readonly texts: readonly string[] } | { readonly missing: string } {
  const found = [...text.matchAll(placeholder)];
  for (const [, name = ""] of found) {
    if ((placeholders.get(name) ?? []).length === 0) return { missing: name };
  }
  const texts = expandAt(text, found, ([, name = ""]) => placeholders.get(name) ?? []);
  if (texts === undefined) return { missing: "" };
  return { texts: texts.map((one) => one.replaceAll("\\%", "%")) };
}

function expandAt(
  text: string,
  matches: readonly RegExpExecArray[],
  choices: (match: RegExpExecArray) => readonly string[],
): readonly string[] | undefined {
  let texts: readonly string[] = [""];
  let last = 0;
  for (const match of matches) {
    const between = text.slice(last, match.index);
    const chosen = choices(match);
    if (texts.length * chosen.length > alternativesMax) return undefined;
    texts = texts.flatMap((start) => chosen.map((choice) => start + between + choice));
    last = match.index + match[0].length;
  }
  return texts.map((start) => start + text.slice(last));
}
