/**
 * Holds the reading of plain data that somebody wrote: texts, numbers, lists, with their places.
 * In: one map of a rule document. Out: values, and a problem for each that is not what it must be.
 * Must never throw, nor take one kind of value for another.
 */
import { isWireObject } from "../../event/wire-value.ts";
import type { RulePath, RuleProblem } from "./rule-problem.ts";

const textLengthMax = 65_535;

/** One map of a document, with its place in it. */
export class PlainReader {
  readonly path: RulePath;
  private readonly record: Readonly<Record<string, unknown>>;
  private readonly problems: RuleProblem[];

  constructor(record: Readonly<Record<string, unknown>>, path: RulePath, problems: RuleProblem[]) {
    this.record = record;
    this.path = path;
    this.problems = problems;
  }

  fail(key: string, message: string): undefined {
    this.problems.push({ path: [...this.path, key], message, isUnsupported: false });
    return undefined;
  }

  get(key: string): unknown {
    return this.record[key];
  }

  keys(): readonly string[] {
    return Object.keys(this.record);
  }

  /** Undefined where it is left out. */
  text(key: string): string | undefined {
    const value = this.record[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (typeof value !== "string") return this.fail(key, `${key} is not a text`);
    if (value.length > textLengthMax) return this.fail(key, `${key} is too long`);
    return value;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const found = allowed.find((one) => one === value);
    return found ?? this.fail(key, `${key} is none of ${allowed.join(", ")}`);
  }

  /** One text stands for a list of it. */
  texts(key: string): readonly string[] {
    const value = this.record[key];
    if (value === undefined || value === null) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((one) => typeof one === "string" || typeof one === "number");
    if (texts.length !== list.length) this.fail(key, `${key} is not a list of texts`);
    return texts.map(String);
  }

  number(key: string): number | undefined {
    const value = this.record[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.fail(key, `${key} is not a number`);
  }

  flag(key: string): boolean | undefined {
    const value = this.record[key];
    if (value === undefined || value === null) return undefined;
    return typeof value === "boolean" ? value : this.fail(key, `${key} is neither true nor false`);
  }

  /** Undefined where it is left out or is no map. */
  map(key: string): PlainReader | undefined {
    const value = this.record[key];
    if (value === undefined) return undefined;
    if (!isWireObject(value)) return this.fail(key, `${key} is not a map`);
    return new PlainReader(value, [...this.path, key], this.problems);
  }
}
