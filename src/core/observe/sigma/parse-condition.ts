/**
 * Holds the reading of a rule's condition: `selection and not 1 of filter*`.
 * In: text, and the expressions of its names. Out: one expression, or what is wrong and where.
 * Must never recurse deeper than a bound: conditions are other people's text.
 * **Source**: Sigma specification 2.1, "Condition"; from the least binding: or, and, not, of.
 */
import type { Expression } from "./expression.ts";

export interface ConditionProblem {
  readonly message: string;
  /** **Unit**: characters from the start of the condition. */
  readonly offset: number;
}

export type ParsedCondition =
  | { readonly expression: Expression; readonly names: ReadonlySet<string> }
  | ConditionProblem;

interface Word {
  readonly text: string;
  readonly offset: number;
}

const depthMax = 60;
const quantities: ReadonlyMap<string, "and" | "or"> = new Map([
  ["1", "or"],
  ["any", "or"],
  ["all", "and"],
]);

export function parseCondition(
  text: string,
  known: ReadonlyMap<string, Expression>,
): ParsedCondition {
  const words = [...text.matchAll(/[()|]|[^\s()|]+/g)].map(
    (match): Word => ({ text: match[0], offset: match.index }),
  );
  const parser = new ConditionParser(words, known, text.length);
  const expression = parser.readOr(0);
  parser.expectEnd();
  const { problem, names } = parser;
  if (problem !== undefined) return problem;
  if (expression === undefined) return { message: "the condition is empty", offset: 0 };
  return { expression, names };
}

class ConditionParser {
  problem: ConditionProblem | undefined;
  readonly names = new Set<string>();
  private at = 0;
  private readonly words: readonly Word[];
  private readonly known: ReadonlyMap<string, Expression>;
  private readonly length: number;

  constructor(words: readonly Word[], known: ReadonlyMap<string, Expression>, length: number) {
    this.words = words;
    this.known = known;
    this.length = length;
  }

  readOr(depth: number): Expression | undefined {
    return this.readChain("or", () => this.readAnd(depth));
  }

  expectEnd(): void {
    const word = this.words[this.at];
    if (word === undefined) return;
    if (word.text === "|")
      this.fail("aggregations after `|` were replaced by correlation rules", word);
    else this.fail(`${show(word)} is not expected here`, word);
  }

  private readAnd(depth: number): Expression | undefined {
    return this.readChain("and", () => this.readNot(depth));
  }

  private readChain(
    kind: "or" | "and",
    read: () => Expression | undefined,
  ): Expression | undefined {
    const parts = [read()];
    while (this.takes(kind)) parts.push(read());
    const whole = parts.filter((part) => part !== undefined);
    if (this.problem !== undefined) return undefined;
    return whole.length === 1 ? whole[0] : { kind, parts: whole };
  }

  private readNot(depth: number): Expression | undefined {
    if (depth > depthMax) return this.fail("the condition is nested too deeply");
    if (!this.takes("not")) return this.readPart(depth);
    const part = this.readNot(depth + 1);
    return part && { kind: "not", part };
  }

  private readPart(depth: number): Expression | undefined {
    const word = this.words[this.at];
    if (word === undefined) return this.fail("the condition ends too early");
    if (this.takes("(")) {
      const inside = this.readOr(depth + 1);
      if (!this.takes(")")) return this.fail("a bracket is not closed");
      return inside;
    }
    const next = this.words[this.at + 1];
    const quantity = quantities.get(word.text.toLowerCase());
    if (quantity !== undefined && next?.text.toLowerCase() === "of") {
      this.at += 2;
      return this.readOf(quantity);
    }
    const found = this.known.get(word.text);
    if (found === undefined) return this.fail(`there is no ${show(word)} in the detection`, word);
    this.at += 1;
    this.names.add(word.text);
    return found;
  }

  private readOf(kind: "and" | "or"): Expression | undefined {
    const word = this.words[this.at];
    if (word === undefined) return this.fail("`of` of what?");
    this.at += 1;
    const isThem = word.text.toLowerCase() === "them";
    const chosen = [...this.known].filter(([name]) =>
      isThem ? !name.startsWith("_") : isLike(word.text, name),
    );
    if (chosen.length === 0) return this.fail(`${show(word)} stands for nothing`, word);
    for (const [name] of chosen) this.names.add(name);
    const parts = chosen.map(([, expression]) => expression);
    return parts.length === 1 ? parts[0] : { kind, parts };
  }

  private takes(text: string): boolean {
    const word = this.words[this.at];
    if (this.problem !== undefined || word?.text.toLowerCase() !== text) return false;
    this.at += 1;
    return true;
  }

  private fail(message: string, word = this.words[this.at]): undefined {
    this.problem ??= { message, offset: word?.offset ?? this.length };
    return undefined;
  }
}

function show({ text }: Word): string {
  return JSON.stringify(text.slice(0, 60));
}

/** `*` is any number of characters; by convention `_` at the start hides a name from it. */
function isLike(pattern: string, name: string): boolean {
  if (!pattern.startsWith("_") && name.startsWith("_")) return false;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first) || !name.slice(first.length).endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
