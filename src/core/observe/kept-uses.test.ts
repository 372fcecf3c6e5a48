/**
 * Holds that what a process did is the same in any form: silences, copies, dumps and loads on the
 * way change nothing of it, nor does what is done to a copy.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleNode } from "../../testing/sample-facts.ts";
import type { PendingAccess } from "./exec-prelude.ts";
import type { Actor, Fact, FileUseHow, Sensor } from "./fact.ts";
import { addToTotals, createUseTotals, emitTotals } from "./file-use-totals.ts";
import {
  countKept,
  eachKeptUse,
  findKeptUse,
  isCompact,
  type KeptUses,
  openKept,
  pendingOf,
  startOver,
} from "./kept-uses.ts";
import { packFileUses, unpackFileUses } from "./pack-file-uses.ts";
import type { ProcessUses } from "./process-uses.ts";
import {
  addPending,
  addUse,
  compactEnded,
  compactProcess,
  createProcessUses,
} from "./process-uses.ts";
import { createUseLists } from "./use-lists.ts";
import {
  type Access,
  countAgain,
  createUse,
  createUses,
  hows,
  type Use,
  type UseTaker,
} from "./use-record.ts";

const paths = Array.from({ length: 90 }, (_, at) => {
  return `/usr/lib/${at % 20}/${at}${[".py", ".rb", ".so", ""][at % 4]}`;
});
const accesses: fc.Arbitrary<PendingAccess> = fc.record({
  path: fc.oneof(fc.constantFrom(...paths.slice(0, 4)), fc.constantFrom(...paths)),
  how: fc.constantFrom<FileUseHow>("read", "read", "executed", "mapped", "written"),
  sensor: fc.constantFrom<Sensor>("exec", "loader", "open", "mmap"),
  policy: fc.constantFrom("", "file-open"),
  timeUs: fc.oneof(fc.nat(5), fc.constant(1.75e15), fc.double({ min: 0, noNaN: true })),
  timed: fc.boolean(),
  input: fc.nat(2),
  offset: fc.nat(3),
});

const steps = fc.record({
  kind: fc.constantFrom("add", "add", "hold", "look", "end", "load", "copy", "news"),
  given: fc.array(accesses, { minLength: 1, maxLength: 50 }),
  by: fc.boolean(),
});

interface Stage {
  process: ProcessUses;
  readonly totals: ReturnType<typeof createUseTotals>;
}

function startStage(): Stage {
  return { process: createProcessUses("p", "c", "n"), totals: createUseTotals() };
}

function add({ process, totals }: Stage, given: readonly Access[], by: boolean): void {
  for (const access of given) {
    const use = addUse(process, totals, access);
    if (use !== undefined && by) use.by = { execId: "q", binary: access.path };
  }
}

function usesOf(kept: KeptUses, look?: number) {
  const told: unknown[] = [];
  const take: UseTaker["take"] = (how, path, use) => {
    told.push({ ...use, how, path, ...(look === undefined ? {} : { look }) });
  };
  eachKeptUse(kept, { take });
  return told;
}

/** Looks are no part of what it did. */
function plain(kept: KeptUses) {
  return { uses: usesOf(kept, 0), pending: pendingOf(kept), counts: countKept(kept) };
}

/** A copy of what is new as records: what was no news becomes a part when it changes. */
function newsOf(kept: KeptUses, since: number, given: readonly Access[], look: number) {
  const told = createUses();
  const place = (how: FileUseHow, path: string, use: Use): Use => {
    told[how] ??= new Map();
    told[how].set(path, use);
    return use;
  };
  const take: UseTaker["take"] = (how, path, use) => {
    if (use.look >= since) place(how, path, { ...use });
  };
  eachKeptUse(kept, { take });
  for (const access of given) {
    const { how, path } = access;
    const before = told[how]?.get(path) ?? findKeptUse(kept, how, path);
    if (before === undefined) place(how, path, createUse(access, look));
    else countAgain(told[how]?.get(path) ?? place(how, path, { ...before }), access);
  }
  return hows.flatMap((how) =>
    Array.from(told[how] ?? [], ([path, use]) => ({ ...use, path, how })),
  );
}

function load({ process, totals }: Stage): ProcessUses {
  const dump = structuredClone(packFileUses({ processes: new Map([["p", process]]), totals }));
  const read = unpackFileUses(dump, createUseLists());
  return read.processes.get("p") ?? assert.fail("it is in the dump");
}

function end({ process, totals }: Stage, actor: Actor) {
  const facts: Fact[] = [];
  const node = sampleNode({ execId: "p", actor, origin: "service" });
  addToTotals(totals, process, node);
  emitTotals(
    totals,
    () => true,
    (fact) => facts.push(fact),
  );
  return { facts, useCount: totals.useCount };
}

