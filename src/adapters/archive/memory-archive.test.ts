/** Holds the contract of the archive over memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkArchive } from "../../ports/archive.contract.ts";
import { MemoryArchive } from "./memory-archive.ts";

checkArchive("memory", async () => {
  const archive = new MemoryArchive();
  const folder = mkdtempSync(join(tmpdir(), "waggle-archive-"));
  return {
    openWriter: async (limits) => archive.openWriter(limits),
    openReader: async () => archive.openReader(),
    harm: async (name) => archive.harm(name),
    folder,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
