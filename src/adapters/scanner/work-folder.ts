/**
 * Holds a folder for what a tool is still writing, beside where it will lie.
 * In: the folder of the results, the work. Out: the work's result; the folder is gone then, also
 * when the program is interrupted. Must never write to a path that somebody could have laid out:
 * the folder of the results may be the scanned tree itself.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { WaggleError } from "../../ports/waggle-error.ts";

/** **Errors**: throws `file-not-written` when the folders cannot be made. */
export async function withWorkFolder<Result>(
  beside: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = wrapError(beside, () => {
    makeFolder(resolve(beside));
    return mkdtempSync(join(beside, ".waggle-scan-"));
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(folder);
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}

/** Moves what is done to its place; a link there is replaced. **Errors**: `file-not-written`. */
export function putFile(from: string, to: string): void {
  wrapError(to, () => renameSync(from, to));
}

/** Not `recursive`: below `/proc` Node would try for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function wrapError<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `${JSON.stringify(path)} could not be made: ${why}.`;
    throw new WaggleError("file-not-written", message, { cause: error });
  }
}
