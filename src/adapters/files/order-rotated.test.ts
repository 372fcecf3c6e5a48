/** Holds how the files of rotations are ordered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { orderRotated } from "./order-rotated.ts";

const cases: readonly (readonly [string, readonly string[]])[] = [
  [
    "rotated exports go by their stamp, compressed or not, and the live file is last",
    [
      "tetragon-2025-12-31T23-59-59.999.log.gz",
      "tetragon-2026-03-15T00-06-32.475.log",
      "tetragon.log",
    ],
  ],
  [
    "an export without an ending rotates too",
    ["events-2026-03-15T00-06-32.475", "events-2026-03-16T00-06-32.475.gz", "events"],
  ],
  ["numbered backups go down to the live file", ["a.log.10.gz", "a.log.2.gz", "a.log.1", "a.log"]],
  [
    "logs of container runtimes go by restart, then by stamp",
    ["0.log.20260315-000632.gz", "0.log.20260315-010632", "0.log", "1.log", "10.log"],
  ],
  ["other names go by the numbers in them", ["part-1.json", "part-2.json", "part-10.json"]],
  ["rotations of several nodes stay apart", ["a-2026-03-15T00-06-32.475.log", "a.log", "b.log"]],
];

for (const [what, order] of cases) {
  test(what, () => {
    assert.deepEqual(orderRotated([...order].reverse()), order);
    assert.deepEqual(orderRotated(order), order);
  });
}

test("the order does not depend on the order of arrival", () => {
  const name = fc.stringMatching(/^[ab.0-9-]{1,8}(\.log)?(\.\d)?(\.gz)?$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(), (names, turn) => {
      const at = names.length === 0 ? 0 : turn % names.length;
      const turned = [...names.slice(at), ...names.slice(0, at)].reverse();
      assert.deepEqual(orderRotated(turned), orderRotated(names));
    }),
  );
});
