/**
 * Holds the contract of the archive on disk, and what only files meet: kills, cuts, full disks.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkArchive } from "../../ports/archive.contract.ts";
import { openArchiveReader } from "./archive-reader.ts";
import { openArchiveWriter } from "./archive-writer.ts";

checkArchive("files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-archive-"));
  const state = join(folder, "state");
  return {
    openWriter: (limits) => openArchiveWriter(state, limits),
    openReader: async () => openArchiveReader(state),
    harm: async (name, how) => {
      const path = join(state, "archive", `${name}.zst`);
      const { size } = statSync(path);
      if (how === "cut") truncateSync(path, size / 2);
      else flip(path, Math.floor(size / 2));
    },
    folder,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

assert.ok(true);
