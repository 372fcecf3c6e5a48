/**
 * Holds how one step of a sequence is read: which acts it takes, and how it stands to others.
 * In: the map of a step. Out: the step compiled; what is wrong is told to the reader of the map.
 * Must never guess: a word that is not known refuses the rule.
 */
import type { ActKind } from "../detect/act.ts";
import { type ActField, actFields } from "../detect/act-fields.ts";
import { actSensors } from "../detect/act-sensors.ts";
import type { CaseReader } from "../detect/case-reader.ts";
import { benignClasses } from "./benign-classes.ts";
import type {
  FileOf,
  KeyName,
  RelationName,
  SequenceStep,
  StepAlternative,
  StepRelation,
  StepTally,
  TestAct,
} from "./sequence-rule.ts";
import { valueLists } from "./value-lists.ts";

/** Makes a predicate of a selection whose lists are written out; complains where it cannot. */
export type CompileWhere = (
  plain: unknown,
  complain: (message: string) => void,
) => TestAct | undefined;

/** What steps of one rule share. */
export interface StepContext {
  /** By what the steps belong together, unless one says otherwise. */
  readonly by: readonly KeyName[];
  readonly compileWhere: CompileWhere;
  /** Names of all steps. **Order**: as written. */
  readonly names: readonly string[];
  /** Grows by the fields that relations compare. */
  readonly compared: ActField[];
}

const keyNames: Readonly<Record<KeyName, true>> = {
  process: true,
  task: true,
  parent: true,
  entry: true,
  container: true,
  workload: true,
  node: true,
  host: true,
  file: true,
  address: true,
  user: true,
};

const fileWords: Readonly<Record<FileOf, true>> = {
  path: true,
  "other-path": true,
  program: true,
  binary: true,
  operands: true,
  output: true,
};

const relationNames: Readonly<Record<Exclude<RelationName, "same-value">, true>> = {
  "same-process": true,
  "other-process": true,
  "child-of": true,
  "parent-of": true,
  "sibling-of": true,
  "descends-from": true,
  "ancestor-of": true,
  "within-tree-of": true,
  overlaps: true,
  after: true,
};

const tallyMax = 1000;
const sumMax = 2 ** 40;

/** **Errors**: told to the reader of the map; what is returned then is not to be run. */
export function compileStep(map: CaseReader, context: StepContext): SequenceStep {
  const name = map.text("name");
  if (!/^[a-z][a-z0-9-]*$/.test(name)) map.complain("name", "is no name of small letters");
  const alternatives = map.has("any")
    ? compileAny(map, context)
    : [compileAlternative(map, context)];
  if (alternatives.length === 0) map.complain("any", "is empty");
  const tally = compileTally(map);
  const relations = compileRelations(map, name, context);
  map.finish();
  return { name, alternatives, tally, relations };
}

/** What the step spares, each of its ways spares too. */
function compileAny(map: CaseReader, context: StepContext): readonly StepAlternative[] {
  const except = compileUnless(map, context);
  return map.maps("any").map((one) => {
    const alternative = compileAlternative(one, context);
    one.finish();
    return { ...alternative, except: [...except, ...alternative.except] };
  });
}

function compileAlternative(map: CaseReader, context: StepContext): StepAlternative {
  const kinds = map.texts("act").filter((kind): kind is ActKind => {
    if (Object.hasOwn(actSensors, kind)) return true;
    map.complain("act", `has "${kind.slice(0, 40)}", which is no act`);
    return false;
  });
  if (!map.has("act")) map.complain("act", "is missing");
  const where = map.value("where");
  const file = map.text("file", kinds[0] === "exec" ? "program" : "path");
  if (!Object.hasOwn(fileWords, file)) map.complain("file", `cannot be "${file.slice(0, 40)}"`);
  return {
    kinds,
    test: where === undefined ? undefined : compileTest(map, "where", where, context),
    except: compileUnless(map, context),
    file: file as FileOf,
    by: map.has("by") ? readKeys(map, context.by.length) : context.by,
    needs: where === undefined ? undefined : findNeeds(where),
  };
}

/** `by`: as many as the rule has, for the keys of all steps must be able to be equal. */
export function readKeys(map: CaseReader, count?: number): readonly KeyName[] {
  const words = map.texts("by").filter((word): word is KeyName => {
    if (Object.hasOwn(keyNames, word)) return true;
    map.complain("by", `cannot be "${word.slice(0, 40)}"`);
    return false;
  });
  if (count !== undefined && words.length !== count) map.complain("by", `needs ${count} keys`);
  return words;
}

