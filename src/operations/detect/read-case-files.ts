/**
 * Holds the reading of the cases that stand beside rules.
 * In: directories of rules. Out: cases as plain data, by the name of their rule's file.
 */
import type { ProblemLog } from "../../core/event/problem.ts";
import type { OperationContext } from "../operation.ts";
import { readText } from "../read-text.ts";
import { readYaml } from "../read-yaml.ts";

export interface CaseFile {
  readonly name: string;
  readonly plain: unknown;
}

const caseName = /\.cases\.ya?ml$/i;
/** **Unit**: bytes of one file. */
const sizeBytesMax = 4 * 1024 * 1024;

/** **Shape**: keys are names without `.yml`, `.cases.yaml` and the like. */
export async function readCaseFiles(
  directories: readonly string[],
  { files, outside }: OperationContext,
  problems: ProblemLog,
): Promise<ReadonlyMap<string, CaseFile>> {
  const { rules } = outside.shipped;
  const found = new Map<string, CaseFile>();
  for (const name of [...(rules === "" ? [] : [rules]), ...directories]) {
    for (const entry of await files.listTree(name)) {
      if (!caseName.test(entry.name)) continue;
      const { text } = await readText(files, entry.name, { sizeBytesMax, problems });
      const [first] = readYaml(text, { takesAliases: true });
      if (first?.kind === "read") {
        found.set(stemOf(entry.name), { name: entry.name, plain: first.value });
      } else {
        const place = { input: entry.name, offset: -1, line: first?.place.line ?? 0 };
        const message = `Cases cannot be read: ${first?.message ?? "the file is empty"}.`;
        problems.add({ code: "case-wrong", weight: "unreadable", message, place });
      }
    }
  }
  return found;
}

/** What the names of a rule's file and of its cases share. */
export function stemOf(name: string): string {
  return name.replace(/(?:\.cases)?\.ya?ml$/i, "");
}
