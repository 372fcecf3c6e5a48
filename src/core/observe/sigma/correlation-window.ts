/**
 * Holds whether what happened within a window is what a correlation asks for.
 * In: events of one group, in order of time. Out: the number that is compared, and the comparison.
 * Must never count an event without the value that is asked for.
 */
import type {
  Bound,
  BoundOperator,
  CorrelationDocument,
  CorrelationType,
} from "./decode-correlation.ts";

/** One match of a rule that a correlation waits for. Plain data. */
export interface CorrelationEntry {
  readonly timeUs: number;
  /** Which of its rules. */
  readonly rule: number;
  /** Of the condition's field; undefined where none is asked for. */
  readonly value: string | undefined;
  readonly execId: string;
  /** What further correlations ask for, by name of the field. */
  readonly values: Readonly<Record<string, string>>;
}

type Asked = Pick<CorrelationDocument, "type" | "rules" | "bounds" | "percentile">;

/** **Unit**: as the type says; undefined where nothing can be compared. */
function measureWindow(asked: Asked, entries: readonly CorrelationEntry[]): number | undefined {
  switch (asked.type) {
    case "event_count":
      return entries.length;
    case "value_count":
      return new Set(entries.map(({ value }) => value)).size;
    case "temporal":
      return new Set(entries.map(({ rule }) => rule)).size;
    case "temporal_ordered":
      return longestOrder(asked.rules.length, entries);
    case "value_sum":
      return entries.reduce((sum, { value }) => sum + Number(value), 0);
    case "value_avg":
      return entries.reduce((sum, { value }) => sum + Number(value), 0) / entries.length;
    case "value_percentile":
    case "value_median":
      return percentileOf(entries, asked.percentile);
  }
}

/** How many of the rules came one after the other, in their order. */
function longestOrder(ruleCount: number, entries: readonly CorrelationEntry[]): number {
  const best = new Array<number>(ruleCount).fill(0);
  for (const { rule } of entries) {
    const before = Math.max(0, ...best.slice(0, rule));
    best[rule] = Math.max(best[rule] ?? 0, before + 1);
  }
  return Math.max(0, ...best);
}

/** Between two values by their distance, as most tools do. */
function percentileOf(entries: readonly CorrelationEntry[], percent: number): number | undefined {
  const sorted = entries.map(({ value }) => Number(value)).sort((a, b) => a - b);
  const at = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) return undefined;
  return low + (high - low) * (at - Math.floor(at));
}

const compare: Readonly<Record<BoundOperator, (measured: number, value: number) => boolean>> = {
  gt: (measured, value) => measured > value,
  gte: (measured, value) => measured >= value,
  lt: (measured, value) => measured < value,
  lte: (measured, value) => measured <= value,
  eq: (measured, value) => measured === value,
  neq: (measured, value) => measured !== value,
};

function boundsOf({ bounds, rules }: Pick<Asked, "bounds" | "rules">): readonly Bound[] {
  return bounds.length > 0 ? bounds : [{ operator: "gte", value: rules.length }];
}

export function holdsWithin(asked: Asked, entries: readonly CorrelationEntry[]): boolean {
  if (entries.length === 0) return false;
  const measured = measureWindow(asked, entries);
  if (measured === undefined) return false;
  return boundsOf(asked).every(({ operator, value }) => compare[operator](measured, value));
}

const growing: ReadonlySet<CorrelationType> = new Set([
  ...(["event_count", "value_count", "temporal", "temporal_ordered", "value_sum"] as const),
]);

/** Whether it can only become true as more happens: then nobody need wait for the window's end. */
export function canHoldEarly(asked: Pick<Asked, "type" | "bounds">): boolean {
  const isLower = ({ operator }: Bound) => operator === "gt" || operator === "gte";
  return growing.has(asked.type) && asked.bounds.every(isLower);
}
