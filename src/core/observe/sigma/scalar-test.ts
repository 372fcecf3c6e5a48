/**
 * Holds how one value of a rule is compared with one value of an act.
 * In: a value with its modifiers. Out: a test of a text (as it is, and in lower case), what it is
 * called, and the text it needs; or why the value cannot be had.
 * Must never tell cases apart unless the rule asks for it.
 */
import { isInNetwork, parseAddress, parseNetwork } from "../../event/ip-address.ts";
import { encodeValue, fillPlaceholders, spellDashes } from "./encode-value.ts";
import type { KnownQuestions, ScalarTest } from "./known-questions.ts";
import {
  compilePattern,
  longestLiteral,
  lowerPattern,
  type Pattern,
  parsePattern,
  placePattern,
  plainText,
} from "./pattern.ts";
import type { Comparison, Modifiers } from "./read-modifiers.ts";
import type { RegexEngine } from "./regex-engine.ts";
import type { ValueProblem } from "./rule-problem.ts";

export interface ScalarOptions {
  readonly regex: RegexEngine;
  readonly placeholders: ReadonlyMap<string, readonly string[]>;
  /** What other rules of the set asked already; nothing is shared without it. */
  readonly known?: KnownQuestions;
}

type Compiled = readonly ScalarTest[] | ValueProblem;

const wrong = (message: string): ValueProblem => ({ message, isUnsupported: false });
const cannot = (message: string): ValueProblem => ({ message, isUnsupported: true });

/** Alternatives of one value: any of them. */
export function compileScalar(
  value: string | number | boolean,
  modifiers: Modifiers,
  options: ScalarOptions,
): Compiled {
  const texts = expand(String(value), modifiers, options);
  if (!Array.isArray(texts)) return texts as ValueProblem;
  const all: ScalarTest[] = [];
  for (const text of texts as readonly string[]) {
    const compiled = compileText(text, modifiers, options);
    if ("message" in compiled) return compiled;
    all.push(...compiled);
  }
  return all;
}

function expand(
  text: string,
  { expands, field }: Modifiers,
  { placeholders }: ScalarOptions,
): readonly string[] | ValueProblem {
  if (!expands) return [text];
  const filled = fillPlaceholders(text, placeholders);
  if ("texts" in filled) return filled.texts;
  if (filled.missing === "") return wrong(`${field}: placeholders give too many values`);
  return cannot(`the placeholder %${filled.missing}% has no value here`);
}

function compileText(text: string, modifiers: Modifiers, options: ScalarOptions): Compiled {
  const { value } = modifiers;
  if (value.kind === "regex") {
    const { ignoreCase, multiLine, dotAll } = value.flags;
    const key = JSON.stringify(["re", ignoreCase, multiLine, dotAll, text]);
    const known = options.known?.scalars.get(key);
    if (known !== undefined) return [known];
    const compiled = options.regex.compile(text, value.flags);
    if (typeof compiled === "string") return cannot(`the regular expression: ${compiled}`);
    const made = scalar(`matches ${text}`, (_, one) => compiled.test(one));
    options.known?.scalars.set(key, made);
    return [made];
  }
  if (value.kind === "network") {
    const network = parseNetwork(text.trim());
    if (network === undefined) return wrong(`${JSON.stringify(text)} is no network`);
    return [
      scalar(`is in ${text}`, (_, one) => {
        const address = parseAddress(one);
        return address !== undefined && isInNetwork(address, network);
      }),
    ];
  }
  if (value.kind === "number") {
    const bound = readNumber(text);
    if (bound === undefined) return wrong(`${JSON.stringify(text)} is no number`);
    const holds = comparing(value.comparison, bound);
    return [scalar(`${signs[value.comparison]} ${text}`, (_, one) => holds(readNumber(one)))];
  }
  return compileWords(text, modifiers, options);
}

function compileWords(text: string, modifiers: Modifiers, { known }: ScalarOptions): Compiled {
  const { place, isCased, encodings, spellsDashes } = modifiers;
  const isPlain = encodings.length === 0 && !spellsDashes;
  const key = JSON.stringify([place, isCased, text]);
  const before = isPlain ? known?.scalars.get(key) : undefined;
  if (before !== undefined) return [before];
  const patterns = spell(text, modifiers);
  if (!Array.isArray(patterns)) return patterns as ValueProblem;
  const made = (patterns as readonly Pattern[]).map((pattern) => compileOne(pattern, modifiers));
  const [only] = made;
  if (isPlain && only !== undefined) known?.scalars.set(key, only);
  return made;
}

/** The value in each of its forms. */
function spell(text: string, modifiers: Modifiers): readonly Pattern[] | ValueProblem {
  const { encodings, spellsDashes, field } = modifiers;
  if (encodings.length === 0 && !spellsDashes) return [parsePattern(text)];
  const spelled = spellsDashes ? spellDashes(text) : [text];
  if (spelled === undefined) return wrong(`${field}: too many dashes for windash`);
  if (encodings.length === 0) return spelled.map(parsePattern);
  const patterns: Pattern[] = [];
  for (const one of spelled) {
    const plain = plainText(parsePattern(one));
    if (plain === undefined) return wrong(`${field}: a wildcard cannot be encoded`);
    patterns.push(...encodeValue(plain, encodings).map((encoded) => [encoded]));
  }
  return patterns;
}

const placeWords = { whole: "is", start: "starts with", end: "ends with", within: "contains" };

function compileOne(pattern: Pattern, { place, isCased }: Modifiers): ScalarTest {
  const placed = placePattern(pattern, place);
  const lowered = lowerPattern(placed);
  const matches = compilePattern(isCased ? placed : lowered);
  const last = lowered.at(-1);
  const ending = typeof last === "string" ? last : "";
  const hasName = ending.includes("/") && !ending.endsWith("/");
  return {
    test: isCased ? (_, text) => matches(text) : matches,
    label: `${placeWords[place]} ${showPattern(pattern)}`,
    literal: longestLiteral(lowered),
    baseName: hasName ? ending.slice(ending.lastIndexOf("/") + 1) : "",
  };
}

function showPattern(pattern: Pattern): string {
  const text = pattern
    .map((token) => (typeof token === "string" ? token : token.description))
    .join("");
  return text.trim() === text && text !== "" ? text : JSON.stringify(text);
}

function scalar(label: string, test: ScalarTest["test"]): ScalarTest {
  return { test, label, literal: "", baseName: "" };
}

const signs = { lt: "<", lte: "≤", gt: ">", gte: "≥", eq: "=" };

/** Undefined is no number, and compares with nothing. */
export function comparing(comparison: Comparison, bound: number): (value?: number) => boolean {
  switch (comparison) {
    case "lt":
      return (value) => value !== undefined && value < bound;
    case "lte":
      return (value) => value !== undefined && value <= bound;
    case "gt":
      return (value) => value !== undefined && value > bound;
    case "gte":
      return (value) => value !== undefined && value >= bound;
    case "eq":
      return (value) => value === bound;
  }
}

function readNumber(text: string): number | undefined {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
