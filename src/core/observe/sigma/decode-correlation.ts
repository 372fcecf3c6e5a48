/**
 * Holds the reading of correlation rules: what is counted or awaited, by what, within which time.
 * In: a document with `correlation`. Out: plain data whose references are not yet followed.
 * Must never run a correlation of which a part is not understood.
 * **Source**: Sigma correlation rules specification 2.1; `value_median` and `percentile` are usual
 * beside it.
 */
import { isWireObject } from "../../event/wire-value.ts";
import { type DocumentHead, decodeHead } from "./decode-head.ts";
import { PlainReader } from "./plain-reader.ts";
import type { RuleProblem } from "./rule-problem.ts";

const types = [
  ...(["event_count", "value_count", "temporal", "temporal_ordered"] as const),
  ...(["value_sum", "value_avg", "value_percentile", "value_median"] as const),
] as const;
export type CorrelationType = (typeof types)[number];

const operators = ["gt", "gte", "lt", "lte", "eq", "neq"] as const;
export type BoundOperator = (typeof operators)[number];

export interface Bound {
  readonly operator: BoundOperator;
  readonly value: number;
}

export interface CorrelationDocument extends DocumentHead {
  /** Whether the document says its level, or has it from its rules. */
  readonly hasLevel: boolean;
  readonly type: CorrelationType;
  /** Ids and names. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  /** Name that is grouped by → rule → field of that rule. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** **Unit**: microseconds. */
  readonly timespanUs: number;
  /** All of them must hold; none: all rules are awaited. */
  readonly bounds: readonly Bound[];
  /** What is counted, summed, …; several are one value together. */
  readonly valueFields: readonly string[];
  /** **Unit**: percent. */
  readonly percentile: number;
  readonly generates: boolean;
}

const rulesMax = 64;
const keys: ReadonlySet<string> = new Set([
  ...["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"],
]);

export function decodeCorrelation(
  plain: Readonly<Record<string, unknown>>,
  fileName: string,
  problems: RuleProblem[],
): CorrelationDocument | undefined {
  const before = problems.length;
  const reader = new PlainReader(plain, [], problems);
  const document = decodeHead(reader, fileName, "correlation");
  const part = reader.map("correlation");
  if (part === undefined) return undefined;
  for (const key of part.keys()) if (!keys.has(key)) part.fail(key, "there is no such key");
  const type = part.oneOf("type", types);
  if (part.get("type") === undefined) part.fail("type", "a correlation needs a type");
  const rules = part.texts("rules");
  if (rules.length === 0 || rules.length > rulesMax) part.fail("rules", "it names 1 to 64 rules");
  if (new Set(rules).size < rules.length) part.fail("rules", "a rule is named twice");
  const timespanUs = readTimespan(part);
  const condition = readCondition(part, type);
  const generates = part.flag("generate") ?? reader.flag("generate") ?? false;
  if (problems.length > before || type === undefined || timespanUs === undefined) return undefined;
  return {
    ...document,
    ...{ type, rules, timespanUs, generates, groupBy: part.texts("group-by") },
    ...{ hasLevel: plain["level"] !== undefined, aliases: readAliases(part) },
    ...condition,
  };
}

/** **Unit**: microseconds. */
const unitUs: Readonly<Record<string, number>> = { s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 };
const timespanMaxUs = 30 * 86_400e6;

function readTimespan(part: PlainReader): number | undefined {
  const text = part.text("timespan");
  const [, count = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text ?? "") ?? [];
  const timespanUs = Number(count) * (unitUs[unit] ?? 0);
  if (timespanUs > 0 && timespanUs <= timespanMaxUs) return timespanUs;
  return part.fail("timespan", "timespan is a number and s, m, h or d, at most 30d");
}

function readCondition(part: PlainReader, type: CorrelationType | undefined) {
  const isTemporal = type === "temporal" || type === "temporal_ordered";
  const none = { bounds: [], valueFields: [], percentile: 50 };
  if (part.get("condition") === undefined) {
    if (!isTemporal) part.fail("condition", "this type needs a condition");
    return none;
  }
  if (typeof part.get("condition") === "string") {
    part.fail("condition", "conditions of correlations as text are not taken");
    return none;
  }
  const condition = part.map("condition");
  if (condition === undefined) return none;
  const bounds: Bound[] = [];
  for (const key of condition.keys()) {
    const operator = operators.find((one) => one === key);
    const value = operator === undefined ? undefined : condition.number(key);
    if (operator !== undefined && value !== undefined) bounds.push({ operator, value });
    else if (operator === undefined && key !== "field" && key !== "percentile") {
      condition.fail(key, "there is no such comparison");
    }
  }
  const valueFields = condition.texts("field");
  const takesValue = type?.startsWith("value_") === true;
  if (bounds.length === 0) part.fail("condition", "a condition compares with a number");
  if (takesValue !== valueFields.length > 0) {
    condition.fail("field", takesValue ? "this type needs a field" : "this type takes no field");
  }
  if (valueFields.length > 1 && type !== "value_count") condition.fail("field", "one field only");
  const percentile = type === "value_median" ? 50 : (condition.number("percentile") ?? 50);
  if (percentile < 0 || percentile > 100) condition.fail("percentile", "it is between 0 and 100");
  return { bounds, valueFields, percentile };
}

function readAliases(part: PlainReader): CorrelationDocument["aliases"] {
  const aliases = part.map("aliases");
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const name of aliases?.keys() ?? []) {
    const given = aliases?.get(name);
    const entries = isWireObject(given) ? Object.entries(given) : [];
    const isTexts = entries.every(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    if (!isTexts || entries.length === 0) aliases?.fail(name, "an alias maps rules to fields");
    else found.set(name, new Map(entries));
  }
  return found;
}
