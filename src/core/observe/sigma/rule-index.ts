/**
 * Holds which rules an act may match, found by what must occur in it, and the asking of those.
 * In: selections with the kinds of acts they are for. Out: for an act, the rules that match.
 * Must never leave out a rule that matches; what is remembered between acts is bounded.
 */
import type { Act, ActKind } from "../detect/act.ts";
import type { ActField } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import { type ActFacet, FacetMemory, facetOf } from "./act-facet.ts";
import type { Selection } from "./compile-selection.ts";
import type { NeededText, ReaderTest } from "./expression.ts";
import { compileMayHold } from "./may-hold.ts";
import { TextFinder } from "./text-finder.ts";

export interface IndexedRule {
  readonly selection: Selection | undefined;
  readonly kinds: readonly ActKind[];
}

export class RuleIndex {
  private readonly byKind = new Map<ActKind, KindIndex>();

  constructor(rules: readonly IndexedRule[]) {
    const numbers = new Map<ActKind, number[]>();
    for (const [number, { kinds }] of rules.entries()) {
      for (const kind of kinds) numbers.set(kind, [...(numbers.get(kind) ?? []), number]);
    }
    for (const [kind, list] of numbers) this.byKind.set(kind, new KindIndex(rules, list, kind));
  }

  /** Whether any rule is about such acts: else nothing need be read. */
  has(kind: ActKind): boolean {
    return this.byKind.has(kind);
  }

  /**
   * Numbers of the rules that match, each once, lowest first. **Cost**: the act must have been
   * shown to the reader. The list is used again for the next act.
   */
  match(act: Act, reader: ActReader): readonly number[] {
    return this.byKind.get(act.kind)?.match(act, reader) ?? none;
  }
}

const none: readonly number[] = [];

/** Rules of one kind of act. What follows from its facet alone is answered once. */
class KindIndex {
  private readonly plain: CandidateIndex;
  private readonly memory: FacetMemory<Candidates> | undefined;
  private readonly tests: readonly (Selection | undefined)[];

  constructor(rules: readonly IndexedRule[], numbers: readonly number[], kind: ActKind) {
    this.tests = rules.map(({ selection }) => selection);
    const facet = facetOf(kind);
    const reads = (number: number) => [...(this.tests[number]?.fields ?? [])];
    const isDecided = new Set(
      numbers.filter((number) => reads(number).every((field) => facet?.knows(field) === true)),
    );
    this.plain = new CandidateIndex(numbers, (number) => toQuestion(this.tests[number], facet));
    if (facet === undefined) return;
    this.memory = new FacetMemory(facet, (_, reader) => {
      const found = this.plain.match(reader);
      const decided = found.filter((number) => isDecided.has(number));
      const open = found.filter((number) => !isDecided.has(number));
      return found.length === 0 ? noCandidates : { decided, open };
    });
  }

  match(act: Act, reader: ActReader): readonly number[] {
    if (this.memory === undefined) return this.plain.match(reader);
    const { decided, open } = this.memory.get(act, reader);
    if (open.length === 0) return decided;
    const held = open.filter((number) => this.tests[number]?.test(reader) === true);
    if (held.length === 0) return decided;
    return decided.length === 0 ? held : [...decided, ...held].sort((a, b) => a - b);
  }
}

/** Rules that hold by the facet alone, and those that then depend on the rest of the act. */
interface Candidates {
  readonly decided: readonly number[];
  readonly open: readonly number[];
}

const noCandidates: Candidates = { decided: none, open: none };

/** What is asked of an act, and what must occur in it for a yes. */
interface Question {
  /** Undefined: always yes. */
  readonly test: ReaderTest | undefined;
  readonly needs: readonly NeededText[] | undefined;
}

/** Of the facet only, where there is one: whether the rule may hold. */
function toQuestion(selection: Selection | undefined, facet: ActFacet | undefined): Question {
  if (selection === undefined) return { test: () => false, needs: undefined };
  if (facet === undefined) return selection;
  const { expression, needs } = selection;
  const knows = facet.knows.bind(facet);
  const isNeedKnown = needs?.every(({ field }) => knows(field)) === true;
  return { test: compileMayHold(expression, knows), needs: isNeedKnown ? needs : undefined };
}

/** Of one field: texts that must occur, with the rules that then may match. */
interface FieldTexts {
  readonly field: ActField;
  readonly names: Map<string, number[]>;
  readonly texts: Map<string, number[]>;
  finder: TextFinder | undefined;
  /** By number of the text in the finder. */
  rulesOf: readonly (readonly number[])[];
}

class CandidateIndex {
  private readonly tests = new Map<number, ReaderTest>();
  /** Rules that nothing rules out beforehand. */
  private readonly always: number[] = [];
  private readonly fields: readonly FieldTexts[];
  private readonly asked = new Map<number, number>();
  private round = 0;
  private readonly matched: number[] = [];

  constructor(numbers: readonly number[], questionOf: (number: number) => Question) {
    const fields = new Map<ActField, FieldTexts>();
    for (const number of numbers) {
      const { test, needs } = questionOf(number);
      if (test !== undefined) this.tests.set(number, test);
      if (needs === undefined) this.always.push(number);
      else for (const need of needs) addNeed(fields, need, number);
    }
    this.fields = [...fields.values()];
  }

  match(reader: ActReader): readonly number[] {
    this.round += 1;
    this.matched.length = 0;
    for (const number of this.always) this.ask(number, reader);
    for (const one of this.fields) {
      const value = reader.value(one.field);
      if (value === undefined) continue;
      if (typeof value === "string") this.look(one, reader.lower(one.field), reader);
      else if (typeof value !== "object") this.look(one, String(value), reader);
      else for (const text of value) this.look(one, text.toLowerCase(), reader);
    }
    return this.matched.sort((a, b) => a - b);
  }

  private look(one: FieldTexts, lower: string, reader: ActReader): void {
    const { names, texts } = one;
    if (names.size > 0) {
      const named = names.get(lower.slice(lower.lastIndexOf("/") + 1));
      if (named !== undefined) for (const number of named) this.ask(number, reader);
    }
    if (texts.size === 0) return;
    // Made for the first text: many kinds of acts and fields are met in no recording.
    if (one.finder === undefined) {
      one.finder = new TextFinder([...texts.keys()]);
      one.rulesOf = [...texts.values()];
    }
    const { finder, rulesOf } = one;
    finder.find(lower, (text) => {
      for (const number of rulesOf[text] ?? []) this.ask(number, reader);
    });
  }

  private ask(number: number, reader: ActReader): void {
    if (this.asked.get(number) === this.round) return;
    this.asked.set(number, this.round);
    if (this.tests.get(number)?.(reader) !== false) this.matched.push(number);
  }
}

function addNeed(
  fields: Map<ActField, FieldTexts>,
  { field, how, text }: NeededText,
  number: number,
): void {
  let found = fields.get(field);
  if (found === undefined) {
    found = { field, names: new Map(), texts: new Map(), finder: undefined, rulesOf: [] };
    fields.set(field, found);
  }
  const shelf = how === "name" ? found.names : found.texts;
  const numbers = shelf.get(text);
  if (numbers === undefined) shelf.set(text, [number]);
  else if (!numbers.includes(number)) numbers.push(number);
}
