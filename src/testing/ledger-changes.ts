/**
 * Holds a look of the ledger at facts that a test has at hand.
 * In: the facts, all of one moment. Out: what they change.
 */
import type { Fact } from "../core/observe/fact.ts";
import type { OpenLedger } from "../operations/live/open-ledger.ts";
import type { ChangesAbout, OpenChanges } from "../operations/live/open-look.ts";

export function changesOf(
  ledger: OpenLedger,
  facts: readonly Fact[],
  about: ChangesAbout & { readonly nowMs: number },
): OpenChanges {
  const look = ledger.startLook(about.nowMs, about);
  for (const fact of facts) look.take(fact);
  return look.end();
}
