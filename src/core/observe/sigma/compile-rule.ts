/**
 * Holds the making of a Sigma rule: its source, its selections, its condition.
 * In: one document. Out: a rule that tests acts, or one that says why it cannot run here.
 * Must never run a part of a rule: what is not understood makes all of it not run.
 */
import type { ActKind } from "../detect/act.ts";
import { evaluableByKinds } from "../detect/act-sensors.ts";
import type { Evaluable } from "../detect/rule.ts";
import type { SelectionOptions } from "./compile-item.ts";
import { readSelection, type Selection, toSelection } from "./compile-selection.ts";
import { type DocumentHead, decodeHead } from "./decode-head.ts";
import type { Expression } from "./expression.ts";
import { actsOf, type LogSource, readLogSource, type SourceActs } from "./log-source.ts";
import { parseCondition } from "./parse-condition.ts";
import { isRecord, PlainReader } from "./plain-reader.ts";
import { possibleKinds, pruneExpression } from "./possible-kinds.ts";
import type { RulePath, RuleProblem } from "./rule-problem.ts";
import type { ScalarOptions } from "./scalar-test.ts";

export interface SigmaRule extends DocumentHead {
  readonly source: LogSource;
  readonly evaluable: Evaluable;
  /** Undefined when it never can run. */
  readonly selection: Selection | undefined;
  /** Acts that it can hold for. */
  readonly kinds: readonly ActKind[];
  /** With the fields of its source; for filters. */
  readonly options: SelectionOptions | undefined;
}

/** **Errors**: problems; undefined where the rule is wrong. */
export function compileRule(
  plain: Readonly<Record<string, unknown>>,
  fileName: string,
  options: ScalarOptions,
  problems: RuleProblem[],
): SigmaRule | undefined {
  const found: RuleProblem[] = [];
  const reader = new PlainReader(plain, [], found);
  const document = decodeHead(reader, fileName, "sigma");
  const source = readLogSource(reader);
  const acts = source === undefined ? "" : actsOf(source);
  const withFields = typeof acts === "string" ? undefined : selectionOptions(acts, options);
  const probe = withFields ?? selectionOptions(everything, options);
  const expression = readDetection(reader, probe, found);
  const wrong = found.filter(({ isUnsupported }) => !isUnsupported);
  problems.push(...wrong);
  if (wrong.length > 0 || source === undefined) return undefined;
  const why = [document.refusal, typeof acts === "string" ? acts : "", found[0]?.message ?? ""];
  const refusal = why.find((one) => one !== "");
  if (refusal !== undefined || expression === undefined || typeof acts === "string") {
    const evaluable: Evaluable = { state: "never", why: refusal ?? "it asks nothing" };
    return { ...document, source, evaluable, selection: undefined, kinds: [], options: withFields };
  }
  return { ...document, source, ...runWith(expression, acts.kinds), options: withFields };
}

/** What it takes to run an expression. */
export function runWith(expression: Expression, sourceKinds: readonly ActKind[]) {
  const kinds = possibleKinds(expression, sourceKinds);
  const why = "no event here carries together what it asks for";
  const evaluable: Evaluable =
    kinds.length === 0 ? { state: "never", why } : evaluableByKinds(kinds);
  const selection =
    kinds.length === 0 ? undefined : toSelection(pruneExpression(expression, kinds));
  return { kinds, evaluable, selection };
}

const everything = actsOf({ category: "", product: "linux", service: "auditd" }) as SourceActs;

function selectionOptions({ fields }: SourceActs, options: ScalarOptions): SelectionOptions {
  const line = fields.get("CommandLine");
  return { ...options, fields, keywordFields: line === undefined ? [] : [line] };
}

function readDetection(
  reader: PlainReader,
  options: SelectionOptions,
  problems: RuleProblem[],
): Expression | undefined {
  const detection = reader.get("detection");
  if (!isRecord(detection)) return reader.fail("detection", "a rule needs a detection");
  if ("timeframe" in detection) {
    return reader.fail("detection", "timeframe was replaced by correlation rules");
  }
  return readSearches(detection, ["detection"], options, problems);
}

/** Search identifiers and their condition; several conditions are joined by or. */
export function readSearches(
  detection: Readonly<Record<string, unknown>>,
  path: RulePath,
  options: SelectionOptions,
  problems: RuleProblem[],
): Expression | undefined {
  const known = new Map<string, Expression>();
  const before = problems.length;
  for (const [name, plain] of Object.entries(detection)) {
    if (name === "condition" || (path[0] === "filter" && name === "rules")) continue;
    const expression = readSelection(plain, [...path, name], options, problems);
    if (expression !== undefined) known.set(name, expression);
  }
  if (problems.length > before) return undefined;
  const given = detection["condition"];
  const conditions: readonly unknown[] = Array.isArray(given) ? given : [given];
  const parts: Expression[] = [];
  for (const [at, condition] of conditions.entries()) {
    const place = Array.isArray(given) ? [...path, "condition", at] : [...path, "condition"];
    const fail = (message: string, offset?: number) => {
      const problem = { path: place, message, isUnsupported: false };
      problems.push(offset === undefined ? problem : { ...problem, offset });
    };
    if (typeof condition !== "string") {
      fail("a detection needs a condition");
      continue;
    }
    const parsed = parseCondition(condition, known);
    if ("message" in parsed) fail(parsed.message, parsed.offset);
    else parts.push(parsed.expression);
  }
  const [only] = parts;
  if (parts.length < conditions.length || only === undefined) return undefined;
  return parts.length === 1 ? only : { kind: "or", parts };
}
