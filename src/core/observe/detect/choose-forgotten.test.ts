/** Holds who is forgotten when, in small books made by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  chooseExcess,
  chooseForgotten,
  graceUs,
  type Keepers,
  keptBounds,
} from "./choose-forgotten.ts";
import type { SignalRecord } from "./signal-record.ts";
import { SubjectStore } from "./subject-book.ts";
import { SubjectRecord, subjectKnownAs } from "./subject-record.ts";

const nowUs = 10_000_000_000;
const nobody: Keepers = { isSpoken: () => false, remembered: () => undefined };

class Book {
  readonly subjects = new Map<string, SubjectRecord>();

  /** It runs, in a session of its own or of `entry`. */
  add(execId: string, entry?: SubjectRecord): SubjectRecord {
    const one = new SubjectRecord(execId, "n", this.subjects.size + 2);
    one.known = subjectKnownAs.exec;
    one.entry = entry ?? one;
    one.parent = entry;
    one.lastUs = nowUs;
    this.subjects.set(execId, one);
    return one;
  }

  /** The tree let go of it two minutes after. */
  addEnded(execId: string, entry?: SubjectRecord, agoUs = 130_000_000): SubjectRecord {
    const one = this.add(execId, entry);
    one.exitUs = nowUs - agoUs;
    one.treeForgot = true;
    return one;
  }

  forgotten(keepers: Partial<Keepers> = {}): readonly string[] {
    const { over, beyond } = chooseForgotten(this.subjects, nowUs, { ...nobody, ...keepers });
    return idsOf([...over, ...beyond]);
  }
}

function idsOf(subjects: readonly SubjectRecord[]): readonly string[] {
  return subjects.map(({ execId }) => execId).sort();
}

test("where there is no room the earliest ended go, then those longest unheard", () => {
  const book = new Book();
  book.add("heard");
  book.add("unheard").lastUs = 1;
  book.addEnded("late", undefined, 1);
  book.addEnded("early", undefined, 2);
  const chosen = [1, 2, 3].map((count) => idsOf(chooseExcess(book.subjects, count)));
  assert.deepEqual(chosen, [["early"], ["early", "late"], ["early", "late", "unheard"]]);
});

test("a session that is over goes once the process tree let go of all of it", () => {
  const book = new Book();
  const root = book.addEnded("root");
  const last = book.addEnded("last", root);
  last.treeForgot = false;
  assert.deepEqual(book.forgotten(), []);
  last.treeForgot = true;
  assert.deepEqual(book.forgotten(), ["last", "root"]);
});

test("of a session that goes on, or that a rule spoke of, ended ones stay ten minutes", () => {
  const book = new Book();
  const root = book.add("root");
  book.addEnded("young", root);
  const other = book.addEnded("other");
  book.addEnded("old", root, graceUs);
  assert.deepEqual(book.forgotten({ isSpoken: (entry) => entry === other }), ["old"]);
  assert.deepEqual(book.forgotten(), ["old", "other"]);
});

test("who stands above somebody that runs stays, in whichever session", () => {
  const book = new Book();
  const above = book.addEnded("above");
  const middle = book.addEnded("middle");
  middle.parent = above;
  const fork = book.addEnded("fork");
  middle.before = fork;
  const running = book.add("running");
  running.parent = middle;
  running.host = middle;
  assert.deepEqual(book.forgotten(), []);
  running.exitUs = nowUs - 1;
  assert.deepEqual(book.forgotten(), [], "late events may still be its");
  running.treeForgot = true;
  assert.deepEqual(book.forgotten(), ["above", "fork", "middle", "running"]);
});

test("whom detectors remember stays with his parents, in a small session with all of it", () => {
  for (const count of [3, keptBounds.remembered + 5]) {
    const book = new Book();
    const root = book.addEnded("root");
    for (let at = 0; at < count; at++) book.addEnded(`one ${at}`, root);
    const gone = book.forgotten({ remembered: (note) => ["one 1", "unknown"].forEach(note) });
    assert.equal(gone.length, count === 3 ? 0 : count - 1);
    assert.ok(!gone.includes("root") && !gone.includes("one 1"));
  }
});

test("whoever has a signal stays, however little it says", () => {
  const book = new Book();
  book.addEnded("told").signals = new Map<string, SignalRecord>();
  assert.deepEqual(book.forgotten(), []);
});

test("a session that goes on keeps what left traces, and as many others as are told of", () => {
  const book = new Book();
  const root = book.add("root");
  const traced = book.addEnded("traced", root, 500_000_000);
  traced.steps = [];
  for (let at = 0; at < keptBounds.members; at++) book.addEnded(`a${at}`, root, 400_000_000 - at);
  assert.deepEqual(book.forgotten(), ["a0", "a1"]);
});

test("whom a session loses does not depend on the order of the book", () => {
  const book = new Book();
  const root = book.add("root");
  // The parent of one that left a trace: it stays whatever its place in the list.
  const parent = book.addEnded("a-parent", root, 500_000_000);
  for (let at = 0; at < keptBounds.members; at++) {
    book.addEnded(`b${String(at).padStart(3, "0")}`, root, 400_000_000 - at);
  }
  const traced = book.addEnded("traced", root, 300_000_000);
  traced.parent = parent;
  traced.steps = [];
  const all = [...book.subjects.values()];
  for (const list of [all, [...all].reverse()]) {
    const subjects = new Map(list.map((one) => [one.execId, one]));
    const { beyond } = chooseForgotten(subjects, nowUs, nobody);
    assert.deepEqual(idsOf(beyond), ["b000", "b001", "b002"]);
  }
});

