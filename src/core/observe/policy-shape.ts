/**
 * Holds reading of a parsed policy document that may have any shape at all.
 * In: unknown values and where they are. Out: plain objects, lists and texts; what does not fit is
 * left out and counted as a problem. Must never throw, and never follow a prototype.
 */
import type { ProblemLog } from "../event/problem.ts";

export type Shape = Readonly<Record<string, unknown>>;

/** **Unit**: elements of any list of a policy; characters of any text. */
const listLengthMax = 20_000;
const textLengthMax = 4096;

/**
 * Reads one document. **Errors**: each method notes what does not fit, counts it in
 * `leftOutCount`, and gives the empty value.
 */
export class ShapeReader {
  private readonly input: string;
  private readonly problems: ProblemLog;
  /** How often something was left out: who reads a filter must not take it for absent. */
  leftOutCount = 0;

  constructor(input: string, problems: ProblemLog) {
    this.input = input;
    this.problems = problems;
  }

  note(code: string, message: string): void {
    const place = { input: this.input, offset: -1, line: 0 };
    this.problems.add({ code, weight: "doubtful", message, place });
  }

  /** Undefined when absent or null; a value of another type is noted and taken as absent. */
  object(value: unknown, what: string): Shape | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === "object" && !Array.isArray(value)) return value as Shape;
    this.wrongType(what, "an object");
    return undefined;
  }

  objects(value: unknown, what: string): readonly Shape[] {
    return this.list(value, what)
      .map((item) => this.object(item, what))
      .filter((item) => item !== undefined);
  }

  list(value: unknown, what: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.wrongType(what, "a list");
      return [];
    }
    if (value.length > listLengthMax) {
      const message = `A tracing policy has more than ${listLengthMax} entries under ${what}.`;
      this.leftOutCount += 1;
      this.note("policy-too-long", message);
    }
    return value.slice(0, listLengthMax);
  }

  /** Numbers and booleans are taken as their text: YAML makes them of unquoted values. */
  texts(value: unknown, what: string): readonly string[] {
    const single = typeof value === "string" || typeof value === "number";
    return this.list(single ? [value] : value, what)
      .map((item) => this.text(item, what))
      .filter((item) => item !== undefined);
  }

  text(value: unknown, what: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === "object" || typeof value === "function") {
      this.wrongType(what, "text");
      return undefined;
    }
    return String(value).slice(0, textLengthMax);
  }

  private wrongType(what: string, expected: string): void {
    this.leftOutCount += 1;
    this.note("policy-wrong-type", `In a tracing policy, ${what} is not ${expected}.`);
  }
}

/** The own property of that name: `__proto__` and the like are nothing special. */
export function own(shape: Shape | undefined, key: string): unknown {
  return shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : undefined;
}
