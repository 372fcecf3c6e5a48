/**
 * Holds how correlations find their rules, and what each rule must hand them.
 * In: rules and correlations as they were read. Out: listeners of each, or why one cannot run.
 * Must never let a correlation run that would wait for ever for a rule that is not there.
 */
import type { ActField } from "../detect/act-fields.ts";
import type { Evaluable, RuleHead } from "../detect/rule.ts";
import { levels } from "../detect/rule.ts";
import type { SigmaRule } from "./compile-rule.ts";
import { entriesMax } from "./correlate.ts";
import type { CorrelationDocument } from "./decode-correlation.ts";
import { findRules, type RuleReference } from "./find-rules.ts";

/** A correlation that wants to know of matches. */
export interface Listener {
  readonly correlation: number;
  /** Which of its rules this is. */
  readonly rule: number;
  /** Names of fields, aliases resolved. */
  readonly groupBy: readonly string[];
  readonly value: readonly string[];
}

export interface LinkedCorrelation extends CorrelationDocument {
  readonly index: number;
  readonly evaluable: Evaluable;
  readonly listeners: readonly Listener[];
  /** Only other correlations hear of it. */
  readonly isSilent: boolean;
}

export interface LinkedRule extends SigmaRule {
  readonly listeners: readonly Listener[];
  /** What its listeners want to know, by name. */
  readonly wanted: ReadonlyMap<string, ActField>;
  readonly isSilent: boolean;
}

export interface Linked {
  readonly rules: readonly LinkedRule[];
  readonly correlations: readonly LinkedCorrelation[];
}

/** What is found out of one while all are linked. */
interface Node {
  readonly listeners: Listener[];
  readonly wanted: Set<string>;
  isSilent: boolean;
}

export function linkCorrelations(
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationDocument[],
): Linked {
  const linker = new Linker(rules, correlations);
  const heads = correlations.map((_, index) => linker.headOf(index));
  for (let index = 0; index < correlations.length; index += 1) {
    if (linker.stateOf(index).state !== "never") linker.listen(index);
  }
  for (let index = 0; index < correlations.length; index += 1) linker.want(index);
  return {
    rules: rules.map((rule, index) => {
      const { listeners, wanted, isSilent } = linker.ruleNode(index);
      const fields = [...wanted].flatMap((name): [string, ActField][] => {
        const field = rule.options?.fields.get(name);
        return field === undefined ? [] : [[name, field]];
      });
      return { ...rule, listeners, isSilent, wanted: new Map(fields) };
    }),
    correlations: correlations.map((one, index) => {
      const { listeners, isSilent } = linker.correlationNode(index);
      const evaluable = linker.stateOf(index);
      return { ...one, index, evaluable, listeners, isSilent, head: heads[index] ?? one.head };
    }),
  };
}

const newNode = (): Node => ({ listeners: [], wanted: new Set(), isSilent: false });

class Linker {
  private readonly rules: readonly SigmaRule[];
  private readonly correlations: readonly CorrelationDocument[];
  private readonly ruleNodes: readonly Node[];
  private readonly correlationNodes: readonly Node[];
  private readonly references: readonly (readonly RuleReference[] | string)[];
  private readonly states = new Map<number, Evaluable | "open">();

  constructor(rules: readonly SigmaRule[], correlations: readonly CorrelationDocument[]) {
    this.rules = rules;
    this.correlations = correlations;
    this.ruleNodes = rules.map(newNode);
    this.correlationNodes = correlations.map(newNode);
    this.references = correlations.map((one) => findRules(one, rules, correlations));
  }

  ruleNode(index: number): Node {
    return this.ruleNodes[index] ?? newNode();
  }

  correlationNode(index: number): Node {
    return this.correlationNodes[index] ?? newNode();
  }

  /** Of a rule that waits for itself, by whatever way: never. */
  stateOf(index: number): Evaluable {
    const known = this.states.get(index);
    if (known === "open") return { state: "never", why: "it waits for itself" };
    if (known !== undefined) return known;
    this.states.set(index, "open");
    const state = this.findState(index);
    this.states.set(index, state);
    return state;
  }

  private findState(index: number): Evaluable {
    const correlation = this.correlations[index];
    const references = this.references[index];
    if (correlation === undefined || references === undefined) return never("it is not there");
    if (typeof references === "string") return never(references);
    if (correlation.refusal !== "") return never(correlation.refusal);
    const isCount = correlation.type === "event_count" || correlation.type === "value_count";
    if (isCount && correlation.bounds.some(({ value }) => value > entriesMax)) {
      return never(`it counts beyond ${entriesMax}, which is all that is kept`);
    }
    const states = references.map((one) => this.stateOfReference(one));
    for (const [at, reference] of references.entries()) {
      for (const name of this.namesFor(correlation, at)) {
        const why = this.missingField(reference, name, correlation, new Set());
        if (why !== "") return never(why);
      }
    }
    return combine(states, correlation.type.startsWith("temporal"));
  }

  private stateOfReference({ kind, index }: RuleReference): Evaluable {
    if (kind === "correlation") return this.stateOf(index);
    return this.rules[index]?.evaluable ?? never("it is not there");
  }

  /** Names of fields that a rule must tell, as that rule calls them. */
  private namesFor(correlation: CorrelationDocument, at: number): readonly string[] {
    const { groupBy, valueFields } = correlation;
    return [...groupBy, ...valueFields].map((name) => this.resolve(correlation, at, name));
  }

