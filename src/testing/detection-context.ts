/**
 * Holds the context of operations that detect: the rules that ship, recorded attacks, a folder.
 * In: nothing. Out: a context over real files.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import type { OperationContext } from "../operations/operation.ts";
import { stillContext } from "./still-context.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Real events of 29 attacks and 20 pieces of ordinary work (`fixtures/detect/attacks`). */
export const recordedAttacks = join(root, "fixtures", "detect", "attacks", "events.jsonl.xz");

export const shippedRules = join(root, "rules");

/** Over the file system, with the rules that ship, or those of `rules`. */
export function detectionContext(rules: string = shippedRules): OperationContext {
  const refuse = () => assert.fail("nothing is scanned");
  return {
    ...stillContext,
    outside: { ...stillContext.outside, shipped: { rules, workflows: "" } },
    files: createNodeFiles(),
    scanner: { scan: refuse, match: refuse, dataVersion: refuse },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
  };
}
