/** Tests that profiles come back as they were written, whatever is in them; where errors are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import type { Profile } from "../../core/observe/profile/frozen-profile.ts";
import { profileDimensions } from "../../core/observe/profile/profile-fact.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { loadProfiles } from "./load-profiles.ts";
import { profileSchemaName, readProfiles, writeProfiles } from "./profile-document.ts";

const hostile = fc.constantFrom(
  "---",
  "\n---\n",
  '"',
  "\u202e",
  "\u2028",
  "\ud800",
  "# ",
  ": ",
  "*a",
);
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 4 })
  .map((parts) => parts.join(""));
const profile: fc.Arbitrary<Profile> = fc
  .record({
    place: fc.record({
      ...{ cluster: text, namespace: text, kind: text, name: text, container: text },
    }),
    frozen: fc.boolean(),
    watched: fc.subarray([...profileDimensions]),
    values: fc.array(
      fc.record({
        dimension: fc.constantFrom(...profileDimensions),
        value: text.filter((value) => value !== ""),
      }),
      { maxLength: 5 },
    ),
  })
  .map((one) => ({
    ...one,
    values: one.values.toSorted(
      (a, b) => profileDimensions.indexOf(a.dimension) - profileDimensions.indexOf(b.dimension),
    ),
  }));

test("law: what is written is read as it was, and holds nothing that nobody sees", () => {
  fc.assert(
    fc.property(fc.array(profile, { maxLength: 3 }), (profiles) => {
      const document = writeProfiles(profiles);
      assert.match(document, /^[\x20-\x7e\n]*$/);
      assert.deepEqual(readProfiles(document, "p.yaml"), structuredClone(profiles));
    }),
  );
});

const good = `schema: ${profileSchemaName}
place: { cluster: "", namespace: shop, kind: Deployment, name: api, container: main }
frozen: true
watched: [binary]
values:
  binary: [/usr/bin/x] # reviewed
`;

function errorOf(document: string): string {
  try {
    readProfiles(document, "p.yaml");
  } catch (error) {
    assert.ok(error instanceof WaggleError && error.code === "config-invalid");
    return error.message;
  }
  return "";
}

test("what is wrong is told with file and line", () => {
  assert.equal(errorOf(good), "");
  assert.match(errorOf(`${good}---\na: [`), /^p\.yaml:8:\d+: not YAML/);
  assert.match(errorOf(good.replace("watched", "watch")), /^p\.yaml:1:1: /);
  assert.match(errorOf(good.replace("binary: [/usr", "binaries: [/usr")), /values/);
  assert.match(errorOf(good.replace("/1\n", "/9\n")), /schema/);
  assert.equal(errorOf("\n"), "");
});

test("profiles are loaded from files and directories, and never left out silently", async () => {
  const stored = new Map(
    Object.entries({ "p/a.yaml": good, "p/b.yml": good, "p/notes.txt": "x", "q/x.txt": "" }).map(
      ([name, content]) => [name, new TextEncoder().encode(content)],
    ),
  );
  const files = createMemoryFiles(stored);
  assert.equal((await loadProfiles(["p"], { files })).length, 2);
  await assert.rejects(loadProfiles(["q"], { files }), /holds no profile/);
  await assert.rejects(loadProfiles(["none"], { files }), { code: "file-not-found" });
});
