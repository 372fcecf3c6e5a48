/**
 * Measures roles and exposure on every recording below `WAGGLE_RECORDINGS`, with and without
 * objects of the cluster.
 * Out: tables on the terminal. Exit status 1 when something exposed is called safe.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runContexts } from "./context-truth.ts";
import { calledSafe, exposureHead, exposureMistakes, exposureRow } from "./exposure.ts";
import { roleHead, roleMistakes, roleRow } from "./roles.ts";

const folder = process.env["WAGGLE_RECORDINGS"] ?? "";
if (folder === "") throw new Error("Set WAGGLE_RECORDINGS to a folder of recordings.");
const work = mkdtempSync(join(tmpdir(), "waggle-contexts-"));
const print = (lines: readonly string[]) => console.log(`${lines.join("\n")}\n`);
try {
  const runs = runContexts(folder, work);
  print(["## Roles", "", ...roleHead, ...runs.map(roleRow)]);
  for (const run of runs) print([run.name, ...roleMistakes(run)]);
  print(["## Exposure", "", ...exposureHead, ...runs.map(exposureRow)]);
  for (const run of runs) print([run.name, ...exposureMistakes(run)]);
  process.exitCode = runs.some((run) => calledSafe(run) > 0) ? 1 : 0;
} finally {
  rmSync(work, { recursive: true, force: true });
}
