/**
 * Holds how a selection of a sequence becomes a test: by the engine that Sigma rules use.
 * In: an engine for regular expressions. Out: what makes tests of selections; those that are equal
 * become one, for many steps spare the same. Must never outlive the reading of the rules.
 */
import { actFields } from "../detect/act-fields.ts";
import { compileSelection, type Selection } from "../sigma/compile-selection.ts";
import { startKnown } from "../sigma/known-questions.ts";
import type { RegexEngine } from "../sigma/regex-engine.ts";
import type { CompileWhere } from "./compile-step.ts";

/** Keywords, which name no field, are refused: a step says what it asks. */
export function createCompileWhere(regex: RegexEngine): CompileWhere {
  const known = startKnown();
  const options = { fields: actFields, keywordFields: [], placeholders: new Map(), regex, known };
  const selections = new Map<string, Selection>();
  return (plain, complain) => {
    const key = JSON.stringify(plain, spellNumber);
    const before = selections.get(key);
    if (before !== undefined) return before;
    const { selection, problems } = compileSelection(plain, options);
    for (const { path, message } of problems) {
      complain(path.length === 0 ? message : `${path.join(".")}: ${message}`);
    }
    if (selection !== undefined) selections.set(key, selection);
    return selection;
  };
}

/** JSON would make null of them, which asks for something else. */
function spellNumber(_: string, value: unknown): unknown {
  const isOdd = typeof value === "number" && !Number.isFinite(value);
  return isOdd ? { number: String(value) } : value;
}
