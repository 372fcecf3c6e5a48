/**
 * Tests that what is remembered of one side of an act follows from that side alone, and that a rule
 * is never ruled out by it though it holds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hookEvent, sampleAct, sampleBook, sampleSubject } from "../../../testing/act-samples.ts";
import type { Act, ActKind } from "../detect/act.ts";
import { type ActField, actFields, auditFields } from "../detect/act-fields.ts";
import { ActReader } from "../detect/act-reader.ts";
import type { Role, Subject } from "../detect/subject.ts";
import { FacetMemory, facetOf } from "./act-facet.ts";
import { compileExpression, type Expression, type Item } from "./expression.ts";
import { compileMayHold, compileMustHold } from "./may-hold.ts";

const kinds: readonly ActKind[] = ["exec", "connect", "write", "read", "rename", "delete", "mode"];
const fields: readonly ActField[] = [...new Set([...actFields.values(), ...auditFields.values()])];
const text = fc.constantFrom("", "/bin/sh", "/etc/passwd", "-c id", "a b", "/tmp/x/y");

/** All of an act but program and path, which the test sets. */
const rest = fc.record({
  uid: fc.integer({ min: -1, max: 3 }),
  cwd: text,
  container: fc.constantFrom("c1", "host:n"),
  roles: fc.constantFrom<ReadonlySet<Role>>(new Set(), new Set(["shell"])),
  hasParent: fc.boolean(),
  timeUs: fc.integer({ min: 1, max: 2 ** 50 }),
  ...{ address: fc.constantFrom("", "10.0.0.1", "8.8.8.8"), port: fc.nat(3) },
  ...{ value: fc.nat(4095), failed: fc.boolean(), otherPath: text, text },
});
type Rest = typeof rest extends fc.Arbitrary<infer T> ? T : never;
interface Sides {
  readonly binary: string;
  readonly args: string;
  readonly path: string;
}
const sides: fc.Arbitrary<Sides> = fc.record({ binary: text, args: text, path: text });

function actOf(kind: ActKind, { binary, args, path }: Sides, more: Rest): Act {
  const { uid, cwd, container, roles, hasParent, ...told } = more;
  const about: Partial<Subject> = { binary, arguments: args, uid, cwd, container, roles };
  const parent = hasParent ? sampleSubject({ binary: "/bin/up" }) : undefined;
  const subject = sampleSubject({ ...about, parent });
  return sampleAct({ kind, subject, path, event: hookEvent("h"), ...told });
}

function readAll(act: Act): ActReader {
  const reader = new ActReader();
  reader.show(act, sampleBook());
  return reader;
}

test("law: a field that a facet knows is the same wherever its key is", () => {
  const pair = fc.tuple(fc.constantFrom(...kinds), sides, sides, rest, rest);
  fc.assert(
    fc.property(pair, ([kind, one, two, more, other]) => {
      const facet = facetOf(kind);
      assert.ok(facet !== undefined);
      // The other side differs as well: of an exec the path, of a file the program.
      const isFile = kind !== "exec" && kind !== "connect";
      const same = isFile ? { ...two, path: one.path } : { ...one, path: two.path };
      const first = actOf(kind, one, more);
      const second = actOf(kind, same, other);
      assert.equal(facet.keyOf(first), facet.keyOf(second));
      const [a, b] = [readAll(first), readAll(second)];
      for (const field of fields) {
        if (facet.knows(field)) assert.deepEqual(a.value(field), b.value(field), field.name);
      }
    }),
  );
});

const asked = ["binary", "command", "path", "basename", "uid", "cwd", "role"] as const;
const item: fc.Arbitrary<Expression> = fc
  .tuple(fc.constantFrom(...asked), fc.constantFrom("", "/bin/sh", "1", "shell", "passwd", "y"))
  .map(([name, value]): Item => {
    const field = actFields.get(name);
    assert.ok(field !== undefined);
    const holds = (reader: ActReader) => String(reader.value(field)) === value;
    return { kind: "item", fields: [field], test: holds, explain: () => "", needs: undefined };
  });
const { expression } = fc.letrec<{ expression: Expression; more: Expression }>((tie) => ({
  expression: fc.oneof({ maxDepth: 4 }, item, tie("more")),
  more: fc.oneof(
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      parts: fc.array(tie("expression"), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant("not" as const), part: tie("expression") }),
  ),
}));

test("law: what cannot hold does not, and what must does, whatever the unknown fields say", () => {
  let ruledOut = 0;
  let settled = 0;
  const all = fc.tuple(expression, fc.constantFrom(...kinds), sides, rest);
  fc.assert(
    fc.property(all, ([asks, kind, side, more]) => {
      const facet = facetOf(kind);
      assert.ok(facet !== undefined);
      const reader = readAll(actOf(kind, side, more));
      const holds = compileExpression(asks)(reader);
      const knows = facet.knows.bind(facet);
      if (compileMayHold(asks, knows)?.(reader) === false) {
        ruledOut += 1;
        assert.equal(holds, false);
      }
      if (compileMustHold(asks, knows)?.(reader) === true) {
        settled += 1;
        assert.equal(holds, true);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(ruledOut > 100 && settled > 100, "else the law says nothing");
});

test("an answer is given once a key, and texts beyond the bound are asked again", () => {
  const facet = facetOf("read");
  assert.ok(facet !== undefined);
  let count = 0;
  const memory = new FacetMemory(facet, () => ++count);
  const ask = (path: string) => {
    const act = sampleAct({ kind: "read", path });
    return memory.get(act, readAll(act));
  };
  assert.deepEqual([ask("/a"), ask("/b"), ask("/a")], [1, 2, 1]);
  const long = `/${"x".repeat(600)}`;
  assert.notEqual(ask(long), ask(long));
  for (let at = 0; at < 5000; at += 1) ask(`/many/${at}`);
  assert.notEqual(ask("/a"), 1, "old answers make room");
});
