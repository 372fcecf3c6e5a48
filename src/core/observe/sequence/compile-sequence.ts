/**
 * Holds how a sequence is read from a rule file.
 * In: plain data of one document. Out: the rule, ready to run; or what is wrong and where.
 * Must never run a rule that was not understood to its last word.
 */
import type { ActKind } from "../detect/act.ts";
import type { ActField } from "../detect/act-fields.ts";
import { evaluableByKinds } from "../detect/act-sensors.ts";
import { type CaseProblem, CaseReader } from "../detect/case-reader.ts";
import type { Evaluable } from "../detect/rule.ts";
import {
  type CompileWhere,
  compileStep,
  compileUnless,
  readKeys,
  type StepContext,
} from "./compile-step.ts";
import { decodeHead, type HeadOptions } from "./decode-head.ts";
import type { IndicatorType, SequenceRule, SequenceStep, SubjectIs } from "./sequence-rule.ts";

export interface SequenceOptions extends HeadOptions {
  readonly compileWhere: CompileWhere;
}

export interface CompiledSequence {
  /** Undefined where there is a problem. */
  readonly rule: SequenceRule | undefined;
  readonly problems: readonly CaseProblem[];
}

const stepCountMax = 8;
const withinUsMax = 600_000_000;

const indicatorTypes: Readonly<Record<IndicatorType, true>> = {
  ip: true,
  domain: true,
  url: true,
  file: true,
  command: true,
  user: true,
  container: true,
};

const usualIndicators: readonly IndicatorType[] = ["ip", "domain", "url", "file", "command"];

/** **Errors**: values with the path into the document. */
export function compileSequence(plain: unknown, options: SequenceOptions): CompiledSequence {
  const problems: CaseProblem[] = [];
  const map = CaseReader.of(plain, "", problems);
  const head = decodeHead(map, options);
  const by = readKeys(map);
  if (by.length === 0) map.complain("by", "is missing");
  const withinUs = readWithin(map);
  const told = map.maps("steps");
  if (told.length === 0) map.complain("steps", "is empty");
  if (told.length > stepCountMax) map.complain("steps", `has more than ${stepCountMax} steps`);
  const compared: ActField[] = [];
  const names = told.map((one) => one.text("name"));
  if (new Set(names).size < names.length) map.complain("steps", "has one name twice");
  const context: StepContext = { by, compileWhere: options.compileWhere, names, compared };
  const steps = told.map((one) => compileStep(one, context));
  checkTallies(map, steps);
  const except = compileUnless(map, context);
  const indicators = wordsOf(map, "indicators", indicatorTypes);
  const subject = readSubject(map, names);
  const ordered = map.flag("ordered");
  map.finish();
  if (problems.length > 0) return { rule: undefined, problems };
  const rule: SequenceRule = {
    head,
    evaluable: judgeEvaluable(steps),
    withinUs,
    ordered,
    steps,
    except,
    compared,
    indicators: new Set(indicators.length > 0 ? indicators : usualIndicators),
    ...subject,
  };
  return { rule, problems };
}

function wordsOf<T extends string>(
  map: CaseReader,
  key: string,
  known: Readonly<Record<T, true>>,
): readonly T[] {
  return map.texts(key).filter((word): word is T => {
    if (Object.hasOwn(known, word)) return true;
    map.complain(key, `cannot be "${word.slice(0, 40)}"`);
    return false;
  });
}

function readWithin(map: CaseReader): number {
  const match = /^(\d{1,4})(ms|s|m)$/.exec(map.text("within"));
  const unitUs = match?.[2] === "m" ? 60_000_000 : match?.[2] === "s" ? 1_000_000 : 1000;
  const withinUs = Number(match?.[1] ?? 0) * unitUs;
  if (withinUs <= 0 || withinUs > withinUsMax) {
    map.complain("within", "is no time from 1ms to 10m, such as 30s");
  }
  return withinUs;
}

/** `STEP`, `STEP.parent` or `STEP.entry`; without it the last step's process. */
function readSubject(
  map: CaseReader,
  names: readonly string[],
): { readonly subjectStep: number; readonly subjectIs: SubjectIs } {
  const [name = "", is = "process"] = map.text("subject", names.at(-1) ?? "").split(".");
  const subjectStep = names.indexOf(name);
  if (subjectStep < 0) map.complain("subject", "names no step");
  if (is === "process" || is === "parent" || is === "entry") return { subjectStep, subjectIs: is };
  map.complain("subject", "names neither a step nor its parent or entry");
  return { subjectStep, subjectIs: "process" };
}

/** Two counts side by side would have to be tried in every combination. */
function checkTallies(map: CaseReader, steps: readonly SequenceStep[]): void {
  steps.forEach((step, index) => {
    const isBroken = step.relations.some(
      (one) => step.tally !== undefined && steps[one.step]?.tally !== undefined,
    );
    if (isBroken) map.complain(`steps[${index}].with`, "relates two steps that count");
  });
}

/** A rule can run where each of its steps can be seen in some way. */
function judgeEvaluable(steps: readonly SequenceStep[]): Evaluable {
  const needed = steps
    .map(({ alternatives }) => {
      return evaluableByKinds(new Set(alternatives.flatMap<ActKind>(({ kinds }) => kinds)));
    })
    .filter(({ state }) => state !== "yes");
  const [first] = needed;
  if (first === undefined || first.state !== "with-policy") return first ?? { state: "yes" };
  const all = needed.filter((one) => one.state === "with-policy");
  return {
    state: "with-policy",
    sensors: [...new Set(all.flatMap(({ sensors }) => sensors))].sort(),
    policies: [...new Set(all.flatMap(({ policies }) => policies))].sort(),
    why: [...new Set(all.map(({ why }) => why))].join("; "),
  };
}
