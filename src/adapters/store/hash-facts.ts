/**
 * Holds the hash of all that is known.
 * In: facts in any order, any number of times. Out: SHA-256 of their one canonical text.
 */
import { hash } from "node:crypto";
import type { Fact } from "../../core/observe/fact.ts";
import { FactSet } from "../../core/observe/fact-set.ts";

export async function hashFacts(facts: AsyncIterable<Fact>): Promise<string> {
  const set = new FactSet();
  for await (const fact of facts) set.add(fact);
  return hash("sha256", set.canonical(), "hex");
}
