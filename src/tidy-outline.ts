/**
 * Holds the reading of a source as far as the rules of the house need it: which callables it
 * declares, with how many parameters and which body, and which names it exports.
 * In: a formatted source (`npm run check` formats first). Out: plain lists, by line.
 * Must never parse more than that: types and the meaning of names are the compiler's.
 */

export interface Callable {
  /** "" for an arrow without a name of its own. */
  readonly name: string;
  /** 1-based, of its first parenthesis. */
  readonly line: number;
  readonly parameterCount: number;
  /** Text between its braces; "" without braces, as of types and short arrows. */
  readonly body: string;
  /** From its first parenthesis to the end of its body. */
  readonly lineCount: number;
}

export interface Exported {
  readonly name: string;
  readonly kind: "function" | "class" | "const" | "type";
  readonly line: number;
  readonly hasDocstring: boolean;
}

const keywords = new Set(
  "if for while switch catch return await new typeof throw void in of else do yield case".split(
    " ",
  ),
);

/** A regular expression stands where a value may begin; elsewhere a slash divides. */
const valueBegins = /(?<=[(,=:[!&|?{};]\s*|return\s|^\s*)/.source;
const regularExpression = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.source;

/** What `blank` passes over: comments, texts, templates, regular expressions. */
const passages = new RegExp(
  [
    /\/\*[\s\S]*?\*\//.source,
    /\/\/[^\n]*/.source,
    /"(?:[^"\\\n]|\\.)*"/.source,
    /'(?:[^'\\\n]|\\.)*'/.source,
    /`(?:[^`\\]|\\[\s\S])*`/.source,
    valueBegins + regularExpression,
  ].join("|"),
  "gm",
);

/** The same text with what is no code blanked, so that places stay where they are. */
export function blank(text: string): string {
  return text.replace(passages, (passage) => passage.replace(/[^\n]/g, " "));
}

/** Functions, methods, constructors, arrows and types of functions. **Order**: of the source. */
export function readCallables(text: string): readonly Callable[] {
  const code = blank(text);
  const found: Callable[] = [];
  for (let open = code.indexOf("("); open >= 0; open = code.indexOf("(", open + 1)) {
    const close = matching(code, open);
    if (close < 0) continue;
    const name = nameBefore(code, open);
    const after = code.slice(close + 1, close + 400);
    const isArrow = /^\s*(?::[^;={]{1,300}?)?\s=>/.test(after);
    const isDeclared = name !== undefined && /^(?:\s*:[^;=]{1,300}?)?\s*[{;]/.test(after);
    const isCall = name === undefined || !/^\s*(?::|\{)/.test(after);
    if (!isArrow && (!isDeclared || isCall)) continue;
    const inside = code.slice(open + 1, close);
    const [from, to] = isArrow ? arrowBody(code, close) : bodyAfter(code, close);
    found.push({
      name: isArrow ? "" : (name ?? ""),
      line: lineCountOf(code.slice(0, open)),
      parameterCount: countParameters(inside),
      body: text.slice(from, to),
      lineCount: lineCountOf(code.slice(open, Math.max(to, close))),
    });
  }
  return found;
}

/** The name of a function or member that a parenthesis belongs to; undefined for calls. */
function nameBefore(code: string, open: number): string | undefined {
  const before = code.slice(Math.max(0, open - 200), open);
  const named = /(?:\bfunction\*?\s+|^\s*(?:[a-z]+\s+)*)([\w#$]+)\??(?:<[^()]*>)?$/m.exec(before);
  const name = named?.[1];
  return name === undefined || keywords.has(name) ? undefined : name;
}

function lineCountOf(text: string): number {
  return text.split("\n").length;
}

function arrowBody(code: string, close: number): readonly [number, number] {
  const arrow = code.indexOf("=>", close);
  const isBlock = /^=>\s*\{/.test(code.slice(arrow, arrow + 40));
  return isBlock ? bodyAfter(code, arrow) : [0, 0];
}

/** From where to where the body of a function reaches; an empty stretch without one. */
function bodyAfter(code: string, close: number): readonly [number, number] {
  const open = code.indexOf("{", close);
  const end = code.indexOf(";", close);
  if (open < 0 || (end >= 0 && end < open)) return [0, 0];
  const shut = matching(code, open);
  return shut < 0 ? [0, 0] : [open + 1, shut];
}

const closing: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["{", "}"],
  ["[", "]"],
]);

/** Index of the bracket that closes the one at `open`; -1 when none does. */
function matching(code: string, open: number): number {
  const opener = code[open] ?? "";
  const closer = closing.get(opener) ?? "";
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === opener) depth++;
    else if (code[at] === closer && --depth === 0) return at;
  }
  return -1;
}

function countParameters(inside: string): number {
  let depth = 0;
  let commas = 0;
  let last = "";
  for (const [at, character] of [...inside].entries()) {
    if ("([{<".includes(character)) depth++;
    else if (")]}".includes(character) || (character === ">" && inside[at - 1] !== "=")) depth--;
    else if (character === "," && depth === 0) commas++;
    if (character.trim() !== "") last = character;
  }
  if (last === "") return 0;
  return last === "," ? commas : commas + 1;
}

/** Names that the file declares and exports. **Order**: of the source. */
export function readExports(text: string): readonly Exported[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const match = /^export (?:async )?(function\*?|class|const|interface|type) (\w+)/.exec(line);
    const [, word = "", name = ""] = match ?? [];
    if (match === null) return [];
    const kind = kinds.get(word.replace("*", "")) ?? "type";
    const hasDocstring = lines[index - 1]?.trimEnd().endsWith("*/") === true;
    return [{ name, kind, line: index + 1, hasDocstring }];
  });
}

const kinds: ReadonlyMap<string, Exported["kind"]> = new Map([
  ["function", "function"],
  ["class", "class"],
  ["const", "const"],
]);
