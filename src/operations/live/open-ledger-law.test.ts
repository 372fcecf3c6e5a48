/**
 * Holds that the ledger decides by its rules whatever comes: a plain model of them, which keeps
 * whole facts by their keys, is asked the same.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Actor, Fact, FileUseFact, FileUseHow } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { mergeByKey, mergeFact } from "../../core/observe/merge-fact.ts";
import { arbitraryFact, countCitations } from "../../testing/arbitrary-facts.ts";
import { changesOf } from "../../testing/ledger-changes.ts";
import { sampleCitation } from "../../testing/sample-incident.ts";
import { OpenLedger } from "./open-ledger.ts";
import type { ChangesAbout } from "./open-look.ts";

interface Known {
  readonly fact: Fact;
  readonly atMs: number;
  readonly restMs: number;
}

const counters = [
  ...["count", "lastSeenUs", "untilUs", "eventCount", "connectionCount", "failedCount"],
  ...["sentBytes", "receivedBytes"],
];
const adding = ["file-use", "privilege", "container", "loss"];
const signs = ["container", "coverage", "loss"];
const detected = ["signal", "process", "step"];

class Model {
  readonly known = new Map<string, Known>();
  readonly older: Set<string>;

  constructor(older: readonly string[]) {
    this.older = new Set(older);
  }

  changes(facts: readonly Fact[], nowMs: number, about: ChangesAbout) {
    const told = mergeByKey(facts);
    const open = new Map<string, Fact>();
    const pieces = new Map<string, Fact>();
    for (const [key, fact] of told) {
      const known = this.known.get(key);
      const isPiece = about.isPartial && adding.includes(fact.kind);
      const merged = known !== undefined && isPiece ? mergeFact(known.fact, fact) : fact;
      if (known !== undefined) {
        const moved = movedFields(known.fact, merged);
        if (moved.length === 0) continue;
        const mayCount = !isPiece || fact.kind === "container";
        const isRested = about.everything || nowMs - known.atMs >= known.restMs;
        const isNews = moved.some((name) => isNewsIn(known.fact, name));
        if (!isNews && !(mayCount && isRested)) continue;
      }
      if (known !== undefined && about.isPartial && fact.kind === "file-use") pieces.set(key, fact);
      else open.set(key, merged);
    }
    const gone = new Map<string, Fact>();
    for (const [key, { fact }] of this.known) {
      const container = containerOfFact(fact);
      const isMeant = container === "" || (about.containers?.has(container) ?? true);
      const isLeftOut = about.isPartial && adding.includes(fact.kind);
      if (isMeant && !isLeftOut && !told.has(key)) gone.set(key, fact);
    }
    const dropped = new Set(gone.keys());
    if (about.containers === undefined) {
      for (const key of this.older) if (!told.has(key)) dropped.add(key);
    }
    return { open, pieces, gone, dropped };
  }

  note(open: readonly Fact[], dropped: readonly string[], atMs: number): void {
    for (const fact of open) {
      const key = factKey(fact);
      const before = this.known.get(key)?.restMs;
      const [least, most] = restsOf(fact.kind);
      const restMs = before === undefined ? least : Math.min(most, 2 * before);
      this.known.set(key, { fact, atMs, restMs });
      this.older.delete(key);
    }
    for (const key of dropped) {
      this.known.delete(key);
      this.older.delete(key);
    }
  }
}

function restsOf(kind: Fact["kind"]): readonly [number, number] {
  if (signs.includes(kind)) return [60_000, 60_000];
  return detected.includes(kind) ? [60_000, 960_000] : [480_000, 1_920_000];
}

/** Proofs of a file are known by whether there are any. */
function movedFields(before: Fact, after: Fact): readonly string[] {
  return Object.keys(after).filter((name) => {
    const [old, now] = [fieldOf(before, name), fieldOf(after, name)];
    const isKept = before.kind === "file-use" && name === "citations";
    if (isKept && Array.isArray(old) && old.length > 0) return false;
    return JSON.stringify(old) !== JSON.stringify(now);
  });
}

function isNewsIn(before: Fact, name: string): boolean {
  const old = fieldOf(before, name);
  if (name === "citations") return Array.isArray(old) && old.length === 0;
  return !counters.includes(name) || old === 0;
}

function fieldOf(fact: Fact, name: string): unknown {
  return Object.entries(fact).find(([one]) => one === name)?.[1];
}

const list = fc.constantFrom<readonly string[]>([], ["1"], ["1", "2"], ["2", "1"], ["3"]);
const proofs = [sampleCitation("p", 5), sampleCitation("p", 6)];

const fileUse: fc.Arbitrary<FileUseFact> = countCitations(
  fc.record({
    kind: fc.constant("file-use" as const),
    container: fc.constantFrom("a", "b", ""),
    path: fc.constantFrom("/x", "/y"),
    how: fc.constantFrom<FileUseHow>("read", "executed"),
    actor: fc.constantFrom<Actor>("service", "operator"),
    origin: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Actor>("service") },
      { weight: 1, arbitrary: fc.constantFrom<Actor>("operator", "host") },
    ),
    actorReason: fc.oneof(
      { weight: 5, arbitrary: fc.constant("because") },
      { weight: 1, arbitrary: fc.constantFrom("", "therefore") },
    ),
    count: fc.nat({ max: 3 }),
    firstSeenUs: fc.constantFrom(0, 5, 5, 5, 6),
    lastSeenUs: fc.constantFrom(0, 7, 8, 9),
    binaries: list,
    sensors: fc.constantFrom<FileUseFact["sensors"]>(["open"], ["open"], ["mmap", "open"]),
    afterWrite: fc.constantFrom(false, false, false, true),
    citations: fc.subarray(proofs),
  }),
);

