/** Tests of `read-now.ts`: a time is what was said, wherever it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readNow } from "./read-now.ts";

test("the option wins, then SOURCE_DATE_EPOCH; without both there is no time", () => {
  const epoch = { SOURCE_DATE_EPOCH: "1772366400" };
  assert.equal(readNow("2026-03-02", epoch), "2026-03-02T00:00:00.000Z");
  assert.equal(readNow(undefined, epoch), "2026-03-01T12:00:00.000Z");
  assert.equal(readNow(undefined, { SOURCE_DATE_EPOCH: "today" }), undefined);
  assert.equal(readNow(undefined, {}), undefined);
});

test("a time without a zone is UTC, and what is no time is refused", () => {
  assert.equal(readNow("2026-03-01 12:00", {}), "2026-03-01T12:00:00.000Z");
  for (const odd of ["soon", "2026-03-01 (12:00)", "2026-02-31"]) {
    assert.throws(() => readNow(odd, {}), { code: "usage" }, odd);
  }
});
