/**
 * Compiles `src` to `dist` for the packed tarball: Node does not strip types below `node_modules`.
 * In: the sources. Out: `dist/**` with plain JavaScript. Must leave nothing of an older build.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const done = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = done.status ?? 1;
