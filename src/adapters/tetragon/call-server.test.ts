/**
 * Holds the tests of how failures of calls are told.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { isUnimplemented, tellFailure } from "./call-server.ts";

const failure = (code: number, details: string): Error =>
  Object.assign(new Error(`${code} ${details}`), { code, details });
const tell = (error: unknown) => tellFailure(error, "unix:///run/t.sock", "GetVersion");

test("nobody there is another error than a refusal, and may be tried again", () => {
  for (const code of [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]) {
    const told = tell(failure(code, "gone"));
    assert.deepEqual([told.code, told.retryable], ["connection-failed", true]);
  }
  for (const code of [status.UNKNOWN, status.PERMISSION_DENIED, status.RESOURCE_EXHAUSTED]) {
    const told = tell(failure(code, "no"));
    assert.deepEqual([told.code, told.retryable], ["tetragon-refused", false]);
    assert.equal(told.message, "Tetragon at unix:///run/t.sock refused GetVersion: no");
  }
});

test("what a server says is one bounded line, and what is no error is told all the same", () => {
  const { message } = tell(failure(status.UNKNOWN, `\u202e\n${"x".repeat(100_000)}`));
  assert.match(message, /^[ -~…]{100,1100}$/u);
  for (const odd of [undefined, "text", {}, new Error("plain")]) {
    assert.equal(tell(odd).code, "tetragon-refused");
  }
});

test("a call that the server does not know is told from other refusals", () => {
  assert.equal(isUnimplemented(tell(failure(status.UNIMPLEMENTED, "unknown method"))), true);
  assert.equal(isUnimplemented(tell(failure(status.UNKNOWN, "unknown method"))), false);
  assert.equal(isUnimplemented(failure(status.UNIMPLEMENTED, "not ours")), false);
});
