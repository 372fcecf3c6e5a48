/**
 * Holds the parts of an operation's context that only long-running work uses, for tests of the
 * rest: nothing of it may be asked for, and nobody asks to end.
 */
import assert from "node:assert/strict";
import type { OperationContext } from "../operations/operation.ts";
import type { Outside } from "../ports/outside.ts";

const refuse = (): never => assert.fail("nothing outside is opened");

export const noOutside: Outside = {
  shipped: { rules: "", workflows: "" },
  state: { store: refuse, archiveWriter: refuse, archiveReader: refuse },
  sources: { tetragon: refuse, follow: refuse, control: refuse, cluster: refuse, scrape: refuse },
  services: {
    clock: { nowUs: refuse, elapsedMs: refuse, wait: refuse },
    log: refuse,
    variable: refuse,
    statusServer: refuse,
    reportMaker: refuse,
    canaryRunner: refuse,
    replayServer: refuse,
    sink: refuse,
    notify: refuse,
  },
};

export const stillContext: Pick<OperationContext, "outside" | "signal" | "onReload"> = {
  outside: noOutside,
  signal: new AbortController().signal,
  onReload: () => {},
};
