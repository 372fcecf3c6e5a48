/**
 * Holds the only ways from untrusted text to something a person or a model reads.
 * In: text of any origin: command lines, paths, names, advisories. Out: terminal text, HTML,
 * Markdown or prompt data. The literal parts of a template are the program's own and trusted; what
 * is put between is not. Terminal text and HTML are classes with a private field, so that a plain
 * string does not type-check where they are asked for, and no other file can make one.
 */
import { cutText } from "../event/bounds.ts";

/** **Unit**: UTF-16 code units of one interpolated value before it ends in "…". */
export const interpolatedLengthMax = 600;

class Terminal {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

class Html {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

/** Text that may be written to a terminal as it is; `toString()` gives the characters. */
export type TerminalText = Terminal;
/** Markup that may be put into a page as it is; `toString()` gives the characters. */
export type HtmlText = Html;

// Controls, formats (bidi, zero-width), lone surrogates, line separators, everything that draws
// nothing, and spaces that are not the space.
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;
/** Most text: nothing in it has to be made visible. */
const plainLine = /^[ -~]*$/;
const stackedMarks = /(\p{M}{3})\p{M}+/gu;
const shortNames: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * The text with everything that a reader could not see, or that would move the cursor, written out
 * as `\n`, `\x1b` or `\u{202e}`; one line. **Shape**: at most `lengthMax` code units, a cut one
 * ends in "…". Doing it twice changes nothing.
 */
export function makeVisible(text: string, lengthMax: number = interpolatedLengthMax): string {
  if (text.length <= lengthMax && plainLine.test(text)) return text;
  const bounded = cutText(text, lengthMax + 1);
  const visible = bounded.replace(unseen, nameCharacter).replace(stackedMarks, "$1…");
  return visible.length > lengthMax ? `${cutText(visible, lengthMax - 1)}…` : visible;
}

function nameCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return shortNames.get(character) ?? (code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`);
}

/** Template tag: interpolated strings are made visible and capped, terminal text stays as it is. */
export function terminal(
  literals: TemplateStringsArray,
  ...values: readonly (string | number | TerminalText)[]
): TerminalText {
  const show = (value: string | number | TerminalText) =>
    value instanceof Terminal ? value.toString() : makeVisible(String(value));
  return new Terminal(weave(literals, values.map(show)));
}

/** Joins pieces that are safe already. */
export function joinTerminal(
  pieces: readonly TerminalText[],
  separator: TerminalText = terminal`\n`,
): TerminalText {
  return new Terminal(pieces.join(separator.toString()));
}

const styleCodes = {
  plain: "",
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  cyan: "36",
  "bold red": "1;31",
  "bold yellow": "1;33",
} as const;
export type Style = keyof typeof styleCodes;
/** Gives text a style; without colour it only makes the text safe. */
export type Paint = (style: Style, text: string | TerminalText) => TerminalText;

export function createPaint(color: boolean): Paint {
  return (style, text) => {
    const code = styleCodes[style];
    if (!color || code === "") return terminal`${text}`;
    return new Terminal(`\x1b[${code}m${terminal`${text}`.toString()}\x1b[0m`);
  };
}

const htmlNames: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["`", "&#96;"],
]);

/** Template tag: strings are made visible, capped, and escaped for text and quoted attributes. */
export function html(
  literals: TemplateStringsArray,
  ...values: readonly (string | number | HtmlText | readonly HtmlText[])[]
): HtmlText {
  const show = (value: string | number | HtmlText | readonly HtmlText[]): string => {
    if (value instanceof Html) return value.toString();
    if (typeof value === "object") return value.join("");
    return escapeHtml(makeVisible(String(value)));
  };
  return new Html(weave(literals, values.map(show)));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => htmlNames.get(character) ?? "");
}

const gap = "&#8203;";

/**
 * Text for a Markdown document: no markup, link, mention, autolink or table cell can start in it.
 * **Source**: CommonMark 0.31 §2.4 (backslash escapes) and §2.5 (entities). Trackers make mentions,
 * issue links and URLs of the text that comes out of that, so escapes do not hold them: `@`, `#`
 * and the start of an address are parted from what follows by a space of no width.
 */
export function markdownText(text: string, lengthMax: number = interpolatedLengthMax): string {
  const named = makeVisible(text, lengthMax).replace(/\\/g, "\\\\");
  return named
    .replace(/[*_[\]#|~$]/g, "\\$&")
    .replace(/^(\s*)([-+=])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])/, "$1\\$2")
    .replace(/[&<>"'`]/g, (character) => htmlNames.get(character) ?? "")
    .replace(/@/g, `@${gap}`)
    .replace(/\\#(?=\d)/g, `\\#${gap}`)
    .replace(/:(?=\/\/)/g, `:${gap}`)
    .replace(/\b(www)\./gi, `$1${gap}.`);
}

/** A code span that its content cannot leave. */
export function markdownCode(text: string, lengthMax: number = interpolatedLengthMax): string {
  const visible = makeVisible(text, lengthMax).replace(/\|/g, "¦");
  const longest = Math.max(0, ...[...visible.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 || visible.trim() === "" ? " " : "";
  return `${fence}${pad}${visible}${pad}${fence}`;
}

const plainJson = /^[\n -~]*$/;
// What `JSON.stringify` leaves as it is: controls of the upper half, formats, what draws nothing.
const unseenInJson = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** The same JSON with all that nobody sees, or that moves the cursor, written as escapes. */
export function escapeJson(json: string): string {
  if (plainJson.test(json)) return json;
  return json.replace(unseenInJson, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/**
 * A value as data for a model: JSON on one line, every string made visible and capped, `<` and `>`
 * written as escapes so that no tag of the prompt can be closed from inside.
 * **Shape**: at most `lengthMax` code units; what is longer becomes `{"cut":true,"start":"…"}`.
 */
export function promptData(value: unknown, lengthMax = 8000): string {
  const encoded = encodeForPrompt(value);
  if (encoded.length <= lengthMax) return encoded;
  const start = encoded.slice(0, Math.floor(lengthMax / 2));
  const cut = encodeForPrompt({ cut: true, start }, lengthMax);
  return cut.length <= lengthMax ? cut : '{"cut":true}';
}

function encodeForPrompt(value: unknown, lengthMax: number = interpolatedLengthMax): string {
  const encode = (_key: string, inner: unknown) =>
    typeof inner === "string" ? makeVisible(inner, lengthMax) : inner;
  const json = JSON.stringify(value, encode) ?? "null";
  return json.replace(/[<>]/g, (character) => (character === "<" ? "\\u003c" : "\\u003e"));
}

function weave(literals: TemplateStringsArray, values: readonly string[]): string {
  return literals.reduce((text, literal, index) => text + (values[index - 1] ?? "") + literal, "");
}
