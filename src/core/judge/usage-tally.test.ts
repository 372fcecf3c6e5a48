/** Tests what is kept of the uses of one package. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleUse } from "../../testing/sample-image.ts";
import { explainUsage } from "./explain-usage.ts";
import { addUse, createTally, type TalliedUse } from "./usage-tally.ts";

const tallied = fc.record({
  use: fc
    .integer({ min: 0, max: 30 })
    .map((at) => sampleUse({ path: `/x${at}`, firstSeenUs: at, lastSeenUs: at + 5 })),
  weight: fc.constantFrom<TalliedUse["weight"]>(
    { level: "executed", force: "use", reason: "" },
    { level: "read", force: "use", reason: "" },
    { level: "read", force: "weak", reason: "" },
  ),
  party: fc.constantFrom<"own" | "foreign">("own", "foreign"),
  linkedPath: fc.constantFrom("", "/usr/lib/x.so"),
});

function keyOf({ use, weight, party, linkedPath }: TalliedUse): string {
  return JSON.stringify([use.path, weight.level, weight.force, party, linkedPath]);
}

test("the tally is the same in any order, and keeps few", () => {
  fc.assert(
    fc.property(fc.uniqueArray(tallied, { selector: keyOf, maxLength: 30 }), (uses) => {
      const forward = createTally();
      const backward = createTally();
      for (const one of uses) addUse(forward, one);
      for (const one of [...uses].reverse()) addUse(backward, one);
      assert.deepEqual(forward, backward);
      assert.ok(forward.own.length <= 6 && forward.foreign.length <= 6);
    }),
  );
});

test("times span the workload's own uses, a missing time counts for none", () => {
  const tally = createTally();
  const weight = { level: "read", force: "use", reason: "" } as const;
  const add = (firstSeenUs: number, lastSeenUs: number, party: "own" | "foreign") =>
    addUse(tally, {
      use: sampleUse({ path: `/${firstSeenUs}`, firstSeenUs, lastSeenUs }),
      weight,
      party,
      linkedPath: "",
    });
  add(50, 60, "own");
  add(0, 0, "own");
  add(20, 30, "own");
  add(1, 900, "foreign");
  assert.deepEqual([tally.firstUs, tally.lastUs], [20, 60]);
});

test("of equal proofs the service's own comes first, then the earliest", () => {
  const tally = createTally();
  const weight = { level: "mapped", force: "use", reason: "" } as const;
  const add = (path: string, actor: "service" | "startup", firstSeenUs: number) =>
    addUse(tally, {
      use: sampleUse({ path, how: "mapped", actor, firstSeenUs }),
      weight,
      party: "own",
      linkedPath: "",
    });
  add("/a", "startup", 1);
  add("/b", "service", 3);
  add("/c", "service", 2);
  assert.deepEqual(
    tally.own.map(({ use }) => use.path),
    ["/c", "/b", "/a"],
  );
});

test("each verdict is one sentence that names what it rests on", () => {
  const tally = createTally();
  const parts = { grade: "good", reasons: [], blank: "", tally, fileCount: 3 } as const;
  assert.equal(
    explainUsage({ ...parts, state: "not-observed" }),
    "no use of any of its 3 files was seen, and it would have been",
  );
  const use = sampleUse({ path: "/usr/bin/x", how: "executed", actor: "startup" });
  const weight = { level: "executed", force: "use", reason: "" } as const;
  addUse(tally, { use, weight, party: "own", linkedPath: "" });
  assert.equal(explainUsage({ ...parts, state: "in-use" }), "its start-up executed /usr/bin/x");
});
