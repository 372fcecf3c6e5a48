/**
 * Holds which steps an act may be, so that it meets only rules that could want it.
 * In: compiled rules. Out: for an act, the ways to be a step whose kind, name or role fit.
 * Must never leave out a step that would hold; whether one does hold is not decided here.
 */
import type { Act, ActKind } from "../detect/act.ts";
import type { SequenceRule, StepAlternative } from "./sequence-rule.ts";

export interface IndexedStep {
  readonly rule: SequenceRule;
  readonly step: number;
  readonly alternative: StepAlternative;
}

interface Shelf {
  readonly any: IndexedStep[];
  readonly byName: Map<string, IndexedStep[]>;
  readonly byRole: Map<string, IndexedStep[]>;
}

export interface StepIndex {
  /** Each once, into `into`, which it empties first. **Cost**: three look-ups and what it finds. */
  find(act: Act, into: IndexedStep[]): void;
}

export function createStepIndex(rules: readonly SequenceRule[]): StepIndex {
  const shelves = new Map<ActKind, Shelf>();
  for (const rule of rules) {
    rule.steps.forEach((step, index) => {
      for (const alternative of step.alternatives) {
        for (const kind of new Set(alternative.kinds)) {
          shelve(shelfOf(shelves, kind), { rule, step: index, alternative });
        }
      }
    });
  }
  return {
    find(act, into) {
      into.length = 0;
      const shelf = shelves.get(act.kind);
      if (shelf === undefined) return;
      into.push(...shelf.any);
      const named = shelf.byName.get(act.subject.name.toLowerCase());
      if (named !== undefined) into.push(...named);
      if (shelf.byRole.size === 0) return;
      for (const role of act.subject.roles) {
        for (const one of shelf.byRole.get(role) ?? []) if (!into.includes(one)) into.push(one);
      }
    },
  };
}

function shelfOf(shelves: Map<ActKind, Shelf>, kind: ActKind): Shelf {
  const known = shelves.get(kind);
  if (known !== undefined) return known;
  const made: Shelf = { any: [], byName: new Map(), byRole: new Map() };
  shelves.set(kind, made);
  return made;
}

function shelve(shelf: Shelf, step: IndexedStep): void {
  const { needs } = step.alternative;
  if (needs === undefined) {
    shelf.any.push(step);
    return;
  }
  const drawer = needs.of === "name" ? shelf.byName : shelf.byRole;
  for (const value of new Set(needs.values.map((one) => one.toLowerCase()))) {
    const known = drawer.get(value);
    if (known === undefined) drawer.set(value, [step]);
    else known.push(step);
  }
}
