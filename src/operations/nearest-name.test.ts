/** Tests of `nearest-name.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName } from "./nearest-name.ts";

test("a typing mistake finds the word that was meant", () => {
  assert.equal(nearestName("sboms", ["events", "sbom", "vulns"]), "sbom");
  assert.equal(nearestName("critcal", ["critical", "high"]), "critical");
});

test("a part of a name finds the name", () => {
  assert.equal(
    nearestName("nginx", ["redis", "web/nginx-6c9f7d5b8d-x7k2p"]),
    "web/nginx-6c9f7d5b8d-x7k2p",
  );
});

test("nothing is suggested where nothing is near", () => {
  assert.equal(nearestName("zzzzzz", ["events", "sbom"]), undefined);
  assert.equal(nearestName("x", []), undefined);
});
