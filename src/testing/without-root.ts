/**
 * Holds how a test does without the rights of root, which may read and write everything.
 * In: a folder of the test, what it does. Out: what that gives. Runs as another user where it was
 * root, with the folder its own, and gives the rights back.
 */
import { chownSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** `nobody` of nearly every system; it need not have an account. */
const nobody = 65_534;

export async function withoutRoot<Result>(
  folder: string,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined || geteuid() !== 0) return act();
  for (const name of ["", ...readdirSync(folder)]) chownSync(join(folder, name), nobody, nobody);
  seteuid(nobody);
  try {
    return await act();
  } finally {
    seteuid(0);
  }
}