test("law: in any form, and however often it is copied, what a process did stays the same", () => {
  const actors = fc.constantFrom<Actor>("service", "bulk-reader", "package-manager");
  const forms = { compact: 0, over: 0, open: 0 };
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 16 }), actors, (given, actor) => {
      const lists = createUseLists();
      const [one, whole] = [startStage(), startStage()];
      for (const { kind, given: some, by } of given) {
        const { process, totals } = one;
        const { look } = totals;
        const before = plain(process.kept);
        if (kind === "hold") {
          for (const stage of [one, whole]) {
            for (const access of some) addPending(stage.process, stage.totals, { ...access });
          }
        } else if (kind === "look") {
          for (const stage of [one, whole]) stage.totals.look += 1;
          compactProcess(process, lists, look);
        } else if (kind === "end") {
          compactEnded(process, lists, look);
        } else if (kind === "load") {
          one.process = load(one);
          for (const stage of [one, whole]) stage.totals.look = 1;
          whole.process.kept = openKept(whole.process.kept);
          const take: UseTaker["take"] = (_how, _path, use) => {
            use.look = 0;
          };
          eachKeptUse(whole.process.kept, { take });
        } else if (kind === "copy") {
          const copy = { process: { ...process, kept: startOver(process.kept) }, totals };
          const other = structuredClone({ ...whole });
          add({ ...copy, totals: { ...totals } }, some, by);
          add(other, some, by);
          assert.deepEqual(plain(copy.process.kept), plain(other.process.kept));
          assert.deepEqual(plain(process.kept), before);
        } else if (kind === "news") {
          const since = Math.max(1, look - 1);
          const copy = { ...process, kept: startOver(process.kept, since) };
          add({ process: copy, totals: { ...totals } }, some, false);
          const expected = newsOf(whole.process.kept, since, some, look);
          assert.deepEqual(
            usesOf(copy.kept, 0),
            expected.map((use) => ({ ...use, look: 0 })),
          );
          assert.deepEqual(plain(process.kept), before);
        } else {
          for (const stage of [one, whole]) add(stage, some, by);
        }
        const { kept } = one.process;
        forms[isCompact(kept) ? "compact" : kept.base === undefined ? "open" : "over"] += 1;
        assert.deepEqual(plain(kept), plain(whole.process.kept));
        assert.equal(one.totals.useCount, whole.totals.useCount);
      }
      const ended = end(one, actor);
      assert.deepEqual(ended, end(whole, actor));
      assert.equal(ended.useCount, 0);
    }),
    { numRuns: 400 },
  );
  assert.ok(Math.min(...Object.values(forms)) > 100, JSON.stringify(forms));
});

test("what is added to a silent process opens it only where it is much", () => {
  const stage = startStage();
  const accessTo = (path: string) =>
    ({ path, how: "read", sensor: "open", policy: "", timeUs: 5, input: 0, offset: 0 }) as const;
  add(stage, paths.slice(0, 50).map(accessTo), false);
  compactProcess(stage.process, createUseLists(), 9);
  const { kept: silent } = stage.process;
  add(stage, paths.slice(40, 60).map(accessTo), false);
  const { kept } = stage.process;
  assert.ok(!isCompact(kept) && kept.base === silent);
  assert.deepEqual([countKept(kept).read, usesOf(kept).length], [60, 60]);
  const more = Array.from({ length: 200 }, (_, at) => `/more/${at}`);
  add(stage, more.map(accessTo), false);
  const { kept: opened } = stage.process;
  assert.ok(!isCompact(opened) && opened.base === undefined);
  assert.deepEqual([countKept(opened).read, usesOf(opened).length], [260, 260]);
});

test("a bound holds for what is compact and what was added together", () => {
  const stage = startStage();
  const all = Array.from({ length: 1030 }, (_, at): Access => {
    const rest = { policy: "", timeUs: 5, input: 0, offset: 0 };
    return { path: `/w/${at}`, how: "written", sensor: "write", ...rest };
  });
  add(stage, all.slice(0, 1020), false);
  compactProcess(stage.process, createUseLists(), 9);
  const isOver = () => !isCompact(stage.process.kept) && stage.process.kept.base !== undefined;
  const counts = () => [stage.process.lostWriteCount, countKept(stage.process.kept).written];
  add(stage, all.slice(1019, 1025), false);
  assert.deepEqual([isOver(), ...counts()], [true, 1, 1024]);
  // What is left out is sought too: it is opened.
  add(stage, all.slice(1018), false);
  assert.deepEqual([isOver(), ...counts()], [false, 7, 1024]);
});
