/**
 * Holds that a piece is added to what the store has of the same fact.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { FileUseFact } from "../../core/observe/fact.ts";
import { completePieces } from "./complete-pieces.ts";

const use: FileUseFact = {
  ...{ kind: "file-use", container: "a", path: "/bin/x", how: "read", actor: "service" },
  ...{ origin: "service", actorReason: "", count: 7, firstSeenUs: 10, lastSeenUs: 20 },
  ...{ binaries: ["/bin/b"], sensors: ["open"], afterWrite: false, citations: [] },
};

test("pieces of one fact and what the store has of it become one; new ones stay", async () => {
  const { facts } = createMemoryStore();
  const batch = { writer: "w", sequence: 1, timeUs: 1, settled: [], dropped: [], positions: {} };
  await facts.commit({ ...batch, open: [use] });
  const pieces = [
    { ...use, count: 1, lastSeenUs: 30 },
    { ...use, count: 1, binaries: ["/bin/a"] },
    { ...use, path: "/other" },
  ];
  assert.deepEqual(await completePieces(pieces, facts, "w"), [
    { ...use, binaries: ["/bin/a", "/bin/b"], lastSeenUs: 30 },
    { ...use, path: "/other" },
  ]);
  assert.deepEqual(await completePieces([], facts, "w"), []);
});
