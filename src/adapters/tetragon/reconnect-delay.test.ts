/**
 * Holds the tests of the waits between attempts to connect.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { reconnectDelay } from "./reconnect-delay.ts";
import { type ServerIdentity, wasRestarted } from "./server-identity.ts";

const bounds = { firstMs: 500, lastMs: 30_000 };

test("waits double from half a second to half a minute, and are spread", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 1000].map((n) => reconnectDelay(n, bounds, 1));
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (count, chance) => {
      const delay = reconnectDelay(count, bounds, chance);
      assert.ok(delay >= 250 && delay <= 30_000);
    }),
  );
});

test("only what is known on both sides tells a restart", () => {
  const nothing: ServerIdentity = { version: "", commit: "", node: "", socket: "", serverIds: [] };
  const known = { version: "v1", commit: "a", node: "n", socket: "1 2", serverIds: ["x", "y"] };
  assert.equal(wasRestarted(nothing, known), false);
  assert.equal(wasRestarted(known, nothing), false);
  assert.equal(wasRestarted(known, { ...known, serverIds: ["y", "z"] }), false);
  for (const part of ["version", "commit", "node", "socket"] as const) {
    assert.equal(wasRestarted(known, { ...known, [part]: "other" }), true, part);
  }
  assert.equal(wasRestarted(known, { ...known, serverIds: ["z"] }), true);
});
