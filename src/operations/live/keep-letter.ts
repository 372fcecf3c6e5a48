/**
 * Holds how a person's word comes into a state directory, whether a daemon holds it or not.
 * In: a letter. Out: a note in the store, or a file that the daemon takes in.
 */
import { WaggleError } from "../../ports/waggle-error.ts";
import type { OperationContext } from "../operation.ts";
import { applyLetter, type Letter, letterName, writeLetter } from "./inbox-letter.ts";
import { withStore } from "./state-field.ts";

/** Gives true when it lies before a daemon. **Errors**: what store and files throw. */
export async function keepLetter(
  letter: Letter,
  directory: string,
  context: OperationContext,
): Promise<boolean> {
  try {
    const where = { directory, mode: "write" } as const;
    await withStore(where, context, ({ notes }) => applyLetter(letter, notes));
    return false;
  } catch (error) {
    if (!(error instanceof WaggleError) || error.code !== "state-locked") throw error;
  }
  await context.files.writeWhole(letterName(directory, letter), [writeLetter(letter)]);
  return true;
}
