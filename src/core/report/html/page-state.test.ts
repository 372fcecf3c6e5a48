/** Holds that an address says a state, and that any address is taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { listAddress, readState, withValues, writeState } from "./client/page-state.ts";

test("a state is written and read back", () => {
  const state = readState("#findings?q=open%20ssl&decision=act-now&open=f%3A1&path=&bad=1");
  assert.equal(state.section, "findings");
  assert.deepEqual([...state.values.keys()], ["q", "decision", "open"]);
  assert.equal(writeState(state), "#findings?q=open+ssl&decision=act-now&open=f%3A1");
});

test("one state has one address, whatever the order of its keys", () => {
  const a = readState("#map?find=x&path=p");
  const b = readState("#map?path=p&find=x");
  assert.equal(writeState(a), writeState(b));
});

test("any address is taken, and what is written of it is stable", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const written = writeState(readState(`#${text}`));
      assert.equal(writeState(readState(written)), written);
    }),
  );
});

test("a section is a plain name, and values are cut", () => {
  assert.equal(readState("#<img>?q=1").section, "");
  assert.equal(readState(`#x?q=${"a".repeat(9000)}`).values.get("q")?.length, 500);
});

test("values are set and taken away", () => {
  const state = withValues(readState("#findings?q=a"), { q: "", use: "in-use" });
  assert.equal(writeState(state), "#findings?use=in-use");
  assert.equal(listAddress({ workload: "a b/c" }), "#findings?workload=a+b%2Fc");
});
