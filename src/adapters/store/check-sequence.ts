/**
 * Holds what the sequence of a batch says: new, known already, or a hole before it.
 * In: the last sequence of its writer, the batch. Out: whether it is to be committed.
 */
import assert from "node:assert/strict";
import type { FactBatch } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** **Errors**: throws `state-conflict` for a hole. */
export function isNewBatch(lastSequence: number, batch: FactBatch): boolean {
  const { sequence, writer } = batch;
  assert.ok(Number.isSafeInteger(sequence) && sequence > 0, "sequences count from one");
  if (sequence <= lastSequence) return false;
  if (sequence === lastSequence + 1) return true;
  throw new WaggleError(
    "state-conflict",
    `Batch ${sequence} of ${JSON.stringify(writer)} was refused: the state holds its batches ` +
      `up to ${lastSequence}, so others are missing. Either this is an old copy of the state, or ` +
      "two processes write under one name.",
  );
}
