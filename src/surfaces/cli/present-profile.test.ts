/** Tests of `present-profile.ts`: its formats, and that nothing of a profile reaches them raw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildProfiles, compareProfiles } from "../../core/observe/profile/build-profiles.ts";
import type { ProfileFact } from "../../core/observe/profile/profile-fact.ts";
import type { ProfileOutput } from "../../operations/profile.ts";
import { profilePresentation } from "./present-profile.ts";
import type { Format } from "./presentation.ts";

const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };
const fact: ProfileFact = {
  ...{ kind: "profile", place, dimension: "binary", value: "/a\u001b[31m\u202e", count: 1200 },
  ...{ days: [1], runs: ["r"], firstSeenUs: 1_700_000_000_000_000, lastSeenUs: 0 },
};
const profiles = buildProfiles([fact]);

function show(given: Partial<ProfileOutput>, format: Format = "text"): string {
  const output = { profiles, document: "", differences: [], problems: [], action: "list" } as const;
  const { document } = profilePresentation.show(
    { ...output, ...given },
    { format, width: 100, color: false, top: 0 },
  );
  return typeof document === "object" && "next" in document
    ? [...document].join("")
    : `${document}`;
}

test("a listing, a profile and differences are text", () => {
  assert.match(show({}), /^WORKLOAD +KIND[\s\S]*\nshop\/api\/c +Deployment +1 /);
  assert.match(show({ action: "show" }), /^shop\/api\/c {2}Deployment[\s\S]*1,200 {2}\/a/);
  const differences = compareProfiles([], profiles);
  assert.match(show({ action: "diff", differences }), /has no profile[\s\S]*binary \/a/);
  assert.match(show({ action: "diff" }), /^All that was seen/);
  assert.match(show({ profiles: [] }), /^Nothing was learned/);
});

test("a document is given as it is, everything as JSON", () => {
  assert.equal(show({ action: "export", document: "schema: x\n" }), "schema: x\n");
  assert.equal(JSON.parse(show({}, "json")).profiles.length, 1);
});

test("what nobody sees is made visible", () => {
  for (const action of ["list", "show"] as const) {
    assert.doesNotMatch(show({ action }), /\u001b|\u202e/);
  }
  assert.doesNotMatch(show({}, "json"), /\u001b|\u202e/);
});