  /** "" for an alias that says nothing of this rule. */
  private resolve(correlation: CorrelationDocument, at: number, name: string): string {
    const alias = correlation.aliases.get(name);
    if (alias === undefined) return name;
    const reference = this.referencesOf(correlation)[at];
    const rule = reference && this.documentOf(reference);
    return alias.get(rule?.name ?? "") ?? alias.get(rule?.id ?? "") ?? "";
  }

  private referencesOf(correlation: CorrelationDocument): readonly RuleReference[] {
    const found = this.references[this.correlations.indexOf(correlation)];
    return typeof found === "object" ? found : [];
  }

  private documentOf({ kind, index }: RuleReference) {
    return kind === "rule" ? this.rules[index] : this.correlations[index];
  }

  /** "" when the rule, or all rules below a correlation, can tell it. */
  private missingField(
    reference: RuleReference,
    name: string,
    asking: CorrelationDocument,
    seen: Set<number>,
  ): string {
    if (name === "") return "an alias does not name a field for each rule";
    if (reference.kind === "rule") {
      const field = this.rules[reference.index]?.options?.fields.get(name);
      if (field === undefined) return `there is no field ${JSON.stringify(name.slice(0, 60))} here`;
      const isValue = asking.valueFields.includes(name) && asking.type !== "value_count";
      if (isValue && !numberFields.has(name)) return `${name} is no number`;
      return "";
    }
    const below = this.correlations[reference.index];
    const isSeen = below === undefined || seen.has(reference.index);
    seen.add(reference.index);
    for (const one of isSeen ? [] : this.referencesOf(below)) {
      const why = this.missingField(one, name, asking, seen);
      if (why !== "") return why;
    }
    return "";
  }

  listen(index: number): void {
    const correlation = this.correlations[index];
    if (correlation === undefined) return;
    for (const [at, reference] of this.referencesOf(correlation).entries()) {
      const node = this.nodeOf(reference);
      node.listeners.push({
        ...{ correlation: index, rule: at },
        groupBy: correlation.groupBy.map((name) => this.resolve(correlation, at, name)),
        value: correlation.valueFields.map((name) => this.resolve(correlation, at, name)),
      });
      if (!correlation.generates && !this.isGenerated(reference)) node.isSilent = true;
    }
  }

  private isGenerated(reference: RuleReference): boolean {
    return this.correlations.some(
      (one) =>
        one.generates &&
        this.referencesOf(one).some(
          ({ kind, index }) => kind === reference.kind && index === reference.index,
        ),
    );
  }

  private nodeOf({ kind, index }: RuleReference): Node {
    return kind === "rule" ? this.ruleNode(index) : this.correlationNode(index);
  }

  /** Whatever a correlation must tell its own listeners, its rules must tell it. */
  want(index: number): void {
    const correlation = this.correlations[index];
    if (correlation === undefined || this.stateOf(index).state === "never") return;
    const references = this.referencesOf(correlation);
    for (const [at, reference] of references.entries()) {
      this.hand(reference, this.namesFor(correlation, at));
    }
  }

  private hand(reference: RuleReference, names: readonly string[]): void {
    const { wanted } = this.nodeOf(reference);
    const sizeBefore = wanted.size;
    for (const name of names) wanted.add(name);
    if (reference.kind === "rule" || wanted.size === sizeBefore) return;
    const below = this.correlations[reference.index];
    for (const one of below === undefined ? [] : this.referencesOf(below)) this.hand(one, names);
  }

  /** What the document leaves out is its rules'. */
  headOf(index: number): RuleHead | undefined {
    const correlation = this.correlations[index];
    if (correlation === undefined) return undefined;
    const { head, hasLevel } = correlation;
    const below = this.referencesOf(correlation).map((one) => this.documentOf(one)?.head);
    const all = below.filter((one) => one !== undefined);
    const worst = all.toSorted((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level))[0];
    const hasTags = head.techniques.length + head.tactics.length > 0;
    const union = (key: "techniques" | "tactics") => [...new Set(all.flatMap((one) => one[key]))];
    return {
      ...head,
      ...(hasLevel || worst === undefined ? {} : { level: worst.level, score: worst.score }),
      ...(hasTags ? {} : { techniques: union("techniques"), tactics: union("tactics") }),
      author:
        head.author === "" ? [...new Set(all.map((one) => one.author))].join(", ") : head.author,
    };
  }
}

const never = (why: string): Evaluable => ({ state: "never", why });

const numberFields: ReadonlySet<string> = new Set(
  (
    "DestinationPort SourcePort ProcessId ParentProcessId LogonId port bytes uid auid pid euid " +
    "ppid status new-uid container.age service.age parent.uid time @timestamp UtcTime"
  ).split(" "),
);

/** All are needed, or the best of them is enough. */
function combine(states: readonly Evaluable[], needsAll: boolean): Evaluable {
  const dead = states.find((one) => one.state === "never");
  if (dead !== undefined && (needsAll || states.every((one) => one.state === "never"))) {
    return dead;
  }
  const living = states.filter((one) => one.state !== "never");
  const watched = living.filter((one) => one.state === "with-policy");
  const [first] = watched;
  if (first === undefined || (!needsAll && watched.length < living.length)) return { state: "yes" };
  return {
    state: "with-policy",
    sensors: [...new Set(watched.flatMap(({ sensors }) => sensors))],
    policies: [...new Set(watched.flatMap(({ policies }) => policies))].sort(),
    why: first.why,
  };
}
