/** Holds which layers are a base. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findBases } from "./base-images.ts";

function basesOf(images: Readonly<Record<string, readonly string[]>>, baseName = "") {
  const all = Object.entries(images).map(([reference, layers]) => ({
    image: { reference, digest: "" },
    origin: { layers, baseName, release: "debian 12", isEndOfLife: false },
  }));
  const baseOf = findBases(all);
  return all.map(({ image, origin }) => baseOf(image, origin));
}

const layersOf = (images: Readonly<Record<string, readonly string[]>>) =>
  basesOf(images).map((base) => (base === undefined ? undefined : [...base.layers]));

test("the longest start that an image of another name shares, for each image its own", () => {
  const images = { "r/a:1": ["os", "py", "a"], "r/b:1": ["os", "py", "b"], "r/c:1": ["os", "c"] };
  assert.deepEqual(layersOf(images), [["os", "py"], ["os", "py"], ["os"]]);
  const [a, b, c] = basesOf(images);
  assert.equal(a?.key, b?.key);
  assert.notEqual(a?.key, c?.key);
  assert.ok([a, b, c].every((base) => base?.isShared));
});

test("releases of one name share nothing by that, with a port and a digest too", () => {
  const images = { "h:5000/a:1": ["os", "app", "x"], "h:5000/a:2": ["os", "app", "y"] };
  assert.deepEqual(layersOf(images), [["os"], ["os"]]);
  const [one] = basesOf(images);
  assert.equal(one?.isShared, false);
  const digests = { "r/a@sha256:1": ["os", "app", "x"], "r/a:2": ["os", "app", "y"] };
  assert.deepEqual(layersOf(digests), [["os"], ["os"]]);
});

test("an image is never all base, and one of a single layer or none has no base", () => {
  assert.deepEqual(layersOf({ "r/base:1": ["os", "py"], "r/a:1": ["os", "py", "a"] }), [
    ["os"],
    ["os", "py"],
  ]);
  assert.deepEqual(layersOf({ "r/a:1": ["flat"], "r/b:1": [] }), [undefined, undefined]);
});

test("equal layers in another place are no shared start", () => {
  assert.deepEqual(layersOf({ "r/a:1": ["os", "x", "a"], "r/b:1": ["alpine", "x", "b"] }), [
    ["os"],
    ["alpine"],
  ]);
});

test("a base is called as the image says, else by its release", () => {
  const images = { "r/a:1": ["os", "a"], "r/b:1": ["os", "b"] };
  assert.equal(basesOf(images)[0]?.name, "debian 12");
  assert.equal(
    basesOf(images, "docker.io/library/python:3.12")[0]?.name,
    "docker.io/library/python:3.12",
  );
});
