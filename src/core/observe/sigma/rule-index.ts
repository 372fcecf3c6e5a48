/**
 * Holds which rules an act may match, found by what must occur in it, and the asking of those.
 * In: selections with the kinds of acts they are for. Out: for an act, the rules that match.
 * Must never leave out a rule that matches; what is remembered between acts is bounded.
 */
import type { Act, ActKind } from "../detect/act.ts";
import type { ActField } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import type { Selection } from "./compile-selection.ts";
import type { NeededText } from "./expression.ts";
import { TextFinder } from "./text-finder.ts";

export interface IndexedRule {
  readonly selection: Selection | undefined;
  readonly kinds: readonly ActKind[];
}

/** Programs whose answers are remembered. */
const rememberedMax = 8192;
/** **Unit**: characters: long command lines seldom come twice. */
const rememberedLengthMax = 512;

export class RuleIndex {
  private readonly byKind = new Map<ActKind, KindIndex>();

  constructor(rules: readonly IndexedRule[]) {
    const numbers = new Map<ActKind, number[]>();
    for (const [number, { kinds }] of rules.entries()) {
      for (const kind of kinds) numbers.set(kind, [...(numbers.get(kind) ?? []), number]);
    }
    for (const [kind, list] of numbers) this.byKind.set(kind, new KindIndex(rules, list));
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

/** Rules of one kind of act. Those that ask for program and arguments alone are answered once. */
class KindIndex {
  private readonly ofProgram: CandidateIndex;
  private readonly ofAct: CandidateIndex;
  private readonly remembered = new Map<string, readonly number[]>();

  constructor(rules: readonly IndexedRule[], numbers: readonly number[]) {
    const asksProgram = (number: number) => {
      const fields = rules[number]?.selection?.fields ?? [];
      return [...fields].every(({ ofProgram }) => ofProgram);
    };
    this.ofProgram = new CandidateIndex(rules, numbers.filter(asksProgram));
    this.ofAct = new CandidateIndex(
      rules,
      numbers.filter((one) => !asksProgram(one)),
    );
  }

  match(act: Act, reader: ActReader): readonly number[] {
    const always = this.ofProgram.isEmpty ? none : this.matchProgram(act, reader);
    const more = this.ofAct.isEmpty ? none : this.ofAct.match(reader);
    if (more.length === 0) return always;
    return always.length === 0 ? more : [...always, ...more].sort((a, b) => a - b);
  }

  private matchProgram({ subject }: Act, reader: ActReader): readonly number[] {
    const { binary, arguments: args, name } = subject;
    if (args.length + binary.length > rememberedLengthMax) return this.ofProgram.match(reader);
    const key = `${binary}\u0000${args}\u0000${name}`;
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const found = [...this.ofProgram.match(reader)];
    if (this.remembered.size >= rememberedMax) this.remembered.clear();
    this.remembered.set(key, found.length === 0 ? none : found);
    return found;
  }
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
  readonly isEmpty: boolean;
  private readonly tests: readonly (Selection | undefined)[];
  /** Rules that nothing rules out beforehand. */
  private readonly always: number[] = [];
  private readonly fields: readonly FieldTexts[];
  private readonly asked: Uint32Array;
  private round = 0;
  private readonly matched: number[] = [];

  constructor(rules: readonly IndexedRule[], numbers: readonly number[]) {
    this.isEmpty = numbers.length === 0;
    this.tests = rules.map(({ selection }) => selection);
    this.asked = new Uint32Array(rules.length);
    const fields = new Map<ActField, FieldTexts>();
    for (const number of numbers) {
      const needs = rules[number]?.selection?.needs;
      if (needs === undefined) this.always.push(number);
      else for (const need of needs) addNeed(fields, need, number);
    }
    this.fields = [...fields.values()];
  }

  match(reader: ActReader): readonly number[] {
    this.round += 1;
    if (this.round === 0xffff_ffff) {
      this.asked.fill(0);
      this.round = 1;
    }
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
    if (this.asked[number] === this.round) return;
    this.asked[number] = this.round;
    if (this.tests[number]?.test(reader) === true) this.matched.push(number);
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
