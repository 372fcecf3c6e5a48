/** Tests that rules which ask the same share the question, and that nobody gets another one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, sampleBook } from "../../../testing/act-samples.ts";
import { actFields } from "../detect/act-fields.ts";
import { ActReader } from "../detect/act-reader.ts";
import { createCompileWhere } from "../sequence/compile-where.ts";
import { compileItem } from "./compile-item.ts";
import { compileRules } from "./compile-rules.ts";
import { forgetKnown, startKnown } from "./known-questions.ts";

const line = actFields.get("CommandLine");
assert.ok(line !== undefined);
const apart = {
  ...{ regex: linearRegex, placeholders: new Map() },
  ...{ fields: actFields, keywordFields: [line] },
};

const reader = new ActReader();
reader.show(execAct("/bin/sh", { arguments: "-c 'nc -e 1'" }), sampleBook());

const keys = [
  ...[
    "Image",
    "Image|contains",
    "Image|startswith",
    "Image|endswith",
    "Image|startswith|cased",
    "Image|re",
  ],
  ...["Image|re|i", "Image|neq", "Image|contains|all", "CommandLine|contains", "exe|endswith"],
  ...["CommandLine|contains|neq", "CommandLine|windash|contains", "CommandLine|base64"],
  ...["CommandLine|wide|base64offset|contains", "pid|gte", "pid|lt", "Image|exists", ""],
];
const value = fc.oneof(
  fc.constantFrom<string | number | boolean | null>("sh", "/sh", "/BIN", "-c", "nc*", "*", "", "1"),
  fc.constantFrom<string | number | boolean | null>(1, true, "true", null, '","', Number.NaN),
);

function answersOf(made: ReturnType<typeof compileItem>): unknown {
  if ("message" in made) return made;
  return [made.test(reader), made.explain(reader), made.needs, made.fields];
}

test("what a rule asks is the same, whatever was asked before it", () => {
  const question = fc.tuple(fc.constantFrom(...keys), fc.array(value, { maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(question, { maxLength: 30 }), (questions) => {
      const known = startKnown();
      for (const [key, values] of questions) {
        const shared = compileItem(key, values, [], { ...apart, known });
        assert.deepEqual(answersOf(shared), answersOf(compileItem(key, values, [], apart)));
      }
    }),
    { numRuns: 500 },
  );
});

test("equal questions are one, and equal values of different lists too", () => {
  const known = startKnown();
  const ask = (key: string, values: unknown) => compileItem(key, values, [], { ...apart, known });
  assert.equal(ask("Image|endswith", ["/a", "/b"]), ask("Image|endswith", ["/a", "/b"]));
  assert.notEqual(ask("Image|endswith", ["/a", "/b"]), ask("Image|endswith", ["/b", "/a"]));
  ask("CommandLine|endswith", "/b");
  assert.equal(known.scalars.size, 2);
  forgetKnown(known);
  assert.deepEqual([known.scalars.size, known.items.size], [0, 0]);
});

test("an invalid question stays one where it was asked before", () => {
  const where = createCompileWhere(linearRegex);
  const told: string[] = [];
  const complain = (message: string) => void told.push(message);
  for (const plain of [{ nowhere: "x" }, { nowhere: "x" }]) where(plain, complain);
  assert.equal(told.length, 2);
  const made = where({ name: "sh" }, complain);
  assert.equal(made, where({ name: "sh" }, complain));
  assert.notEqual(where({ name: null }, complain), where({ name: Number.NaN }, complain));
});

test("rules of one set that ask the same ask it by one question", () => {
  const rule = (id: string) => ({
    source: `${id}.yaml`,
    plain: {
      ...{ title: id, id, logsource: { product: "linux", category: "process_creation" } },
      detection: { one: { "Image|endswith": ["/sh", "/ash"] }, condition: "one" },
    },
  });
  const options = { regex: linearRegex, placeholders: new Map() };
  const { set, problems } = compileRules([rule("a"), rule("b")], options);
  assert.deepEqual(problems, []);
  const [one, other] = set.rules.map(({ selection }) => selection?.expression);
  assert.ok(one !== undefined);
  assert.equal(one, other, "both ask the same question");
});
