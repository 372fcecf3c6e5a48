/**
 * Holds the choice of adapters for one machine: recorded files or a running Tetragon in, documents
 * out.
 * In: where the program's own files are, its version. Out: the ports that operations need. Adapters
 * are loaded when first asked for, so that `--help` stays fast. Must never hold logic.
 */
import type { Files } from "../ports/files.ts";
import type { Outside } from "../ports/outside.ts";
import type { Scanner } from "../ports/scanner.ts";
import { createOutside } from "./open-outside.ts";

export async function createEmbedded(
  home: URL,
  version: string,
): Promise<{
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
  return {
    files: createNodeFiles(),
    scanner: createAnchoreScanner(),
    outside: createOutside(home, version),
  };
}
