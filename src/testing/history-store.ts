/**
 * Holds a state directory of which only history is asked for, for tests of operations over it.
 * In: a store. Out: a context in which it is `state`, without its facts.
 */
import assert from "node:assert/strict";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import type { OperationContext } from "../operations/operation.ts";
import type { Store } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { noOutside, stillContext } from "./still-context.ts";

/** `state.locked`: a daemon holds the directory; `state.opened` counts what is not closed. */
export function historyContext(
  store: Pick<Store, "history" | "notes" | "scans" | "settings">,
  state: { locked: boolean; opened: number; readonly stored: Map<string, Uint8Array> },
  now = "2026-01-02T00:00:00.000Z",
): OperationContext {
  const refuse = (): never => assert.fail("only history is asked for");
  const openStore = async (directory: string, mode: "read" | "write"): Promise<Store> => {
    assert.equal(directory, "state");
    if (mode === "write" && state.locked) throw new WaggleError("state-locked", "locked");
    state.opened += 1;
    return {
      ...store,
      facts: {
        copyState: refuse,
        commit: refuse,
        writer: refuse,
        facts: refuse,
        openFacts: refuse,
        adopt: refuse,
        forget: refuse,
        hash: refuse,
      },
      size: refuse,
      close: async () => {
        state.opened -= 1;
      },
    };
  };
  return {
    files: createMemoryFiles(state.stored),
    scanner: { scan: refuse, match: refuse, dataVersion: refuse },
    now,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
    outside: { ...noOutside, state: { ...noOutside.state, store: openStore } },
  };
}
