/** Tests what is gathered of each package; the verdicts on it are in `judge-usage.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, sampleCoverage, sampleSbom, sampleUse } from "../../testing/sample-image.ts";
import { createFileOwners } from "./file-owners.ts";
import { gatherUses } from "./gather-uses.ts";

const sbom = sampleSbom({
  packages: [
    { name: "curl", files: ["/usr/bin/curl"] },
    { name: "zlib", files: ["/usr/lib/libz.so.1"] },
    { name: "idle", files: ["/usr/bin/idle"] },
  ],
  files: {
    "/usr/bin/curl": elf("libz.so.1"),
    "/usr/lib/libz.so.1": elf(),
    "/usr/bin/idle": elf(),
  },
});

function gather(...uses: readonly Parameters<typeof sampleUse>[0][]) {
  const owners = createFileOwners(sbom);
  const tallies = gatherUses({ owners, uses: uses.map(sampleUse), coverage: sampleCoverage() });
  return new Map(
    [...tallies].map(([one, { level, own, foreign }]) => [
      one.name,
      `${level} ${own.length}/${foreign.length}`,
    ]),
  );
}

test("a program brings the libraries that it imports; what nothing touched has no tally", () => {
  const found = gather({ path: "/usr/bin/curl", how: "executed" });
  assert.deepEqual(Object.fromEntries(found), { curl: "executed 1/0", zlib: "linked 1/0" });
});

test("a program that somebody from outside ran is theirs, and brings nothing", () => {
  const found = gather({ path: "/usr/bin/curl", how: "executed", actor: "operator" });
  assert.deepEqual(Object.fromEntries(found), { curl: "none 0/1" });
});

test("a program that was written over in the container links what nobody knows", () => {
  const found = gather({ path: "/usr/bin/curl", how: "executed", afterWrite: true });
  assert.deepEqual([...found.keys()], ["curl"]);
});
