/**
 * Holds texts of rules with wildcards: reading their escapes, matching, and what must occur.
 * In: a value of a rule. Out: tokens, a test of texts, the longest literal.
 * Must never take time beyond text × pattern: no backtracking over more than one wildcard.
 * **Source**: Sigma specification 2.1, "String Wildcard" and "Escape Character".
 */

/** `anyRun` is `*`, `anyOne` is `?`. */
export const anyRun: unique symbol = Symbol("*");
export const anyOne: unique symbol = Symbol("?");
export type PatternToken = string | typeof anyRun | typeof anyOne;
export type Pattern = readonly PatternToken[];

/** `\` takes the meaning of a wildcard or of another `\` after it; before others it is itself. */
export function parsePattern(text: string): Pattern {
  const tokens: PatternToken[] = [];
  let literal = "";
  const end = () => {
    if (literal !== "") tokens.push(literal);
    literal = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === "\\" && (next === "*" || next === "?" || next === "\\")) {
      literal += next;
      at += 1;
    } else if (char === "*" || char === "?") {
      end();
      tokens.push(char === "*" ? anyRun : anyOne);
    } else literal += char;
  }
  end();
  return tokens;
}

export type PatternPlace = "whole" | "start" | "end" | "within";

/** The pattern where it may stand in a text; runs of `*` become one. */
export function placePattern(pattern: Pattern, place: PatternPlace): Pattern {
  const before: Pattern = place === "end" || place === "within" ? [anyRun] : [];
  const after: Pattern = place === "start" || place === "within" ? [anyRun] : [];
  const all = [...before, ...pattern, ...after];
  return all.filter((token, at) => token !== anyRun || all[at - 1] !== anyRun);
}

/** The literal if there is nothing else in it; undefined where there are wildcards. */
export function plainText(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return "";
  const [only] = pattern;
  return pattern.length === 1 && typeof only === "string" ? only : undefined;
}

/** The longest text that each match has; "" when there is none. */
export function longestLiteral(pattern: Pattern): string {
  let longest = "";
  for (const token of pattern) {
    if (typeof token === "string" && token.length > longest.length) longest = token;
  }
  return longest;
}

export function lowerPattern(pattern: Pattern): Pattern {
  return pattern.map((token) => (typeof token === "string" ? token.toLowerCase() : token));
}

type TextTest = (text: string) => boolean;

/**
 * The usual shapes are one call of the engine; others are matched token by token. Each is made by a
 * function of its own: what is made in one keeps the variables of all others in memory.
 */
export function compilePattern(pattern: Pattern): TextTest {
  const plain = plainText(pattern);
  if (plain !== undefined) return isText(plain);
  const [first, second, third] = pattern;
  if (pattern.length === 1 && first === anyRun) return () => true;
  if (pattern.length === 2 && typeof first === "string" && second === anyRun) {
    return startsWith(first);
  }
  if (pattern.length === 2 && first === anyRun && typeof second === "string") {
    return endsWith(second);
  }
  const isWithin = pattern.length === 3 && first === anyRun && third === anyRun;
  return isWithin && typeof second === "string" ? holds(second) : isLike(flatten(pattern));
}

const isText = (whole: string): TextTest => {
  return (text) => text === whole;
};
const startsWith = (start: string): TextTest => {
  return (text) => text.startsWith(start);
};
const endsWith = (end: string): TextTest => {
  return (text) => text.endsWith(end);
};
const holds = (part: string): TextTest => {
  return (text) => text.includes(part);
};
const isLike = (glob: Pattern): TextTest => {
  return (text) => matchGlob(glob, text);
};

/** One token a code unit. */
function flatten(pattern: Pattern): Pattern {
  return pattern.flatMap(
    (token): Pattern => (typeof token === "string" ? token.split("") : [token]),
  );
}

/** Goes back to the last `*` only: an earlier one could gain nothing. */
function matchGlob(glob: Pattern, text: string): boolean {
  let at = 0;
  let inText = 0;
  let runAt = -1;
  let runText = 0;
  while (inText < text.length) {
    const token = glob[at];
    if (token === anyRun) {
      runAt = at;
      runText = inText;
      at += 1;
    } else if (token === anyOne || token === text.charAt(inText)) {
      at += 1;
      inText += 1;
    } else if (runAt >= 0) {
      at = runAt + 1;
      runText += 1;
      inText = runText;
    } else return false;
  }
  while (glob[at] === anyRun) at += 1;
  return at === glob.length;
}
