/**
 * Holds what every notifier is given beside its target.
 * In: nothing. Out: types only.
 */
import type { Writable } from "node:stream";
import type { NoticeDocuments } from "../../ports/notifier.ts";
import type { Environment } from "./read-secret.ts";

export interface NotifierOptions {
  readonly documents: NoticeDocuments;
  readonly environment: Environment;
  readonly nowMs: () => number;
  /** Of kind `stdout`. */
  readonly output: Writable;
  /** **Unit**: milliseconds for a whole exchange; 10 s when left out. */
  readonly timeoutMs?: number;
}
