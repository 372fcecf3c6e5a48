/**
 * Makes what is measured: compiled, not read as TypeScript, which costs time at the start and memory
 * all along; the program itself as it ships.
 * In: an empty folder. Out: the folder of the compiled benches; beside it, what users start.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram } from "../scripts/bundle-program.ts";

const root = join(import.meta.dirname, "..");

export async function compile(folder: string): Promise<string> {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const options = ["-p", root, "--noEmit", "false", "--outDir", folder];
  const done = spawnSync(process.execPath, [compiler, ...options], { encoding: "utf8" });
  const home = join(folder, "bench");
  if (!existsSync(join(home, "work.js"))) throw new Error(`tsc failed: ${done.stdout}`);
  writeFileSync(join(folder, "package.json"), '{"type":"module","version":"0.0.0"}');
  for (const name of ["node_modules", "rules", "workflows"]) {
    symlinkSync(join(root, name), join(folder, name), "junction");
  }
  cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
  await bundleProgram(join(folder, "dist"));
  return home;
}
