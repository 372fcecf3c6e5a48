/**
 * Holds how visible text is fitted into columns: width, cutting, padding, wrapping, bars.
 * In: any text (it is made visible first). Out: plain visible strings; the caller puts them into
 * `terminal` templates. Must never count a character that is not drawn, or cut one in half.
 */
import { makeVisible } from "./safe-text.ts";

// East Asian wide and fullwidth blocks and the emoji planes take two columns; marks take none.
const wide = new RegExp(
  [
    "[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3]",
    "[\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6]",
    "[\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]",
  ].join("|"),
  "u",
);
const mark = /\p{M}/u;

/** **Unit**: terminal columns. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

function widthOfCharacter(character: string): number {
  if (character < "\u0300") return 1;
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Cut to `width` columns; a cut one ends in "…". */
export function fit(text: string, width: number): string {
  const visible = makeVisible(text, Math.max(1, width * 4));
  if (widthOf(visible) <= width) return visible;
  let kept = "";
  let used = 0;
  for (const character of visible) {
    const next = widthOfCharacter(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return `${kept}…`;
}

/** Cut in the middle, because both ends of a path tell the most. */
export function fitPath(path: string, width: number): string {
  const visible = makeVisible(path, 4096);
  if (widthOf(visible) <= width) return visible;
  const characters = [...visible];
  const tail = Math.ceil((width - 1) * 0.7);
  const head = Math.max(0, width - 1 - tail);
  const start = characters.slice(0, head).join("");
  return fit(`${start}…${characters.slice(-tail).join("")}`, width);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

/**
 * Lines of at most `width` columns, broken at spaces; a longer word is cut. **Shape**: at most
 * `lineCountMax` lines, the last then ending in "…".
 */
export function wrap(text: string, width: number, lineCountMax = 4): readonly string[] {
  const lines: string[] = [];
  let line = "";
  const words = makeVisible(text, width * (lineCountMax + 1)).split(" ");
  for (const word of words.filter((one) => one !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
    } else {
      if (line !== "") lines.push(line);
      line = fit(word, width);
    }
  }
  if (line !== "") lines.push(line);
  if (lines.length <= lineCountMax) return lines;
  const last = `${lines[lineCountMax - 1] ?? ""} …`;
  return [...lines.slice(0, lineCountMax - 1), fit(last, width)];
}

/** A bar for `part` of `whole`; anything above nothing shows at least a sliver. */
export function bar(part: number, whole: number, width: number): string {
  if (part <= 0 || whole <= 0) return "";
  const eighths = Math.max(1, Math.round(Math.min(1, part / whole) * width * 8));
  const rest = eighths % 8;
  return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : (" ▏▎▍▌▋▊▉"[rest] ?? ""));
}

/** Digits in groups of three: 5,218. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 finding`, `3 findings`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
