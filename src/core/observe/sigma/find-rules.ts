/**
 * Holds which rules a correlation means by ids and names.
 * In: its references, and all rules. Out: places in the lists, or which one is not there.
 * Must never take a rule of another file where its own file has one of that name.
 */
import type { SigmaRule } from "./compile-rule.ts";
import type { CorrelationDocument } from "./decode-correlation.ts";

export interface RuleReference {
  readonly kind: "rule" | "correlation";
  readonly index: number;
}

type Named = Pick<SigmaRule, "id" | "name" | "related" | "head">;

/** **Errors**: half a sentence. */
export function findRules(
  correlation: CorrelationDocument,
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationDocument[],
): readonly RuleReference[] | string {
  const all: readonly (readonly [RuleReference, Named])[] = [
    ...rules.map((rule, index) => [{ kind: "rule", index }, rule] as const),
    ...correlations.map((one, index) => [{ kind: "correlation", index }, one] as const),
  ];
  const found: RuleReference[] = [];
  for (const wanted of correlation.rules) {
    const reference = findOne(wanted, correlation.head.source, all);
    if (typeof reference === "string") return reference;
    found.push(reference);
  }
  return found;
}

function findOne(
  wanted: string,
  source: string,
  all: readonly (readonly [RuleReference, Named])[],
): RuleReference | string {
  const shown = JSON.stringify(wanted.slice(0, 80));
  const byId = all.find(([, { id }]) => id === wanted);
  if (byId !== undefined) return byId[0];
  const named = all.filter(([, { name }]) => name === wanted);
  const near = named.filter(([, { head }]) => head.source === source);
  const [only] = near.length > 0 ? near : named;
  if ((near.length > 0 ? near : named).length > 1) return `several rules are called ${shown}`;
  if (only !== undefined) return only[0];
  const renamed = all.find(([, { related }]) =>
    related.some(({ id, type }) => id === wanted && (type === "renamed" || type === "obsolete")),
  );
  return renamed?.[0] ?? `there is no rule ${shown}`;
}
