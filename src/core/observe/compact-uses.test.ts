/**
 * Holds that what a process did is the same after it was compact, and that equal lists are one.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CompactUses, eachCompactUse, noUses } from "./compact-uses.ts";
import type { PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow, Sensor } from "./fact.ts";
import {
  compactKept,
  countAtMost,
  countKept,
  eachKeptUse,
  findKeptUse,
  isCompact,
  type KeptUses,
  type OpenUses,
  openKept,
  pendingOf,
  startOver,
  startUses,
} from "./kept-uses.ts";
import {
  addPending,
  addUse,
  compactEnded,
  compactProcess,
  createProcessUses,
} from "./process-uses.ts";
import { createUseLists, turnUseLists, type UseLists } from "./use-lists.ts";
import { createUse, createUses, hows } from "./use-record.ts";

const moments = fc.oneof(fc.nat(5), fc.constant(1.75e15), fc.double({ min: 0, noNaN: true }));
const accesses: fc.Arbitrary<PendingAccess> = fc.record({
  path: fc.constantFrom("/a", "/b", "/lib/c.so", "/proc/1/stat", "/proc/2/stat", ""),
  how: fc.constantFrom<FileUseHow>("executed", "mapped", "read", "written"),
  sensor: fc.constantFrom<Sensor>("exec", "loader", "open", "mmap", "network"),
  policy: fc.constantFrom("", "file-open"),
  timeUs: moments,
  timed: fc.boolean(),
  input: fc.nat(2),
  offset: fc.nat(3),
});

const steps = fc.record({
  access: accesses,
  isPending: fc.boolean(),
  by: fc.boolean(),
  restsAfter: fc.boolean(),
});

type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** What it did; with `lists` it is compact after each step that says so. */
function play(given: readonly Step[], lists?: UseLists) {
  const process = createProcessUses("p", "c", "n");
  const totals = { useCount: 0, look: 1 };
  for (const { access, isPending, by, restsAfter } of given) {
    if (isPending) addPending(process, totals, { ...access });
    else {
      const use = addUse(process, totals, access);
      if (use !== undefined && by) use.by = { execId: "q", binary: access.path };
    }
    if (restsAfter && lists !== undefined) compactProcess(process, lists, 2);
  }
  return { process, useCount: totals.useCount };
}

/** Looks are no part of what it did. */
function plain(kept: KeptUses) {
  const { uses, pending = [] } = openKept(kept);
  const all = hows.map((how) =>
    [...(uses[how] ?? [])].map(([path, use]) => ({ ...use, path, look: 0 })),
  );
  return { all, pending };
}

test("law: silences change nothing of what a process did, nor its order", () => {
  const lists = createUseLists();
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (given) => {
      const [through, once] = [play(given, lists), play(given)];
      assert.equal(through.useCount, once.useCount);
      const expected = plain(once.process.kept);
      assert.deepEqual(plain(through.process.kept), expected);
      compactProcess(through.process, lists, 2);
      const { kept } = through.process;
      assert.ok(isCompact(kept));
      assert.deepEqual(plain(kept), expected);
      assert.deepEqual(pendingOf(kept), expected.pending);
      const told: unknown[] = [];
      eachCompactUse(kept, { take: (_how, path, use) => told.push({ ...use, path }) });
      assert.deepEqual(told, expected.all.flat());
      assert.ok(countAtMost(kept) >= told.length);
      assert.deepEqual(countKept(kept), countKept(once.process.kept));
      for (const { how, path } of given.map(({ access }) => access)) {
        const use = findKeptUse(once.process.kept, how, path);
        const expectedUse = use === undefined ? undefined : { ...use, look: 0 };
        assert.deepEqual(findKeptUse(kept, how, path), expectedUse);
      }
      assert.equal(through.process.kept, kept, "it is only read");
    }),
    { numRuns: 500 },
  );
});

function usesOf(paths: readonly string[], timeUs: number): OpenUses {
  const rest = { how: "read", sensor: "open", policy: "file-open", input: 0 } as const;
  const read = new Map(
    paths.map((path, offset) => [path, createUse({ ...rest, path, timeUs, offset }, 1)]),
  );
  return { ...startUses(), uses: { ...createUses(), read } };
}

