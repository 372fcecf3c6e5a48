/**
 * Holds the reading of Sigma files: YAML to rules that can run.
 * In: texts and their names. Out: one set of rules, and what is wrong, at which line and column.
 * Must never throw for what a person wrote.
 */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { compileRules, type RuleSet } from "../../core/observe/sigma/compile-rules.ts";
import type { RuleProblem } from "../../core/observe/sigma/rule-problem.ts";
import type { YamlPlace, YamlValue } from "../read-yaml.ts";
import { linearRegex } from "./linear-regex.ts";
import { type RuleFile, readRuleFile } from "./parsed-rules.ts";

export interface RuleFileProblem {
  /** `FILE:LINE:COLUMN: what is wrong`; parts of it are from the file: hostile. */
  readonly message: string;
  readonly source: string;
  readonly place: YamlPlace;
}

export interface ParsedRules {
  readonly set: RuleSet;
  readonly problems: readonly RuleFileProblem[];
}

export type Placeholders = ReadonlyMap<string, readonly string[]>;

/** **Errors**: values; files with some still give their other rules. */
export function parseRules(
  files: readonly RuleFile[],
  placeholders: Placeholders = new Map(),
): ParsedRules {
  const problems: RuleFileProblem[] = [];
  const documents: { readonly source: string; readonly read: YamlValue }[] = [];
  for (const file of files) {
    const { source } = file;
    for (const read of readRuleFile(file, { takesAliases: true })) {
      if (read.kind === "refused") problems.push(problemAt(source, read.place, read.message));
      // `---` at the end of a file.
      else if (read.value !== null) documents.push({ source, read });
    }
  }
  const plain = documents.map(({ source, read }) => ({ source, plain: read.value }));
  const compiled = compileRules(plain, { regex: linearRegex, placeholders });
  for (const problem of compiled.problems) {
    const document = documents[problem.document];
    if (document === undefined) continue;
    const { source, read } = document;
    const place = read.placeAt(offsetOf(read.root, problem));
    problems.push(problemAt(source, place, messageOf(problem)));
  }
  return { set: compiled.set, problems };
}

function problemAt(source: string, place: YamlPlace, what: string): RuleFileProblem {
  return { message: `${source}:${place.line}:${place.column}: ${what}`, source, place };
}

function messageOf({ path, message }: RuleProblem): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

/** Of the last part of the path that is there: the key of an entry, the item of a list. */
function offsetOf(root: Node | null, { path, offset = 0 }: RuleProblem): number {
  let node: unknown = root;
  let start = startOf(root) ?? 0;
  for (const part of path) {
    if (isSeq(node)) {
      node = node.items[Number(part)];
      start = startOf(node) ?? start;
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) break;
      start = startOf(pair.key) ?? start;
      node = pair.value;
    } else break;
  }
  if (offset === 0 || !isScalar(node)) return start;
  const isQuoted = node.type === "QUOTE_SINGLE" || node.type === "QUOTE_DOUBLE";
  return (startOf(node) ?? start) + offset + (isQuoted ? 1 : 0);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
