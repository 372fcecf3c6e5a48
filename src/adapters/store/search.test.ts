/** Holds how searches are split into words, and in which order notes are found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Note } from "../../ports/store.ts";
import { keysOf, NoteRanking } from "./rank-notes.ts";
import { splitTerms, splitWords } from "./split-words.ts";

function note(id: string, timeUs = 1): Note {
  const none = { text: "", about: [], decision: undefined, revokedUs: 0 };
  return { id, timeUs, by: "ada", ...none };
}

test("law: whatever is searched for, its terms are letters and digits", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (search) => {
      for (const { terms } of splitWords(search)) {
        assert.ok(terms.length > 0);
        for (const term of terms) assert.match(term, /^[\p{L}\p{N}]+$/u);
      }
    }),
  );
});

test("a word is found whatever its case and accents, and once", () => {
  assert.deepEqual(splitTerms("Überprüft: CVE-2021-44228"), [
    ...["uberpruft", "cve", "2021", "44228"],
  ]);
  const words = splitWords('  Été ete "ETE" CVE-1 — ');
  assert.deepEqual(words, [
    { word: "Été", terms: ["ete"] },
    { word: "CVE-1", terms: ["cve", "1"] },
  ]);
});

test("a pasted log is cut", () => {
  const log = Array.from({ length: 5_000 }, (_, at) => `word${at}`).join(" ");
  assert.equal(splitWords(log).length, 32);
  assert.equal(splitWords("x".repeat(100_000))[0]?.word.length, 128);
});

test("more equal keys come before fewer, any key before any words, later before earlier", () => {
  const ranking = new NoteRanking();
  ranking.meetWord(note("words"), "a", 1);
  ranking.meetWord(note("words"), "b", 1);
  ranking.meetWord(note("light", 9), "a", 1.5);
  ranking.meetWord(note("one"), "a", 100);
  for (const [id, key] of [
    ["one", "k"],
    ["late", "k"],
    ["two", "k"],
    ["two", "l"],
  ] as const) {
    ranking.meetKey(note(id, id === "late" ? 5 : 1), key);
  }
  assert.deepEqual(
    ranking.first(9).map((found) => [found.note.id, ...found.matched]),
    [
      ["two", "k", "l"],
      ["late", "k"],
      ["one", "k"],
      ["words", "a", "b"],
      ["light", "a"],
    ],
  );
  assert.equal(ranking.first(2).length, 2);
  assert.equal(ranking.first(-1).length, 0);
});

test("what stands for any is no key", () => {
  const decision = { vulnerability: "", package: "zlib", workload: "", image: "" };
  const rest = { justification: null, reason: "", by: "", until: "", endUs: 1 };
  const signed = { status: "accepted" as const, ...decision, ...rest };
  assert.deepEqual(keysOf({ ...note("a"), about: ["f", "zlib", ""], decision: signed }), [
    ...["f", "zlib"],
  ]);
});
