/**
 * Holds Sigma filters: what is left out of rules, kept apart from them.
 * In: a document with `filter`. Out: which rules it is for, and their expression without it.
 * Must never let a filter that is not understood pass for one that leaves nothing out.
 * **Source**: Sigma filters specification 2.1. Its own example names what is left out; older tools
 * want `not selection`: a condition that begins with `not` is joined as it is, others are negated.
 */
import { isWireObject } from "../../event/wire-value.ts";
import type { SigmaRule } from "./compile-rule.ts";
import { decodeHead } from "./decode-head.ts";
import type { Expression } from "./expression.ts";
import { isWithin, type LogSource, readLogSource } from "./log-source.ts";
import { PlainReader } from "./plain-reader.ts";
import { readSearches } from "./read-searches.ts";
import type { RuleProblem } from "./rule-problem.ts";
import { runWith } from "./run-expression.ts";

export interface SigmaFilter {
  readonly title: string;
  readonly source: LogSource;
  /** Ids and names; undefined: all rules of the source. */
  readonly rules: readonly string[] | undefined;
  readonly searches: Readonly<Record<string, unknown>>;
}

/** **Errors**: problems; undefined where the filter is wrong. */
export function decodeFilter(
  plain: Readonly<Record<string, unknown>>,
  fileName: string,
  problems: RuleProblem[],
): SigmaFilter | undefined {
  const before = problems.length;
  const reader = new PlainReader(plain, [], problems);
  const { head } = decodeHead(reader, fileName, "sigma");
  const source = readLogSource(reader);
  const filter = reader.map("filter");
  const searches = plain["filter"];
  if (filter === undefined || !isWireObject(searches)) return undefined;
  const isAny = filter.get("rules") === "any" || filter.get("rules") === undefined;
  const rules = isAny ? undefined : filter.texts("rules");
  if (rules?.length === 0) filter.fail("rules", "a filter names its rules, or any");
  if (problems.length > before || source === undefined) return undefined;
  return { title: head.title, source, rules, searches };
}

function isFor({ id, name, source }: SigmaRule, filter: SigmaFilter): boolean {
  if (!isWithin(source, filter.source)) return false;
  return filter.rules === undefined || filter.rules.some((one) => one === id || one === name);
}

/** The rule without what the filter leaves out; itself where the filter is not for it. */
export function applyFilter(
  rule: SigmaRule,
  filter: SigmaFilter,
  problems: RuleProblem[],
): SigmaRule {
  const { selection, options } = rule;
  if (!isFor(rule, filter) || selection === undefined || options === undefined) return rule;
  const found: RuleProblem[] = [];
  const left = readSearches(filter.searches, ["filter"], options, found);
  problems.push(...found);
  if (left === undefined) {
    const why = `the filter ${JSON.stringify(filter.title)} for it is not understood`;
    return { ...rule, selection: undefined, kinds: [], evaluable: { state: "never", why } };
  }
  const kept: Expression = left.kind === "not" ? left : { kind: "not", part: left };
  const parts = [selection.expression, kept];
  // Not those of the source: what a rule asks of the kind was pruned from its expression.
  return { ...rule, ...runWith({ kind: "and", parts }, rule.kinds) };
}
