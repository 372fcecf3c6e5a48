/**
 * Holds the making of a Sigma rule: its source, its selections, its condition.
 * In: one document. Out: a rule that tests acts, or one that says why it cannot run here.
 * Must never run a part of a rule: what is not understood makes all of it not run.
 */
import { isWireObject } from "../../event/wire-value.ts";
import type { Evaluable } from "../detect/rule.ts";
import type { SelectionOptions } from "./compile-item.ts";
import { type DocumentHead, decodeHead } from "./decode-head.ts";
import type { Expression } from "./expression.ts";
import { actsOf, type LogSource, readLogSource, type SourceActs } from "./log-source.ts";
import { PlainReader } from "./plain-reader.ts";
import { readSearches } from "./read-searches.ts";
import type { RuleProblem } from "./rule-problem.ts";
import { type Runnable, runWith } from "./run-expression.ts";
import type { ScalarOptions } from "./scalar-test.ts";

export interface SigmaRule extends DocumentHead, Runnable {
  readonly source: LogSource;
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
  if (!isWireObject(detection)) return reader.fail("detection", "a rule needs a detection");
  if ("timeframe" in detection) {
    return reader.fail("detection", "timeframe was replaced by correlation rules");
  }
  return readSearches(detection, ["detection"], options, problems);
}
