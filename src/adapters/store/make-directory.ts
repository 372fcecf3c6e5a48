/**
 * Holds the making of a directory, with those above it: of a state, and of reports.
 * In: a path. Out: the directory is there, or an error of the system says why it cannot be.
 * Must never ask Node for all of them at once: where a directory is there that takes no others, as
 * /proc is, its recursive way tries again without end.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** What runs in a cluster is nobody else's business. */
const ownerOnly = 0o700;

/** **Errors**: throws what the system says. **Cost**: at most two calls a part of the path. */
export function makeDirectory(path: string, mode = ownerOnly): void {
  const whole = resolve(path);
  const above = dirname(whole);
  try {
    mkdirSync(whole, { mode });
  } catch (error) {
    if (isDirectory(whole)) return;
    const isAboveMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!isAboveMissing || above === whole) throw error;
    makeDirectory(above, mode);
    mkdirSync(whole, { mode });
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