function compileTest(
  map: CaseReader,
  key: string,
  plain: unknown,
  context: StepContext,
): TestAct | undefined {
  const complain = (message: string) => map.complain(key, message);
  return context.compileWhere(writeOut(plain, complain), complain);
}

/** Words of `benign-classes.ts`, or maps. */
export function compileUnless(map: CaseReader, context: StepContext): readonly TestAct[] {
  const value = map.value("unless");
  if (value === undefined) return [];
  const tests: TestAct[] = [];
  for (const one of Array.isArray(value) ? value : [value]) {
    const plain = typeof one === "string" ? benignClasses[one] : one;
    if (plain === undefined || typeof plain !== "object") {
      map.complain("unless", `has "${String(one).slice(0, 40)}", which is no kind of work`);
      continue;
    }
    const test = compileTest(map, "unless", plain, context);
    if (test !== undefined) tests.push(test);
  }
  return tests;
}

/** `$name` becomes the values of that list. */
function writeOut(plain: unknown, complain: (message: string) => void): unknown {
  if (typeof plain === "string" && plain.startsWith("$")) {
    const name = plain.slice(1);
    if (Object.hasOwn(valueLists, name)) return valueLists[name];
    complain(`names no list: "${plain.slice(0, 40)}"`);
    return plain;
  }
  if (Array.isArray(plain)) return plain.flatMap((one) => writeOut(one, complain));
  if (typeof plain !== "object" || plain === null) return plain;
  const written = Object.entries(plain).map(([key, value]) => [key, writeOut(value, complain)]);
  return Object.fromEntries(written);
}

/** What the map cannot hold without: a name or role that is written plainly. */
function findNeeds(where: unknown): StepAlternative["needs"] {
  if (typeof where !== "object" || where === null || Array.isArray(where)) return undefined;
  for (const key of ["name", "role"] as const) {
    const value = writeOut((where as Record<string, unknown>)[key], () => undefined);
    const values = Array.isArray(value) ? value : [value];
    const isPlain = (one: unknown): one is string =>
      typeof one === "string" && one !== "" && !/[*?\\]/.test(one);
    if (values.length > 0 && values.every(isPlain)) return { of: key, values };
  }
  return undefined;
}

function compileTally(map: CaseReader): StepTally | undefined {
  const told = (["count", "distinct", "sum"] as const).filter((key) => map.has(key));
  const [kind] = told;
  if (kind === undefined) return undefined;
  if (told.length > 1) map.complain("", "counts in more than one way");
  if (kind === "count")
    return { kind, atLeast: atLeastOf(map, "count", tallyMax), field: undefined };
  const about = map.map(kind);
  if (about === undefined) return undefined;
  const field = actFields.get(about.text("field"));
  if (field === undefined) about.complain("field", "is no field of acts");
  const atLeast = atLeastOf(about, "at-least", kind === "sum" ? sumMax : tallyMax);
  about.finish();
  return { kind, atLeast, field };
}

function atLeastOf(map: CaseReader, key: string, most: number): number {
  const value = map.number(key, 1, 1);
  if (value > most) map.complain(key, `is beyond ${most}`);
  return Math.min(value, most);
}

function compileRelations(
  map: CaseReader,
  name: string,
  { names, compared }: StepContext,
): readonly StepRelation[] {
  const about = map.map("with");
  if (about === undefined) return [];
  const relations: StepRelation[] = [];
  for (const key of about.keys()) {
    for (const other of about.texts(key)) {
      const step = names.indexOf(other);
      if (step < 0 || other === name) about.complain(key, `names no other step: "${other}"`);
      else if (Object.hasOwn(relationNames, key)) {
        relations.push({ name: key as RelationName, step, value: -1 });
      } else {
        const value = comparedIndex(key, compared);
        if (value < 0) about.complain(key, "is no relation");
        else relations.push({ name: "same-value", step, value });
      }
    }
  }
  return relations;
}

/** Of `same-FIELD`. */
function comparedIndex(key: string, compared: ActField[]): number {
  const field = key.startsWith("same-") ? actFields.get(key.slice(5)) : undefined;
  if (field === undefined) return -1;
  const known = compared.indexOf(field);
  return known >= 0 ? known : compared.push(field) - 1;
}
