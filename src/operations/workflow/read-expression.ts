/**
 * Holds the reading of expressions: `length(steps.find.output.incidents) > 0 and not inputs.quiet`.
 * In: text of a workflow. Out: an expression, or what is wrong and where.
 * Must never be given text from telemetry, and never grows with hostile nesting: both are bounded.
 */
import type { Compare, Expression, ExpressionTrouble } from "./expression.ts";

/** **Unit**: UTF-16 code units. */
const lengthMax = 2000;
const depthMax = 30;
const partCountMax = 30;

interface Token {
  readonly kind: "number" | "text" | "word" | "mark" | "end";
  readonly text: string;
  readonly offset: number;
}

// One alternative at each place: what is none of them is told by its offset.
const tokenPattern =
  /\s*(?:(-?\d+(?:\.\d+)?)|('(?:[^']|'')*')|([A-Za-z_][\w-]*)|(==|!=|<=|>=|[<>()[\],.]))/y;

const comparisons: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Refusal extends Error {
  readonly trouble: ExpressionTrouble;
  constructor(message: string, offset: number) {
    super(message);
    this.trouble = { message, offset };
  }
}

/** **Errors**: values. **Cost**: linear in the text. */
export function readExpression(
  text: string,
): { readonly expression: Expression } | { readonly trouble: ExpressionTrouble } {
  try {
    if (text.length > lengthMax) throw new Refusal("the expression is too long", 0);
    return { expression: new Reader(readTokens(text)).readWhole() };
  } catch (error) {
    if (error instanceof Refusal) return { trouble: error.trouble };
    throw error;
  }
}

function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const from = tokenPattern.lastIndex;
    const found = tokenPattern.exec(text);
    if (found === null) {
      const offset = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
      throw new Refusal(`${JSON.stringify(text[offset])} is not understood here`, offset);
    }
    const [, number, quoted, word, mark] = found;
    const raw = number ?? quoted ?? word ?? mark ?? "";
    const offset = tokenPattern.lastIndex - raw.length;
    if (number !== undefined) tokens.push({ kind: "number", text: raw, offset });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: raw, offset });
    else tokens.push({ kind: word === undefined ? "mark" : "word", text: raw, offset });
  }
  return [...tokens, { kind: "end", text: "the end", offset: end }];
}

class Reader {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  readWhole(): Expression {
    const whole = this.readEither();
    const rest = this.next();
    if (rest.kind !== "end") throw unexpected(rest);
    return whole;
  }

  private readEither(): Expression {
    this.depth += 1;
    if (this.depth > depthMax) throw new Refusal("it nests too deep", this.next().offset);
    let left = this.readBoth();
    while (this.takes("word", "or")) left = { kind: "or", left, right: this.readBoth() };
    this.depth -= 1;
    return left;
  }

  private readBoth(): Expression {
    let left = this.readNot();
    while (this.takes("word", "and")) left = { kind: "and", left, right: this.readNot() };
    return left;
  }

  private readNot(): Expression {
    let isNegated = false;
    while (this.takes("word", "not")) isNegated = !isNegated;
    const of = this.readComparison();
    return isNegated ? { kind: "not", of } : of;
  }

  private readComparison(): Expression {
    const left = this.readOperand();
    const token = this.next();
    const isMark = token.kind === "mark" && comparisons.includes(token.text);
    if (!isMark && !(token.kind === "word" && token.text === "in")) return left;
    this.at += 1;
    return {
      kind: "compare",
      operator: token.text as Compare,
      left,
      right: this.readOperand(),
    };
  }

  private readOperand(): Expression {
    const token = this.next();
    this.at += 1;
    if (token.kind === "number") return { kind: "value", value: Number(token.text) };
    if (token.kind === "text") {
      return { kind: "value", value: token.text.slice(1, -1).replaceAll("''", "'") };
    }
    if (token.kind === "mark" && token.text === "(") {
      const inner = this.readEither();
      this.expect(")");
      return inner;
    }
    if (token.kind === "mark" && token.text === "[") return this.readList();
    if (token.kind !== "word") throw unexpected(token);
    return this.readWord(token);
  }

  private readList(): Expression {
    const items: Expression[] = [];
    while (!this.takes("mark", "]")) {
      if (items.length > 0) this.expect(",");
      items.push(this.readOperandWithin());
    }
    return { kind: "list", items };
  }

  private readOperandWithin(): Expression {
    this.depth += 1;
    if (this.depth > depthMax) throw new Refusal("it nests too deep", this.next().offset);
    const item = this.readOperand();
    this.depth -= 1;
    return item;
  }

  private readWord({ text, offset }: Token): Expression {
    const constant = constants.get(text);
    if (constant !== undefined) return { kind: "value", value: constant };
    if (this.takes("mark", "(")) {
      if (text !== "exists" && text !== "length") {
        throw new Refusal(`there is no ${text}(); there are exists() and length()`, offset);
      }
      const of = this.readEither();
      this.expect(")");
      return { kind: text, of };
    }
    if (["and", "or", "not", "in"].includes(text)) throw unexpected({ kind: "word", text, offset });
    return { kind: "path", parts: [text, ...this.readParts()] };
  }

  private readParts(): readonly (string | number)[] {
    const parts: (string | number)[] = [];
    for (;;) {
      if (parts.length > partCountMax) throw new Refusal("it goes too deep", this.next().offset);
      if (this.takes("mark", ".")) parts.push(this.readName());
      else if (this.takes("mark", "[")) {
        parts.push(this.readKey());
        this.expect("]");
      } else return parts;
    }
  }

  private readName(): string {
    const token = this.next();
    if (token.kind !== "word") throw unexpected(token);
    this.at += 1;
    return token.text;
  }

  private readKey(): string | number {
    const token = this.next();
    this.at += 1;
    if (token.kind === "text") return token.text.slice(1, -1).replaceAll("''", "'");
    if (token.kind === "number" && /^\d{1,9}$/.test(token.text)) return Number(token.text);
    throw unexpected(token);
  }

  private next(): Token {
    const last = this.tokens.length - 1;
    return this.tokens[Math.min(this.at, last)] ?? { kind: "end", text: "the end", offset: 0 };
  }

  private takes(kind: Token["kind"], text: string): boolean {
    const token = this.next();
    if (token.kind !== kind || token.text !== text) return false;
    this.at += 1;
    return true;
  }

  private expect(text: string): void {
    if (this.takes("mark", text)) return;
    const { offset } = this.next();
    throw new Refusal(`expected ${JSON.stringify(text)}`, offset);
  }
}

function unexpected({ kind, text, offset }: Token): Refusal {
  const what = kind === "end" ? "it ends too early" : `${JSON.stringify(text)} is out of place`;
  return new Refusal(what, offset);
}
