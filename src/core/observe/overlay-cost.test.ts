/**
 * Holds what events of a process cost that was silent, however much it did before: that is counted
 * in paths which are compared where lists are searched.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStory, startContainer } from "../../testing/event-story.ts";
import type { FileUseHow } from "./fact.ts";
import { createFileUse } from "./file-use.ts";
import { countKept, eachKeptUse, isCompact, startOver } from "./kept-uses.ts";
import { createProcessTree } from "./process-tree.ts";
import {
  addUse,
  compactEnded,
  compactProcess,
  createProcessUses,
  type ProcessUses,
  useCountMax,
} from "./process-uses.ts";
import { createUseLists } from "./use-lists.ts";

/** Paths that are compared while `run` runs. */
function countCompared(run: () => void): number {
  const { indexOf } = Array.prototype;
  let compared = 0;
  Array.prototype.indexOf = function (this: unknown[], ...given: [unknown, number?]) {
    const at = indexOf.apply(this, given);
    compared += (at < 0 ? this.length : at) - (given[1] ?? 0);
    return at;
  };
  try {
    run();
  } finally {
    Array.prototype.indexOf = indexOf;
  }
  return compared;
}

const totals = { useCount: 0, look: 1 };

function add(process: ProcessUses, how: FileUseHow, from: number, until: number): void {
  const about = { how, sensor: "open", policy: "p", input: 0 } as const;
  for (let at = from; at < until; at++) {
    const path = `/usr/share/data/file-${1_000_000 + at}`;
    addUse(process, totals, { path, ...about, timeUs: 1 + at, offset: at });
  }
}

function startSilent(how: FileUseHow, count: number): ProcessUses {
  const process = createProcessUses("x", "c", "n");
  add(process, how, 0, count);
  compactProcess(process, createUseLists(), 5);
  assert.ok(isCompact(process.kept));
  return process;
}

/** One silence: what is looked at before it is opened. */
const comparedMax = 8192;

test("of a silent process that has as much as it may, events cost look-ups", () => {
  for (const [how, countMax] of [
    ["read", useCountMax.read],
    ["mapped", useCountMax.code],
    ["written", useCountMax.written],
  ] as const) {
    const process = startSilent(how, countMax);
    const compared = countCompared(() => {
      // The last ones again, then what is left out.
      add(process, how, countMax - 31, countMax + 1000);
    });
    assert.equal(process.lostCount + process.lostWriteCount, 1000, how);
    assert.equal(countKept(process.kept)[how], countMax);
    assert.ok(compared < comparedMax, `${compared} paths`);
  }
});

test("of a silent process that may do more, events cost look-ups after a few", () => {
  const process = startSilent("read", 3000);
  assert.ok(countCompared(() => add(process, "read", 2990, 4000)) < comparedMax);
  assert.deepEqual([countKept(process.kept).read, process.lostCount], [4000, 0]);
});

test("a way in which a silent process did nothing is not sought", () => {
  const process = startSilent("read", useCountMax.read);
  const { kept: silent } = process;
  assert.equal(
    countCompared(() => add(process, "written", 0, 500)),
    0,
  );
  const { kept } = process;
  assert.ok(!isCompact(kept) && kept.base === silent, "it need not be opened");
});

test("to tell what is over a silent process, or to count it, seeks nothing", () => {
  const silent = startSilent("read", useCountMax.read);
  // As a copy that is ended, which is never opened.
  const process = { ...silent, kept: startOver(silent.kept, 1) };
  add(process, "read", useCountMax.read - 4, useCountMax.read);
  add(process, "written", 0, 300);
  let toldCount = 0;
  const compared = countCompared(() => {
    const take = () => {
      toldCount += 1;
    };
    eachKeptUse(process.kept, { take });
    assert.equal(countKept(process.kept).read, useCountMax.read);
  });
  assert.deepEqual([compared, toldCount], [0, 304]);
});

test("what looks tell apart is not made compact, nor looked at beyond the first such", () => {
  const process = createProcessUses("x", "c", "n");
  totals.look = 7;
  add(process, "read", 0, 1);
  totals.look = 8;
  add(process, "read", 1, 1000);
  const { kept } = process;
  assert.ok(!isCompact(kept));
  let seenCount = 0;
  const byPath = kept.uses.read ?? assert.fail("it read");
  for (const [path, use] of byPath) {
    byPath.set(path, {
      ...use,
      get look() {
        seenCount += 1;
        return use.look;
      },
    });
  }
  compactEnded(process, createUseLists(), 8);
  assert.equal(process.kept, kept);
  assert.ok(seenCount < 5, `${seenCount} of 1000`);
});

test("only the first end of a process that is told makes it compact", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/bin/main" });
  const [fold, tree] = [createFileUse(), createProcessTree()];
  const state = fold.start();
  const isCompactAfter = (tell: () => void) => {
    tell();
    for (const event of story.events.splice(0)) {
      const node = tree.place(event, event.timeUs, () => {});
      fold.step(state, event, { node, nowUs: event.timeUs, emit: () => {} });
    }
    const process = state.processes.get(first.execId) ?? assert.fail("it did something");
    return isCompact(process.kept);
  };
  const tell = [
    () => story.open(first, "/etc/passwd"),
    () => story.exit(first),
    () => story.open(first, "/etc/group"),
    () => story.exit(first),
  ];
  assert.deepEqual(tell.map(isCompactAfter), [false, true, false, false]);
});
