/**
 * Tests of `pack-episodes.ts`: what is under way comes back, in its order.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import fc from "fast-check";
import { createState } from "./keep-episodes.ts";
import { packEpisodes, unpackEpisodes } from "./pack-episodes.ts";
import type { Episode, Mark } from "./sequence-rule.ts";

const text = fc.constantFrom("", "a", "/bin/sh", "exec-1");
const mark: fc.Arbitrary<Mark> = fc.record({
  ...{ timeUs: fc.nat(2 ** 40), kind: fc.constantFrom("exec", "write"), execId: text },
  ...{ parentExecId: text, entryExecId: text, pid: fc.nat(99), startUs: fc.nat(), path: text },
  ...{ address: text, port: fc.nat(65_535), tallied: fc.oneof(text, fc.nat()) },
  values: fc.array(text, { maxLength: 2 }),
});
const marks = fc.array(fc.array(mark, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
const told = fc.array(text, { maxLength: 2 });
const episode: fc.Arbitrary<Episode> = fc.record({
  ...{ container: text, lastUs: fc.nat(), marks, told },
});
const rule = fc.array(fc.tuple(fc.string(), episode), { maxLength: 4 });
const rules = fc.array(fc.tuple(fc.string(), rule), { maxLength: 4 });

test("law: marks, keys and rules come back as they were and in their order", () => {
  fc.assert(
    fc.property(rules, fc.nat(), (given, nextSweepUs) => {
      const byRule = new Map(given.map(([id, episodes]) => [id, new Map(episodes)]));
      const state = { ...createState(), rules: structuredClone(byRule), nextSweepUs };
      const read = unpackEpisodes(v8.deserialize(v8.serialize(packEpisodes(state))));
      assert.deepEqual(structuredClone(read), state);
      const keys = (one: typeof state) => [...one.rules].map(([id, all]) => [id, [...all.keys()]]);
      assert.deepEqual(keys(read as typeof state), keys(state));
      for (const all of read.rules.values()) {
        for (const { marks: lists } of all.values()) lists[0]?.push(...(lists[0] ?? []));
      }
    }),
  );
});

const one: Mark = {
  ...{ timeUs: 1, kind: "exec", execId: "x", parentExecId: "p", entryExecId: "e", pid: 1 },
  ...{ startUs: 1, path: "/x", address: "", port: 0, tallied: 0, values: [] },
};

function withMarks(lists: Mark[][]) {
  const sequence: Episode = { container: "c", lastUs: 1, marks: lists, told: [] };
  return { ...createState(), rules: new Map([["r", new Map([["k", sequence]])]]) };
}

test("a mark that steps share is written once, and shared again", () => {
  const state = withMarks([[one, { ...one, pid: 2 }], [one]]);
  const dump = packEpisodes(state);
  assert.equal(dump.marks.count, 2);
  const read = unpackEpisodes(v8.deserialize(v8.serialize(dump)));
  assert.deepEqual(structuredClone(read), state);
  const [first, second] = read.rules.get("r")?.get("k")?.marks ?? [];
  assert.ok(first?.[0] !== undefined && first[0] === second?.[0]);
});

test("what was written when each step had its own marks is read", () => {
  const state = withMarks([[{ ...one, pid: 2 }], [], [one]]);
  const { markAt, ...before } = packEpisodes(state);
  assert.deepEqual([...(markAt ?? [])], [0, 1]);
  assert.deepEqual(structuredClone(unpackEpisodes(before)), state);
});

test("what was written before marks were packed is taken as it is", () => {
  const state = createState();
  assert.equal(unpackEpisodes(state), state);
});
