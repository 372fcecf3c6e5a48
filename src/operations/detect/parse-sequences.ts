/**
 * Holds the reading of a sequence file: YAML to a rule that can run.
 * In: text and its name. Out: rules, and what is wrong, at which line and column.
 * Must never throw for what a person wrote.
 */
import { isMap, isSeq, type Node, type YAMLMap } from "yaml";
import { compileSequence } from "../../core/observe/sequence/compile-sequence.ts";
import { createCompileWhere } from "../../core/observe/sequence/compile-where.ts";
import type { SequenceRule } from "../../core/observe/sequence/sequence-rule.ts";
import type { YamlPlace } from "../read-yaml.ts";
import { linearRegex } from "./linear-regex.ts";
import type { RuleFileProblem } from "./parse-rules.ts";
import { type RuleFile, readRuleFile } from "./parsed-rules.ts";

export interface ParsedSequences {
  readonly rules: readonly SequenceRule[];
  readonly problems: readonly RuleFileProblem[];
}

/** **Errors**: values; a file with some still gives its other rules. */
export function parseSequences(files: readonly RuleFile[]): ParsedSequences {
  const rules: SequenceRule[] = [];
  const problems: RuleFileProblem[] = [];
  const sources = new Map<string, string>();
  const compileWhere = createCompileWhere(linearRegex);
  for (const file of files) {
    const { source } = file;
    const note = (message: string, place: YamlPlace) =>
      problems.push(problemAt(source, message, place));
    for (const document of readRuleFile(file, { takesAliases: false })) {
      if (document.kind === "refused") {
        note(document.message, document.place);
        continue;
      }
      const { rule, problems: found } = compileSequence(document.value, { source, compileWhere });
      for (const { path, message } of found) {
        const offset = findOffset(document.root, path);
        note(path === "" ? message : `${path} ${message}`, document.placeAt(offset));
      }
      if (rule === undefined) continue;
      const before = sources.get(rule.head.id);
      if (before !== undefined) {
        note(`the id ${rule.head.id} is that of a rule in ${before}`, document.placeAt(0));
        continue;
      }
      sources.set(rule.head.id, source);
      rules.push(rule);
    }
  }
  return { rules, problems };
}

function problemAt(source: string, message: string, place: YamlPlace): RuleFileProblem {
  return { message: `${source}:${place.line}:${place.column}: ${message}`, source, place };
}

/** Where a path such as `steps[1].where` stands; as deep as the document goes. */
function findOffset(root: Node | null, path: string): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path.split(/[.[\]]+/).filter((one) => one !== "")) {
    if (isSeq(node)) node = node.items[Number(part)];
    else if (isMap(node)) {
      const pair = (node as YAMLMap).items.find(({ key }) => String(key) === part);
      offset = (pair?.key as Node | undefined)?.range?.[0] ?? offset;
      node = pair?.value;
    } else break;
    offset = (node as Node | null | undefined)?.range?.[0] ?? offset;
  }
  return offset;
}
