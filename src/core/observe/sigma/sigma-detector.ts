/**
 * Holds the detector that runs Sigma rules and correlations.
 * In: acts. Out: hits with what matched and who wrote the rule.
 * Must never tell of a rule that only correlations ask for.
 */
import type { Act } from "../detect/act.ts";
import { ActReader } from "../detect/act-reader.ts";
import type { DetectContext, Detector, Hit } from "../detect/detector.ts";
import type { RuleSet } from "./compile-rules.ts";
import {
  type Correlated,
  type CorrelationState,
  closeWindows,
  correlate,
  forgetGroups,
  startCorrelation,
} from "./correlate.ts";
import type { CorrelationEntry } from "./correlation-window.ts";
import { IndicatorFinder } from "./find-indicators.ts";
import type { LinkedRule, Listener } from "./link-correlations.ts";
import { RuleIndex } from "./rule-index.ts";

const othersMax = 8;

export function createSigmaDetector(set: RuleSet): Detector<CorrelationState> {
  return new SigmaDetector(set);
}

class SigmaDetector implements Detector<CorrelationState> {
  readonly name = "sigma";
  readonly listings: RuleSet["listings"];
  private readonly set: RuleSet;
  private readonly index: RuleIndex;
  private readonly reader = new ActReader();
  private readonly indicators = new IndicatorFinder();

  constructor(set: RuleSet) {
    this.set = set;
    this.listings = set.listings;
    this.index = new RuleIndex(set.rules);
  }

  start(): CorrelationState {
    return startCorrelation(this.set.correlations.map(({ head }) => head.id));
  }

  step(state: CorrelationState, act: Act, context: DetectContext): void {
    if (!this.index.has(act.kind)) return;
    this.reader.show(act, context.book);
    for (const number of this.index.match(act, this.reader)) {
      const rule = this.set.rules[number];
      if (rule === undefined) continue;
      if (!rule.isSilent) context.hit(this.hitOf(rule, act));
      if (rule.listeners.length === 0) continue;
      const values = this.valuesOf(rule);
      const entry = { timeUs: act.timeUs, execId: act.subject.execId, values };
      for (const listener of rule.listeners) this.tell(state, listener, entry, context);
    }
  }

  tick(state: CorrelationState, context: DetectContext): void {
    for (const correlation of this.set.correlations) {
      for (const held of closeWindows(state, correlation, context.nowUs)) {
        this.takeCorrelated(state, held, context);
      }
      forgetGroups(state, correlation, context.nowUs);
    }
  }

  remembered(state: CorrelationState, note: (execId: string) => void): void {
    for (const groups of state.groups.values()) {
      for (const { entries } of groups.values()) for (const { execId } of entries) note(execId);
    }
  }

  /** Of other rules than before: what correlations of the same id remember is kept. */
  load(data: unknown): CorrelationState {
    const state = this.start();
    const loaded = data as CorrelationState;
    for (const id of state.groups.keys()) {
      const groups = loaded.groups.get(id);
      if (groups !== undefined) state.groups.set(id, groups);
    }
    return state;
  }

  private hitOf({ head, selection }: LinkedRule, act: Act): Hit {
    return {
      rule: head,
      subject: act.subject,
      others: [],
      because: selection?.explain(this.reader) ?? [],
      indicators: this.indicators.find(act),
      incomplete: act.subject.argumentsCut,
    };
  }

  private valuesOf({ wanted }: LinkedRule): Readonly<Record<string, string>> {
    const values: Record<string, string> = {};
    for (const [name, field] of wanted) {
      const value = this.reader.value(field);
      if (value === undefined) continue;
      values[name] = typeof value === "object" ? value.toSorted().join(",") : String(value);
    }
    return values;
  }

  private tell(
    state: CorrelationState,
    { correlation: number, rule, groupBy, value: names }: Listener,
    told: Pick<CorrelationEntry, "timeUs" | "execId" | "values">,
    context: DetectContext,
  ): void {
    const correlation = this.set.correlations[number];
    const group = joinValues(groupBy, told.values);
    const value = names.length === 0 ? "" : joinValues(names, told.values);
    if (correlation === undefined || group === undefined || value === undefined) return;
    const lost = (detail: string): void => {
      const node = context.book.get(told.execId)?.node ?? "";
      context.lost?.({ node, container: "" }, detail);
    };
    const entry = { ...told, rule, value };
    const held = correlate(state, correlation, { key: group, entry, lost });
    if (held !== undefined) this.takeCorrelated(state, held, context);
  }

  /** Its last event stands for it, to people and to further correlations. */
  private takeCorrelated(
    state: CorrelationState,
    { correlation, entries }: Correlated,
    context: DetectContext,
  ): void {
    const last = entries.at(-1);
    const linked = this.set.correlations[correlation.index];
    if (last === undefined || linked === undefined) return;
    const { timeUs, execId, values } = last;
    const subject = context.book.get(execId);
    if (!linked.isSilent && subject !== undefined) {
      const others = new Set(entries.map((entry) => entry.execId));
      others.delete(execId);
      const incomplete = [...others].some((one) => context.book.get(one)?.argumentsCut === true);
      context.hit({
        ...{ rule: linked.head, subject, others: [...others].slice(0, othersMax).sort() },
        because: [describe(correlation, entries)],
        ...{ indicators: [], incomplete: incomplete || subject.argumentsCut },
      });
    }
    for (const listener of linked.listeners) {
      this.tell(state, listener, { timeUs, execId, values }, context);
    }
  }
}

/** Undefined where one of them is not known: it belongs to no group. */
function joinValues(
  names: readonly string[],
  values: Readonly<Record<string, string>>,
): string | undefined {
  const found: string[] = [];
  for (const name of names) {
    const value = values[name];
    if (value === undefined) return undefined;
    found.push(value);
  }
  return found.length === 1 ? found[0] : JSON.stringify(found);
}

function describe(
  { type, groupBy, timespanUs }: Correlated["correlation"],
  entries: readonly CorrelationEntry[],
): string {
  const by = groupBy.length === 0 ? "" : `, by ${groupBy.join(", ")}`;
  const count = `${entries.length} matches within ${timespanUs / 1e6} s${by}`;
  return `${type.replaceAll("_", " ")}: ${count}`;
}
