/** Tests that each error code tells a person what to do and a shell how it ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorCodes, WaggleError } from "./waggle-error.ts";

test("every code has an exit status other than success and a sentence of help", () => {
  for (const [code, { exit, help }] of Object.entries(errorCodes)) {
    assert.ok(exit > 0 && exit < 64, code);
    assert.match(help, /\.$/, code);
  }
});

test("an error keeps its cause", () => {
  const cause = new Error("EACCES");
  const error = new WaggleError("file-unreadable", "cannot read x", { cause });
  assert.equal(error.cause, cause);
  assert.equal(error.retryable, false);
});
