/**
 * Tests that the index leaves out no rule: random rules on random acts, against an evaluator that
 * reads the plain rule for each act and shares no code with the engine.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, sampleAct, sampleBook, sampleSubject } from "../../../testing/act-samples.ts";
import type { Act } from "../detect/act.ts";
import { compileRules } from "./compile-rules.ts";
import { createSigmaDetector } from "./sigma-detector.ts";

const options = { regex: linearRegex, placeholders: new Map() };

const texts = fc.oneof(
  fc.constantFrom("/sh", "sh", "/bin/sh", "/usr/bin/curl", "-c", " -c ", "http://", "X", "", "l"),
  fc.string({ unit: fc.constantFrom("s", "h", "/", " ", "-", "c"), maxLength: 4 }),
);
const fields = fc.constantFrom("Image", "CommandLine", "ParentImage", "TargetFilename", "User");
const modifiers = fc.constantFrom("", "|contains", "|startswith", "|endswith", "|contains|all");
const search = fc.tuple(fields, modifiers, fc.array(texts, { minLength: 2, maxLength: 4 }));
type Search = readonly [field: string, modifier: string, values: readonly string[]];
const rules = fc.array(
  fc.record({
    searches: fc.array(search, { minLength: 1, maxLength: 3 }),
    except: fc.option(search),
    joinsAll: fc.boolean(),
    category: fc.constantFrom("process_creation", "file_event", "network_connection"),
  }),
  { minLength: 1, maxLength: 12 },
);
type Rule = {
  readonly searches: readonly Search[];
  readonly except: Search | null;
  readonly joinsAll: boolean;
  readonly category: string;
};

function toDocument(rule: Rule, number: number): object {
  const detection: Record<string, unknown> = {};
  const name = ([field, modifier, values]: Search) => ({ [field + modifier]: values });
  rule.searches.forEach((one, at) => {
    detection[`s${at}`] = name(one);
  });
  if (rule.except !== null) detection["filter"] = name(rule.except);
  const most = rule.joinsAll ? "all of s*" : "1 of s*";
  detection["condition"] = rule.except === null ? most : `${most} and not filter`;
  return { title: `${number}`, logsource: { category: rule.category }, detection };
}

const programs = fc.constantFrom("/bin/sh", "/usr/bin/curl", "/usr/bin/ls", "/opt/csh", "SH");
const acts = fc.record({
  program: programs,
  args: texts,
  parent: fc.option(programs),
  kind: fc.constantFrom("exec" as const, "write" as const, "connect" as const, "exit" as const),
  path: texts,
  uid: fc.constantFrom(0, 7),
});

interface Told {
  readonly program: string;
  readonly args: string;
  readonly parent: string | null;
  readonly kind: Act["kind"];
  readonly path: string;
  readonly uid: number;
}

function toAct(told: Told): Act {
  const parent = told.parent === null ? undefined : sampleSubject({ binary: told.parent });
  const { subject } = execAct(`${told.program} ${told.args}`.trim(), { parent, uid: told.uid });
  return sampleAct({ kind: told.kind, path: told.path, subject });
}

const kindsOf: Readonly<Record<string, readonly string[]>> = {
  process_creation: ["exec"],
  file_event: ["write"],
  network_connection: ["connect"],
};

function naively(rule: Rule, act: Act): boolean {
  if (!(kindsOf[rule.category] ?? []).includes(act.kind)) return false;
  const { subject } = act;
  const line = subject.arguments === "" ? subject.binary : `${subject.binary} ${subject.arguments}`;
  const written = act.kind === "write" && act.path !== "" ? act.path : undefined;
  const values: Readonly<Record<string, string | undefined>> = {
    ...{ Image: subject.binary, CommandLine: line, ParentImage: subject.parent?.binary },
    ...{ TargetFilename: written, User: subject.uid === 0 ? "root" : String(subject.uid) },
  };
  const holds = ([field, modifier, wanted]: Search): boolean => {
    const value = values[field]?.toLowerCase();
    if (value === undefined) return false;
    const tests = wanted.map((text) => {
      const lower = text.toLowerCase();
      if (modifier.startsWith("|contains")) return value.includes(lower);
      if (modifier === "|startswith") return value.startsWith(lower);
      return modifier === "|endswith" ? value.endsWith(lower) : value === lower;
    });
    return modifier.endsWith("|all") ? tests.every(Boolean) : tests.some(Boolean);
  };
  const main = rule.joinsAll ? rule.searches.every(holds) : rule.searches.some(holds);
  return main && (rule.except === null || !holds(rule.except));
}

test("rules found by the index are those that hold", () => {
  fc.assert(
    fc.property(rules, fc.array(acts, { minLength: 1, maxLength: 20 }), (given, told) => {
      const plain = given.map((rule, at) => ({ source: "r", plain: toDocument(rule, at) }));
      const { set, problems } = compileRules(plain, options);
      assert.deepEqual(problems, []);
      const detector = createSigmaDetector(set);
      const state = detector.start();
      for (const act of [...told, ...told].map(toAct)) {
        const found: string[] = [];
        const hit = ({ rule }: { readonly rule: { readonly title: string } }) => {
          found.push(rule.title);
        };
        detector.step(state, act, { nowUs: 0, book: sampleBook(), hit });
        const expected = given.flatMap((rule, at) => (naively(rule, act) ? [`${at}`] : []));
        assert.deepEqual(found, expected);
      }
    }),
    { numRuns: 400 },
  );
});
