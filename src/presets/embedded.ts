/**
 * Holds the choice of adapters for one machine: recorded files or a running Tetragon in, documents
 * out.
 * In: nothing. Out: the ports that operations need. Adapters are loaded when first asked for, so
 * that `--help` stays fast. Must never hold logic.
 */
import type { Files } from "../ports/files.ts";
import type { Outside } from "../ports/outside.ts";
import type { Scanner } from "../ports/scanner.ts";
import { outside } from "./open-outside.ts";

export async function createEmbedded(): Promise<{
  readonly files: Files;
  readonly scanner: Scanner;
  readonly outside: Outside;
}> {
  const [{ createNodeFiles }, { createAnchoreScanner }, { boundMemory }] = await Promise.all([
    import("../adapters/files/node-files.ts"),
    import("../adapters/scanner/anchore.ts"),
    import("../adapters/memory/bound-memory.ts"),
  ]);
  boundMemory();
  return { files: createNodeFiles(), scanner: createAnchoreScanner(), outside };
}