const fact = fc.oneof(
  { weight: 3, arbitrary: fileUse },
  { weight: 1, arbitrary: arbitraryFact({ containers: ["a", "b"], texts: ["/x", ""] }) },
);

const step = fc.record({
  facts: fc.array(fact, { maxLength: 25 }),
  /** Tells again what was told last, so that counters rest and move. */
  isAgain: fc.boolean(),
  afterMs: fc.constantFrom(0, 60_000, 480_000, 960_000),
  everything: fc.constantFrom(false, false, true),
  isPartial: fc.boolean(),
  containers: fc.constantFrom(undefined, new Set(["a"]), new Set(["a", "b"]), new Set<string>()),
  isWritten: fc.constantFrom(true, true, false),
});

function byKey(facts: readonly Fact[]): ReadonlyMap<string, Fact> {
  const map = new Map(facts.map((one) => [factKey(one), one]));
  assert.equal(map.size, facts.length, "of a key there is one");
  return map;
}

/** What goes is named, and its proofs are not known. */
function unproven(facts: Iterable<Fact>): ReadonlyMap<string, Fact> {
  return byKey(
    Array.from(facts, (one) => (one.kind === "file-use" ? { ...one, citations: [] } : one)),
  );
}

/** As folds tell them: a use of a file once a look. */
function filesOnce(facts: readonly Fact[]): readonly Fact[] {
  const isFile = ({ kind }: Fact) => kind === "file-use";
  const files = mergeByKey(facts.filter(isFile)).values();
  return [...files, ...facts.filter((one) => !isFile(one))];
}

test("law: the ledger decides as a plain model of its rules that keeps whole facts", () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(steps, fc.array(fact, { maxLength: 2 }), (all, older) => {
      const keys = [...older.map(factKey), "of a run before"];
      const ledger = new OpenLedger(keys);
      const model = new Model(keys);
      let nowMs = 0;
      let last: readonly Fact[] = [];
      for (const { facts: fresh, isAgain, afterMs, isWritten, ...about } of all) {
        nowMs += afterMs;
        const facts = filesOnce(isAgain ? [...last, ...fresh.slice(0, 5)] : fresh);
        last = facts;
        const changes = changesOf(ledger, facts, { ...about, nowMs });
        const wished = model.changes(facts, nowMs, about);
        assert.deepEqual(byKey(changes.open), wished.open);
        assert.deepEqual(byKey(changes.pieces), wished.pieces);
        assert.deepEqual(unproven(changes.gone), unproven(wished.gone.values()));
        assert.deepEqual(new Set(changes.dropped), wished.dropped);
        if (!isWritten) continue;
        const open = [...changes.open, ...changes.pieces];
        ledger.note({ ...changes, open }, nowMs);
        model.note(open, changes.dropped, nowMs);
        assert.equal(ledger.count, model.known.size + model.older.size);
        const containers = Array.from(model.known.values(), ({ fact: one }) =>
          containerOfFact(one),
        );
        assert.deepEqual(new Set(ledger.containers), new Set(containers));
      }
    }),
    { numRuns: 1500 },
  );
});

test("law: a use that is told twice in one look holds nothing back", () => {
  const twice = fc.record({
    facts: fc.array(
      fileUse.map((one) => mergeFact(one, one)),
      { maxLength: 25 },
    ),
    afterMs: fc.constantFrom(0, 480_000),
    everything: fc.boolean(),
    isPartial: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(twice, { minLength: 1, maxLength: 6 }), (all) => {
      const ledger = new OpenLedger([]);
      const store = new Map<string, Fact>();
      let nowMs = 0;
      for (const { facts, afterMs, ...how } of all) {
        nowMs += afterMs;
        const changes = changesOf(ledger, facts, { ...how, containers: undefined, nowMs });
        const whole = changes.pieces.map((piece) =>
          mergeFact(store.get(factKey(piece)) ?? assert.fail(), piece),
        );
        const open = [...changes.open, ...whole];
        for (const key of changes.dropped) store.delete(key);
        for (const [key, one] of byKey(open)) store.set(key, one);
        ledger.note({ ...changes, open }, nowMs);
        const told = mergeByKey(facts);
        if (!how.isPartial) assert.deepEqual(new Set(store.keys()), new Set(told.keys()));
        for (const [key, one] of told) {
          const known = store.get(key) ?? assert.fail();
          const moved = movedFields(known, how.isPartial ? mergeFact(known, one) : one);
          assert.deepEqual(
            moved.filter((name) => isNewsIn(known, name)),
            [],
          );
          if (how.everything && !how.isPartial) assert.deepEqual(moved, []);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
