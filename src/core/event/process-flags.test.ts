/** Holds that flags are whole words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasFlag } from "./process-flags.ts";

test("a flag is a whole word, wherever it stands", () => {
  for (const flags of ["procFS", "procFS auid", "execve procFS", "execve procFS clone"]) {
    assert.equal(hasFlag(flags, "procFS"), true, flags);
  }
  for (const flags of ["", "procFSx", "execve xprocFS", "miss-procFS"]) {
    assert.equal(hasFlag(flags, "procFS"), false, flags);
  }
});