function compact(open: OpenUses, lists: UseLists): CompactUses {
  return compactKept(open, lists, 1) ?? assert.fail("no look tells any of it");
}

function pathsOf(compact: CompactUses): readonly string[] {
  const paths: string[] = [];
  eachCompactUse(compact, { take: (_how, path) => paths.push(path) });
  return paths;
}

test("processes that did the same at other times share one list", () => {
  const lists = createUseLists();
  const [first, second] = [5, 6e15].map((at) => compact(usesOf(["/a", "/b"], at), lists));
  assert.equal(first?.list, second?.list);
  assert.notDeepEqual(first?.numbers, second?.numbers);
  const other = compact(usesOf(["/b", "/a"], 5), lists);
  assert.notEqual(other.list, first?.list);
  assert.deepEqual(pathsOf(other), ["/b", "/a"]);
  assert.equal(compact(usesOf([], 5), lists), noUses);
  assert.deepEqual(pendingOf(noUses), []);
});

test("a list that is met again stays; one that nobody meets for two turns is forgotten", () => {
  const lists = createUseLists();
  const compactOf = (path: string) => compact(usesOf([path], 1), lists);
  const [often, seldom] = [compactOf("/often"), compactOf("/seldom")];
  for (let turn = 0; turn < 2; turn += 1) {
    turnUseLists(lists);
    assert.equal(compactOf("/often").list, often.list);
  }
  assert.notEqual(compactOf("/seldom").list, seldom.list);
  assert.deepEqual(pathsOf(seldom), ["/seldom"], "who has it keeps it");
});

test("what one look tells as a whole is compact once it ended, and told by that look", () => {
  const process = createProcessUses("p", "c", "n");
  const totals = { useCount: 0, look: 7 };
  const accessTo = (path: string) =>
    ({ path, how: "read", sensor: "open", policy: "", timeUs: 1, input: 0, offset: 0 }) as const;
  for (const path of ["/a", "/b"]) addUse(process, totals, accessTo(path));
  compactEnded(process, createUseLists(), 7);
  const { kept: ended } = process;
  assert.ok(isCompact(ended) && ended.look === 7);
  const toldSince = (look: number): readonly string[] => {
    const paths: string[] = [];
    eachKeptUse(startOver(process.kept, look), { take: (_how, path) => paths.push(path) });
    return paths;
  };
  assert.deepEqual([toldSince(7), toldSince(8)], [["/a", "/b"], []]);
  totals.look = 8;
  addUse(process, totals, accessTo("/b"));
  compactEnded(process, createUseLists(), 8);
  assert.equal(isCompact(process.kept), false, "one look tells some of it");
  assert.deepEqual([toldSince(7), toldSince(8)], [["/a", "/b"], ["/b"]]);
});

test("lists that are known are bounded, however many differ", () => {
  const lists = createUseLists();
  const many = Array.from({ length: 1000 }, (_, at) => `/dir/file-${at}`);
  for (let process = 0; process < 500; process += 1) {
    const one = compact(usesOf([`/${process}`, ...many], 1), lists);
    assert.deepEqual(pathsOf(one).length, 1001);
  }
  const known = [...lists.young.values(), ...lists.old.values()].flat();
  const pathCount = known.reduce((count, { paths }) => count + paths.length, 0);
  assert.ok(pathCount <= 2 * 66_600, `${pathCount} paths`);
});

test("only what no late look tells becomes compact", () => {
  const process = createProcessUses("p", "c", "n");
  const access = { path: "/a", how: "read", sensor: "open", policy: "", timeUs: 1 } as const;
  addUse(process, { useCount: 0, look: 7 }, { ...access, input: 0, offset: 0 });
  compactProcess(process, createUseLists(), 7);
  assert.equal(isCompact(process.kept), false);
  compactProcess(process, createUseLists(), 8);
  assert.equal(isCompact(process.kept), true);
  assert.deepEqual([...(openKept(process.kept).uses.read?.keys() ?? [])], ["/a"]);
});
