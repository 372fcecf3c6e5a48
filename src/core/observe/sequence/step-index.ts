/**
 * Holds which steps an act may be, so that it meets only rules that could want it.
 * In: compiled rules. Out: for an act, the ways to be a step that its kind, name, roles and facet
 * (`act-facet.ts`) do not rule out.
 * Must never leave out a step that would hold; whether one does hold is not decided here.
 */
import type { Act, ActKind } from "../detect/act.ts";
import { actFields } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import type { Role, Subject } from "../detect/subject.ts";
import { type ActFacet, FacetMemory, facetOf } from "../sigma/act-facet.ts";
import type { ReaderTest } from "../sigma/expression.ts";
import { compileMayHold, compileMustHold } from "../sigma/may-hold.ts";
import type { SequenceRule, StepAlternative, TestAct } from "./sequence-rule.ts";

export interface IndexedStep {
  readonly rule: SequenceRule;
  readonly step: number;
  readonly alternative: StepAlternative;
}

/** One that is looked for among acts of one kind. */
interface ShelvedStep extends IndexedStep {
  /** In lower case; undefined: any name. */
  readonly names: ReadonlySet<string> | undefined;
  readonly roles: readonly string[] | undefined;
}

interface Shelf {
  readonly steps: ShelvedStep[];
  readonly memory: FacetMemory<readonly ShelvedStep[]> | undefined;
}

export interface StepIndex {
  /**
   * Each once, into `into`, which it empties first. **Cost**: a look-up and what it finds; the act
   * must have been shown to the reader.
   */
  find(act: Act, reader: ActReader, into: IndexedStep[]): void;
}

export function createStepIndex(rules: readonly SequenceRule[]): StepIndex {
  const shelves = new Map<ActKind, Shelf>();
  for (const rule of rules) {
    rule.steps.forEach((step, index) => {
      for (const alternative of step.alternatives) {
        const shelved = shelve({ rule, step: index, alternative });
        for (const kind of new Set(alternative.kinds)) {
          shelfOf(shelves, kind).steps.push(shelved);
        }
      }
    });
  }
  return {
    find(act, reader, into) {
      into.length = 0;
      const shelf = shelves.get(act.kind);
      if (shelf === undefined) return;
      const { subject } = act;
      const steps = shelf.memory === undefined ? shelf.steps : shelf.memory.get(act, reader);
      for (const one of steps) if (hasName(one, subject) && hasRole(one, subject)) into.push(one);
    },
  };
}

function shelfOf(shelves: Map<ActKind, Shelf>, kind: ActKind): Shelf {
  const known = shelves.get(kind);
  if (known !== undefined) return known;
  const facet = facetOf(kind);
  const steps: ShelvedStep[] = [];
  const memory =
    facet === undefined ? undefined : new FacetMemory(facet, findPossible(steps, facet));
  const made: Shelf = { steps, memory };
  shelves.set(kind, made);
  return made;
}

/** What the facet leaves possible; tests of it are made for the first act. */
function findPossible(steps: readonly ShelvedStep[], facet: ActFacet) {
  const tests = new Map<ShelvedStep, readonly ReaderTest[]>();
  const name = actFields.get("name");
  const isNameKnown = name !== undefined && facet.knows(name);
  return (act: Act, reader: ActReader): readonly ShelvedStep[] =>
    steps.filter((one) => {
      if (isNameKnown && !hasName(one, act.subject)) return false;
      const known = tests.get(one) ?? testsOf(one, facet);
      tests.set(one, known);
      return known.every((test) => test(reader));
    });
}

function testsOf({ rule, alternative }: IndexedStep, facet: ActFacet): readonly ReaderTest[] {
  const knows = facet.knows.bind(facet);
  const { test } = alternative;
  const may = test === undefined ? undefined : compileMayHold(test.expression, knows);
  const spared = (except: readonly TestAct[]) =>
    except
      .map(({ expression }) => compileMustHold(expression, knows))
      .filter((one) => one !== undefined)
      .map(
        (must): ReaderTest =>
          (reader) =>
            !must(reader),
      );
  return [
    ...(may === undefined ? [] : [may]),
    ...spared(alternative.except),
    ...spared(rule.except),
  ];
}

function hasName({ names }: ShelvedStep, { name }: Subject): boolean {
  return names === undefined || names.has(name.toLowerCase());
}

function hasRole({ roles: wanted }: ShelvedStep, { roles }: Subject): boolean {
  return wanted === undefined || wanted.some((one) => roles.has(one as Role));
}

function shelve(step: IndexedStep): ShelvedStep {
  const { needs } = step.alternative;
  const values = needs?.values.map((one) => one.toLowerCase());
  const names = needs?.of === "name" ? new Set(values) : undefined;
  return { ...step, names, roles: needs?.of === "role" ? values : undefined };
}
