/**
 * Holds the making of a set of Sigma rules of all their documents: rules, filters, correlations.
 * In: documents as plain data. Out: the set, and what is wrong with which document.
 * Must never lose a document without a word: it is a rule, or it has a problem.
 */
import { isWireObject } from "../../event/wire-value.ts";
import type { RuleListing } from "../detect/rule.ts";
import { compileRule, type SigmaRule } from "./compile-rule.ts";
import { type CorrelationDocument, decodeCorrelation } from "./decode-correlation.ts";
import { applyFilter, decodeFilter, type SigmaFilter } from "./decode-filter.ts";
import type { DocumentHead } from "./decode-head.ts";
import { forgetKnown, startKnown } from "./known-questions.ts";
import { type LinkedCorrelation, type LinkedRule, linkCorrelations } from "./link-correlations.ts";
import type { RuleProblem } from "./rule-problem.ts";
import type { ScalarOptions } from "./scalar-test.ts";

export interface RuleDocument {
  /** File name as given. */
  readonly source: string;
  readonly plain: unknown;
}

export interface DocumentProblem extends RuleProblem {
  /** Which of the documents. */
  readonly document: number;
}

export interface RuleSet {
  /** Also those that never can run. **Order**: as given. */
  readonly rules: readonly LinkedRule[];
  readonly correlations: readonly LinkedCorrelation[];
  readonly listings: readonly RuleListing[];
}

export interface CompiledRules {
  readonly set: RuleSet;
  readonly problems: readonly DocumentProblem[];
}

interface Draft {
  readonly rules: SigmaRule[];
  readonly correlations: CorrelationDocument[];
  readonly filters: { readonly filter: SigmaFilter; readonly document: number }[];
  readonly ids: Set<string>;
}

/** **Errors**: values; a wrong document is left out, the others run. */
export function compileRules(
  documents: readonly RuleDocument[],
  given: ScalarOptions,
): CompiledRules {
  const known = startKnown();
  const options = { ...given, known };
  const draft: Draft = { rules: [], correlations: [], filters: [], ids: new Set() };
  const problems: DocumentProblem[] = [];
  for (const [document, { source, plain }] of documents.entries()) {
    const found: RuleProblem[] = [];
    if (isWireObject(plain)) addDocument(draft, plain, { source, document, options }, found);
    else found.push({ path: [], message: "a rule is a map", isUnsupported: false });
    problems.push(...found.map((problem) => ({ ...problem, document })));
  }
  const rules = draft.rules.map((rule) => filterRule(rule, draft.filters, problems));
  forgetKnown(known);
  const linked = linkCorrelations(rules, draft.correlations);
  const listings = [...linked.rules, ...linked.correlations].map(({ head, evaluable }) => {
    return { head, evaluable };
  });
  return { set: { ...linked, listings }, problems };
}

interface Given {
  readonly source: string;
  readonly document: number;
  readonly options: ScalarOptions;
}

function addDocument(
  draft: Draft,
  plain: Readonly<Record<string, unknown>>,
  { source, document, options }: Given,
  problems: RuleProblem[],
): void {
  if (plain["action"] !== undefined) {
    const message = "collections of rules by `action` are of an older Sigma";
    problems.push({ path: ["action"], message, isUnsupported: false });
  } else if (plain["filter"] !== undefined) {
    const filter = decodeFilter(plain, source, problems);
    if (filter !== undefined) draft.filters.push({ filter, document });
  } else if (plain["correlation"] !== undefined) {
    const correlation = decodeCorrelation(plain, source, problems);
    if (isNew(draft, correlation, problems)) draft.correlations.push(correlation);
  } else {
    const rule = compileRule(plain, source, options, problems);
    if (isNew(draft, rule, problems)) draft.rules.push(rule);
  }
}

/** Signals and what correlations remember go by the id of the head. */
function isNew<T extends DocumentHead>(
  { ids }: Draft,
  made: T | undefined,
  problems: RuleProblem[],
): made is T {
  if (made === undefined) return false;
  const { id } = made.head;
  if (ids.has(id)) {
    const [key, what] = made.id === "" ? ["title", "name or title"] : ["id", "id"];
    problems.push({ path: [key], message: `another rule has this ${what}`, isUnsupported: false });
    return false;
  }
  ids.add(id);
  return true;
}

function filterRule(
  rule: SigmaRule,
  filters: Draft["filters"],
  problems: DocumentProblem[],
): SigmaRule {
  let filtered = rule;
  for (const { filter, document } of filters) {
    const found: RuleProblem[] = [];
    filtered = applyFilter(filtered, filter, found);
    for (const problem of found) {
      const isKnown = problems.some(
        (one) => one.document === document && one.message === problem.message,
      );
      if (!isKnown) problems.push({ ...problem, document });
    }
  }
  return filtered;
}
