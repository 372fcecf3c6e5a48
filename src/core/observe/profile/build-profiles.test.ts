/** Tests how facts become profiles, and what sets two apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildProfiles, compareProfiles, toProfile } from "./build-profiles.ts";
import type { ProfileFact } from "./profile-fact.ts";

const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };

function fact(value: string, given: Partial<ProfileFact> = {}): ProfileFact {
  return {
    ...{ kind: "profile", place, dimension: "binary", value, count: 1, days: [1], runs: ["r"] },
    ...{ firstSeenUs: 10, lastSeenUs: 20 },
    ...given,
  };
}

test("one profile a place, with its days and runs over all values", () => {
  const profiles = buildProfiles([
    fact("/b", { days: [2], firstSeenUs: 5 }),
    fact("/a", { runs: ["s"], lastSeenUs: 30 }),
    fact("x > private:80", { dimension: "destination", place: { ...place, name: "web" } }),
  ]);
  assert.deepEqual(
    profiles.map(({ place: at, values }) => [at.name, values.map(({ value }) => value)]),
    [
      ["api", ["/a", "/b"]],
      ["web", ["x > private:80"]],
    ],
  );
  const [api] = profiles;
  assert.deepEqual(
    [api?.dayCount, api?.runCount, api?.firstSeenUs, api?.lastSeenUs],
    [2, 2, 5, 30],
  );
  assert.deepEqual(api?.watched, ["binary", "destination"], "the sensor was there for all");
});

test("what is seen beside a profile, and what is in it and not seen", () => {
  const observed = buildProfiles([fact("/a"), fact("/new")]);
  const reviewed = buildProfiles([fact("/a"), fact("/old")]).map((one) => toProfile(one, false));
  const [difference] = compareProfiles(reviewed, observed);
  assert.deepEqual(
    [difference?.added, difference?.unseen].map((list) => list?.map(({ value }) => value)),
    [["/new"], ["/old"]],
  );
  assert.deepEqual(
    compareProfiles(
      observed.map((one) => toProfile(one, true)),
      observed,
    ),
    [],
  );
  assert.equal(compareProfiles([], observed)[0]?.hasProfile, false);
});
