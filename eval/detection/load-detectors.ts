/**
 * Loads the rules that ship into detectors, as the product does.
 * In: a folder of rules. Out: detectors by kind; rules that cannot be taken are told.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { compileSequence } from "../../src/core/observe/sequence/compile-sequence.ts";
import { createCompileWhere } from "../../src/core/observe/sequence/compile-where.ts";
import { createSequenceDetector } from "../../src/core/observe/sequence/sequence-detector.ts";
import type { SequenceRule } from "../../src/core/observe/sequence/sequence-rule.ts";
import { linearRegex } from "../../src/operations/detect/linear-regex.ts";
import { readYaml } from "../../src/operations/read-yaml.ts";

/** Makes fresh ones for each run: detectors hold nothing, but their states begin anew. */
export interface RuleSet {
  readonly all: readonly Detector<unknown>[];
  /** Without sequences: what a pure Sigma engine would say. */
  readonly sigmaAlone: readonly Detector<unknown>[];
  readonly ruleCount: number;
  readonly sigmaCount: number;
  readonly problems: readonly string[];
}

export function loadDetectors(folder: string): RuleSet {
  const problems: string[] = [];
  const sequences = loadSequences(join(folder, "sequences"), problems);
  const detector = createSequenceDetector(sequences) as Detector<unknown>;
  return {
    all: sequences.length > 0 ? [detector] : [],
    sigmaAlone: [],
    ruleCount: sequences.length,
    sigmaCount: 0,
    problems,
  };
}

function loadSequences(folder: string, problems: string[]): readonly SequenceRule[] {
  const rules: SequenceRule[] = [];
  for (const file of ruleFiles(folder)) {
    for (const document of readYaml(readFileSync(file, "utf8"), { takesAliases: false })) {
      const source = relative(folder, file);
      if (document.kind === "refused") {
        problems.push(`${source}:${document.place.line}: ${document.message}`);
        continue;
      }
      const { rule, problems: found } = compileSequence(document.value, {
        source,
        compileWhere: createCompileWhere(linearRegex),
      });
      for (const { path, message } of found) problems.push(`${source}: ${path} ${message}`);
      if (rule !== undefined) rules.push(rule);
    }
  }
  return rules;
}

/** **Order**: by path. Cases are not rules. */
export function ruleFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name) && !/\.cases\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
