/**
 * Holds the checked reading of plain data that somebody wrote by hand, as cases of rules are.
 * In: what a YAML parser gave. Out: texts, numbers, lists, and what is wrong with its path.
 * Must never throw, and never take a wrong type for a value that is absent.
 */

import { isWireObject } from "../../event/wire-value.ts";

/** What is wrong with a document, and where in it: `matching[2].events[0].exec`. */
export interface CaseProblem {
  readonly path: string;
  /** Half a sentence. */
  readonly message: string;
}

type Plain = Readonly<Record<string, unknown>>;

const problemCountMax = 100;
const textLengthMax = 16_384;

/**
 * Reads one map. Each getter notes its key as known; `finish` complains of the others.
 * **Errors**: none thrown; they are in the list that was given.
 */
export class CaseReader {
  readonly path: string;
  private readonly plain: Plain;
  private readonly problems: CaseProblem[];
  private readonly known = new Set<string>();

  private constructor(plain: Plain, path: string, problems: CaseProblem[]) {
    this.plain = plain;
    this.path = path;
    this.problems = problems;
  }

  /** What is no map counts as an empty one, and is a problem. */
  static of(value: unknown, path: string, problems: CaseProblem[]): CaseReader {
    if (isWireObject(value)) return new CaseReader(value, path, problems);
    const reader = new CaseReader({}, path, problems);
    reader.complain("", "is no map");
    return reader;
  }

  has(key: string): boolean {
    const value = this.plain[key];
    return Object.hasOwn(this.plain, key) && value !== null && value !== undefined;
  }

  keys(): readonly string[] {
    return Object.keys(this.plain);
  }

  /** Numbers count as texts: YAML reads `args: 5` as one. */
  text(key: string, otherwise = ""): string {
    const value = this.take(key);
    if (value === undefined) return otherwise;
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value.length <= textLengthMax) return value;
    return this.refuse(key, "is no text", otherwise);
  }

  /** Not negative unless `least` says so. */
  number(key: string, otherwise: number, least = 0): number {
    const value = this.take(key);
    if (value === undefined) return otherwise;
    if (typeof value === "number" && value >= least && value <= 2 ** 52) return value;
    return this.refuse(key, `is no number from ${least}`, otherwise);
  }

  flag(key: string): boolean {
    const value = this.take(key);
    if (value === undefined) return false;
    return typeof value === "boolean"
      ? value
      : this.refuse(key, "is neither true nor false", false);
  }

  list(key: string): readonly unknown[] {
    const value = this.take(key);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : this.refuse(key, "is no list", []);
  }

  texts(key: string): readonly string[] {
    const value = this.take(key);
    if (value === undefined) return [];
    if (typeof value === "string") return [value];
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    return this.refuse(key, "is no list of texts", []);
  }

  map(key: string): CaseReader | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    return CaseReader.of(value, this.below(key), this.problems);
  }

  /** One reader for each map of a list. */
  maps(key: string): readonly CaseReader[] {
    return this.list(key).map((one, index) =>
      CaseReader.of(one, `${this.below(key)}[${index}]`, this.problems),
    );
  }

  /** As it is, for those who check it themselves. */
  value(key: string): unknown {
    return this.take(key);
  }

  complain(key: string, message: string): void {
    if (this.problems.length >= problemCountMax) return;
    this.problems.push({ path: key === "" ? this.path : this.below(key), message });
  }

  finish(): void {
    for (const key of this.keys()) {
      if (!this.known.has(key)) this.complain(key, "is not known here");
    }
  }

  private take(key: string): unknown {
    this.known.add(key);
    return this.has(key) ? this.plain[key] : undefined;
  }

  private refuse<T>(key: string, message: string, otherwise: T): T {
    this.complain(key, message);
    return otherwise;
  }

  private below(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}
