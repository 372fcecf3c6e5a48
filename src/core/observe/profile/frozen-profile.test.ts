/** Tests how the profile of a place is found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FrozenProfiles, type Profile } from "./frozen-profile.ts";
import { profilePlaceKey } from "./profile-fact.ts";

const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };
const profile: Profile = {
  place,
  frozen: true,
  watched: ["binary"],
  values: [{ dimension: "binary", value: "/a" }],
};

function find(profiles: readonly Profile[], at = place) {
  return new FrozenProfiles(profiles).of(at, profilePlaceKey(at));
}

test("only what is frozen counts", () => {
  assert.ok(find([profile]) !== undefined);
  assert.equal(find([{ ...profile, frozen: false }]), undefined);
  assert.ok(new FrozenProfiles([{ ...profile, frozen: false }]).isEmpty);
});

test("a star stands for any name; the exact place comes first", () => {
  const wide: Profile = { ...profile, place: { ...place, cluster: "*", name: "*" }, values: [] };
  assert.equal(find([wide], { ...place, name: "web" })?.keys.size, 0);
  assert.equal(find([wide, profile])?.keys.size, 1);
  assert.equal(find([wide], { ...place, namespace: "other" }), undefined);
});

test("two profiles of one place are one", () => {
  const more: Profile = { ...profile, values: [{ dimension: "binary", value: "/b" }] };
  assert.equal(find([profile, more])?.keys.size, 2);
});