function storeOf(book: Book): SubjectStore {
  const store = new SubjectStore({ onForget: () => undefined });
  store.restore([...book.subjects.values()], { images: [], forks: [] });
  // Sessions are as the test says.
  for (const one of store.subjects.values()) one.settledAt = store.version;
  return store;
}

test("of a large session that a rule may still speak of, what goes is counted", () => {
  const book = new Book();
  const root = book.addEnded("root");
  for (let at = 0; at < 99; at++) book.addEnded(`one ${at}`, root);
  const store = storeOf(book);
  store.sweep(nowUs, { ...nobody, remembered: (note) => note("one 1") });
  assert.deepEqual([store.subjects.size, root.missingCount], [2, 98]);
});

/** A script that starts five programs each second, swept each half minute. */
class Script {
  readonly root: SubjectRecord;
  nowUs = nowUs;
  private readonly store: SubjectStore;
  private count = 0;

  constructor() {
    const book = new Book();
    this.root = book.add("root");
    this.store = storeOf(book);
  }

  run(minutes: number, keepers = nobody): void {
    for (let step = 0; step < minutes * 2; step++) {
      this.nowUs += 30_000_000;
      for (let at = 0; at < 150; at++) this.addEnded();
      this.store.sweep(this.nowUs, keepers);
    }
  }

  private addEnded(): void {
    this.count += 1;
    const one = new SubjectRecord(`x${this.count}`, "n", 100 + this.count);
    one.known = subjectKnownAs.exec;
    one.entry = one.parent = this.root;
    one.exitUs = one.lastUs = this.nowUs - 121_000_000;
    one.treeForgot = true;
    one.settledAt = this.store.version;
    this.store.subjects.set(one.execId, one);
  }
}

test("what was over for long before a rule speaks is no loss of the session", () => {
  const script = new Script();
  script.run(60);
  const { missingCount } = script.root;
  // In ten minutes there are 3000, of which some are kept; of the others some minutes are whole.
  assert.ok(missingCount <= 3000 - keptBounds.members, `${missingCount} of an hour`);
  assert.ok(missingCount >= 1500, `${missingCount} of an hour`);
  script.run(1, { ...nobody, isSpoken: () => true });
  const { missingCount: kept } = script.root;
  assert.ok(kept >= 1200);
  script.run(60, { ...nobody, isSpoken: () => true });
  assert.equal(script.root.missingCount, kept, "what was missing then is missing for good");
});

test("a parent that was only named goes when nobody is below it any more", () => {
  const book = new Book();
  const named = book.add("named");
  named.known = subjectKnownAs.parent;
  named.lastUs = nowUs - graceUs;
  const child = book.add("child");
  child.parent = named;
  assert.deepEqual(book.forgotten(), []);
  child.parent = undefined;
  assert.deepEqual(book.forgotten(), ["named"]);
});

test("law: any order of the book is the same, and no parent goes of somebody who stays", () => {
  const one = fc.record({
    // Most ended, did nothing, and their time is not over.
    ...{ above: fc.nat(40), state: fc.nat(9), traced: fc.nat(5) },
    agoUs: fc.integer({ min: 1, max: 700 }).map((seconds) => seconds * 1_000_000),
  });
  const books = fc.array(one, { minLength: 15, maxLength: 40 });
  // Small ones, so that they matter in small books.
  const bounds = fc.record({ members: fc.nat(8), remembered: fc.nat(8) });
  fc.assert(
    fc.property(books, fc.nat(40), bounds, (choices, at, small) => {
      const all = bookOf(choices);
      const keepers: Keepers = { ...nobody, remembered: (note) => note(String(at)) };
      const choose = (list: readonly SubjectRecord[]) => {
        const subjects = new Map(list.map((subject) => [subject.execId, subject]));
        const { over, beyond } = chooseForgotten(subjects, nowUs, keepers, small);
        return { over: idsOf(over), beyond: idsOf(beyond) };
      };
      const gone = choose(all);
      assert.deepEqual(choose([...all].reverse()), gone);
      const isGone = new Set([...gone.over, ...gone.beyond]);
      assert.equal(isGone.size, gone.over.length + gone.beyond.length);
      const isEarly = (subject: SubjectRecord) =>
        isGone.has(subject.execId) && subject.exitUs + graceUs > nowUs;
      for (const subject of all) {
        if (isGone.has(subject.execId)) continue;
        assert.ok(subject.parent === undefined || !isEarly(subject.parent));
        assert.ok(!isEarly(subject.entry));
      }
    }),
    { numRuns: 2000 },
  );
});

interface Choice {
  readonly above: number;
  readonly state: number;
  readonly traced: number;
  readonly agoUs: number;
}

function bookOf(choices: readonly Choice[]): readonly SubjectRecord[] {
  const book = new Book();
  const all: SubjectRecord[] = [];
  for (const [at, { above, state, traced, agoUs }] of choices.entries()) {
    const parent = all[above % Math.max(1, all.length)];
    const id = String(at);
    const made = state > 0 ? book.addEnded(id, undefined, agoUs) : book.add(id);
    made.treeForgot = state > 1;
    made.parent = parent;
    made.entry = parent !== undefined && above % 7 > 0 ? parent.entry : made;
    if (traced === 0) made.steps = [];
    all.push(made);
  }
  return all;
}
