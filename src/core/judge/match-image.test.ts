/** Tests when a scanned image is the one that runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleIdentity } from "../../testing/sample-image.ts";
import { createIdentityFinder, runningImage, workloadOf } from "./find-identity.ts";
import { parseReference } from "./image-reference.ts";
import { assignByHand } from "./match-by-hand.ts";
import { isOtherImage, isSameImage, matchImage, type RunningImage } from "./match-image.ts";
import { quoteName } from "./quote-name.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function running(given: Partial<RunningImage>, reference = ""): RunningImage {
  const references = reference === "" ? [] : [parseReference(reference)];
  return { digests: [], imageIds: [], references, ...given };
}

test("stronger ways come first, and a name never beats a digest that differs", () => {
  const scanned = {
    ...sampleIdentity,
    tags: ["x:1"],
    manifestDigest: digest("a"),
    imageId: digest("1"),
  };
  const way = (one: RunningImage) => matchImage(one, scanned).way;
  assert.equal(way(running({ digests: [digest("a")], imageIds: [digest("1")] })), "digest");
  assert.equal(way(running({ imageIds: [digest("1")] })), "image-id");
  assert.equal(way(running({ imageIds: [digest("a")] })), "digest");
  assert.equal(way(running({}, "x:1")), "reference");
  assert.equal(way(running({ digests: [digest("b")] }, "x:1")), "none");
  assert.equal(way(running({}, "x:2")), "none");
  assert.equal(way(running({})), "none");
});

test("images are the same or others only by digests of one kind", () => {
  const a = { ...sampleIdentity, imageId: digest("1"), manifestDigest: digest("a") };
  const archive = { ...a, manifestDigest: digest("b") };
  assert.equal(isSameImage(a, archive), true, "one config in two manifests");
  assert.equal(isOtherImage(a, { ...a, imageId: digest("2") }), true);
  const unknown = { ...sampleIdentity, name: "x" };
  assert.deepEqual([isSameImage(a, unknown), isOtherImage(a, unknown)], [false, false]);
});

test("what runs is known from events alone, a config digest included", () => {
  const container = sampleContainerFact({ imageName: "x:1", imageId: `x@${digest("a")}` });
  const image = runningImage(container, undefined);
  assert.deepEqual(image.digests, [digest("a")]);
  assert.equal(image.references[0]?.tag, "1");
  assert.deepEqual(createIdentityFinder([])(container), { identity: undefined, conflict: "" });
});

test("a container that nobody names is its own workload", () => {
  const workload = workloadOf(sampleContainerFact(), undefined);
  assert.deepEqual([workload.kind, workload.name], ["Container", "0123456789ab"]);
  const pod = workloadOf(sampleContainerFact({ pod: "api-1", namespace: "shop" }), undefined);
  assert.deepEqual([pod.kind, pod.name, pod.namespace], ["Pod", "api-1", "shop"]);
});

test("the closest meaning of a name counts", () => {
  const named = (id: string, containerName: string, imageName: string) => {
    const container = sampleContainerFact({ container: id, containerId: id, containerName });
    return { container, identity: undefined, running: running({}, imageName) };
  };
  const cache = named("aaaaaaa1", "cache", "redis:6");
  const redis = named("aaaaaaa2", "redis", "other:1");
  const { inputOf } = assignByHand([{ name: "redis", input: "a" }], [cache, redis]);
  assert.deepEqual([inputOf(cache), inputOf(redis)], [undefined, "a"]);
});

test("a name is shown on one bounded line", () => {
  assert.equal(quoteName('a"\n'), '"a\\"\\n"');
  assert.ok(quoteName("x".repeat(10_000)).length < 130);
});
