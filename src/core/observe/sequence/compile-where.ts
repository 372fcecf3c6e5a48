/**
 * Holds how a selection of a sequence becomes a test: by the engine that Sigma rules use.
 * In: an engine for regular expressions. Out: what makes tests of selections.
 */
import { actFields } from "../detect/act-fields.ts";
import { compileSelection } from "../sigma/compile-selection.ts";
import type { RegexEngine } from "../sigma/regex-engine.ts";
import type { CompileWhere } from "./compile-step.ts";

/** Keywords, which name no field, are refused: a step says what it asks. */
export function createCompileWhere(regex: RegexEngine): CompileWhere {
  return (plain, complain) => {
    const options = { fields: actFields, keywordFields: [], placeholders: new Map(), regex };
    const { selection, problems } = compileSelection(plain, options);
    for (const { path, message } of problems) {
      complain(path.length === 0 ? message : `${path.join(".")}: ${message}`);
    }
    return selection;
  };
}
