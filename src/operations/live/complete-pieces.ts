/**
 * Holds how pieces of facts become whole before they are written.
 * In: what is new about facts that the store has. Out: these facts with it.
 * Must lose no piece: what the store does not have after all is the piece itself.
 */
import type { Fact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { mergeByKey, mergeFact } from "../../core/observe/merge-fact.ts";
import type { FactStore } from "../../ports/store.ts";

/** **Cost**: one question to the store for all; none where there is no piece. */
export async function completePieces(
  pieces: readonly Fact[],
  facts: FactStore,
  writer: string,
): Promise<readonly Fact[]> {
  if (pieces.length === 0) return [];
  const whole = new Map(mergeByKey(pieces));
  for await (const before of facts.openFacts(writer, [...whole.keys()])) {
    const key = factKey(before);
    const piece = whole.get(key);
    if (piece !== undefined) whole.set(key, mergeFact(before, piece));
  }
  return [...whole.values()];
}
