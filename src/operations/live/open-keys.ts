/**
 * Holds the keys of what a writer left open.
 * In: the store. Out: what it may have to drop, or replace, after a restart.
 */
import { factKey } from "../../core/observe/fact-key.ts";
import type { FactStore } from "../../ports/store.ts";

/** **Order**: any. */
export async function openKeysOf(facts: FactStore, writer: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const fact of facts.openFacts(writer)) keys.push(factKey(fact));
  return keys;
}
