/**
 * Holds that a shelf keeps apart what it has while uses come and go, and keeps nothing of those
 * that went.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FileUseFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { sampleCitation } from "../../testing/sample-incident.ts";
import { describes, describesPiece, FileDescriptions } from "./file-descriptions.ts";
import { FileShelf } from "./file-shelf.ts";
import { RowMarks } from "./row-marks.ts";

const use: FileUseFact = {
  ...{ kind: "file-use", container: "a", path: "/bin/x", how: "read", actor: "service" },
  ...{ origin: "service", actorReason: "", count: 7, firstSeenUs: 10, lastSeenUs: 20 },
  ...{ binaries: ["/bin/b", "/bin/c"], sensors: ["open"], afterWrite: false, citations: [] },
};

test("law: what is on the shelf is what was put there and not taken away", () => {
  const one = fc.record({ number: fc.nat({ max: 99 }), count: fc.nat({ max: 3 }) });
  const step = fc.record({ put: fc.array(one, { maxLength: 99 }), kept: fc.nat({ max: 99 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      const descriptions = new FileDescriptions();
      const shelf = new FileShelf("a", descriptions);
      const map = new Map<string, FileUseFact>();
      for (const { put, kept } of steps) {
        for (const { number, count } of put) {
          const how = number % 2 === 0 ? "read" : "mapped";
          const about = { how, actorReason: `${count}`, sensors: [] } as const;
          const fact: FileUseFact = { ...use, ...about, path: `/${number >> 1}`, count };
          shelf.set(fact, { atMs: number, restMs: count });
          map.set(factKey(fact), fact);
        }
        for (const [key, fact] of [...map].slice(kept)) {
          shelf.delete(fact);
          shelf.delete(fact);
          map.delete(key);
        }
        const all = [...shelf.missing(undefined)];
        assert.equal(shelf.size, map.size);
        assert.deepEqual(new Map(all.map((fact) => [factKey(fact), fact])), map);
        const met = new RowMarks(shelf.rowCount);
        for (const [at, fact] of [...map.values()].entries()) {
          const row = shelf.rowOf(fact);
          assert.ok(row !== undefined);
          if (at % 3 === 0) assert.ok(met.meet(row) && !met.meet(row));
          assert.equal(shelf.newsAt(row, fact, false), "equal");
          const number = 2 * Number(fact.path.slice(1)) + (fact.how === "read" ? 0 : 1);
          assert.deepEqual(shelf.timesAt(row), { atMs: number, restMs: fact.count });
        }
        const unmet = [...map.keys()].filter((_, at) => at % 3 !== 0);
        assert.deepEqual(new Set(Array.from(shelf.missing(met), factKey)), new Set(unmet));
        for (const fact of map.values()) met.meet(shelf.rowOf(fact) ?? assert.fail());
        assert.deepEqual([...shelf.missing(met)], []);
        const reasons = new Set(Array.from(map.values(), ({ actorReason }) => actorReason));
        assert.equal(descriptions.size, reasons.size);
      }
    }),
    { numRuns: 200 },
  );
});

test("a shelf that had many uses is as small again as one that never had them", () => {
  const descriptions = new FileDescriptions();
  const shelf = new FileShelf("a", descriptions);
  const pathOf = (number: number) => ({ ...use, path: `/${number}` });
  for (let number = 0; number < 1000; number += 1) {
    shelf.set(pathOf(number), { atMs: number, restMs: 1 });
  }
  const full = shelf.rowCount;
  for (let number = 0; number < 990; number += 1) shelf.delete(pathOf(number));
  assert.ok(full >= 1000 && shelf.rowCount <= 64, `${shelf.rowCount} of ${full}`);
  const row = shelf.rowOf(pathOf(995));
  assert.deepEqual(row === undefined ? undefined : shelf.timesAt(row), { atMs: 995, restMs: 1 });
  for (let number = 990; number < 1000; number += 1) shelf.delete(pathOf(number));
  assert.equal(descriptions.size, 0);
});

test("uses of many files are described once; a NUL or a comma makes no two into one", () => {
  const descriptions = new FileDescriptions();
  const one = descriptions.take(use);
  assert.equal(descriptions.take({ ...use, path: "/other", count: 99 }), one);
  const others = [
    { ...use, binaries: ["/bin/b,/bin/c"] },
    { ...use, binaries: ["/bin/b\u0000/bin/c"] },
    { ...use, binaries: ["/bin/b"], actorReason: "/bin/c" },
    { ...use, citations: [sampleCitation("p", 5)] },
  ];
  for (const other of others) assert.notEqual(descriptions.take(other), one);
  assert.equal(descriptions.size, 1 + others.length);
  descriptions.release(one);
  assert.equal(descriptions.take(use), one, "somebody holds it still");
});

test("of a piece fewer programs are no news, of the whole they are", () => {
  const descriptions = new FileDescriptions();
  const about = descriptions.take(use);
  const fewer = { ...use, binaries: ["/bin/c"] };
  assert.equal(describesPiece(about, fewer), true);
  assert.equal(describes(about, fewer), false);
  assert.equal(describesPiece(about, { ...use, binaries: ["/bin/d"] }), false);
  const odd = { ...use, binaries: ["/bin/c", "/bin/b"] };
  const oddly = descriptions.take(odd);
  assert.equal(describes(oddly, odd), true);
  assert.equal(describesPiece(oddly, odd), false, "merging would sort them");
});
