/**
 * Holds the loading of Sigma rules: those that come with the program, and directories of the user.
 * In: names of files and directories. Out: one set of rules, and problems with file and line.
 * Must never take the cases that stand beside rules for rules.
 */
import type { ProblemLog } from "../../core/event/problem.ts";
import type { Files } from "../../ports/files.ts";
import { readText } from "../read-text.ts";
import { type ParsedRules, type Placeholders, parseRules } from "./parse-rules.ts";
import {
  type ParsedTexts,
  parsedRulesName,
  type RuleFile,
  readParsed,
  withParsed,
} from "./parsed-rules.ts";

/** **Unit**: bytes of one file. */
const sizeBytesMax = 1024 * 1024;
const ruleName = /(?<!\.cases)\.ya?ml$/i;

export interface RuleSources {
  /** Files, and directories with all that is below them. */
  readonly names: readonly string[];
  /** Of files that end early. */
  readonly problems: ProblemLog;
  /** What `expand` puts in; none unless told. */
  readonly placeholders?: Placeholders;
  /** Directory of rules that come with the program, whose values are kept beside them. */
  readonly shipped?: string;
}

const parsedSizeBytesMax = 16 * 1024 * 1024;

/** **Order**: as named, each directory by paths; a file that is named twice comes once. */
export async function readRuleFiles(
  files: Files,
  { names, problems, shipped = "" }: RuleSources,
): Promise<readonly RuleFile[]> {
  const found = new Map<string, RuleFile>();
  for (const name of names) {
    const kept = name === shipped ? await readKept(files, name, problems) : nothingKept;
    for (const entry of await files.listTree(name)) {
      if (!ruleName.test(entry.name) || found.has(entry.name)) continue;
      const { text } = await readText(files, entry.name, { sizeBytesMax, problems });
      found.set(entry.name, withParsed({ source: entry.name, text }, kept));
    }
  }
  return [...found.values()];
}

const nothingKept: ParsedTexts = new Map();

/** Without it all is read as it is written. */
async function readKept(
  files: Files,
  directory: string,
  problems: ProblemLog,
): Promise<ParsedTexts> {
  const name = `${directory}/${parsedRulesName}`;
  const isThere = (await files.listTree(directory)).some((entry) => entry.name === name);
  if (!isThere) return nothingKept;
  const { text } = await readText(files, name, { sizeBytesMax: parsedSizeBytesMax, problems });
  return readParsed(text);
}

/** **Errors**: what is wrong with rules are values; `WaggleError` for names that are not there. */
export async function loadRules(files: Files, sources: RuleSources): Promise<ParsedRules> {
  return parseRules(await readRuleFiles(files, sources), sources.placeholders);
}
