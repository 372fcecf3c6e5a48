/** Tests that what was scanned is told for every shape of `source`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sbomFixture } from "../../testing/inventory-fixtures.ts";
import type { JsonObject } from "./json-value.ts";
import { digestOf, readDescriptor, readDistro, readScanRoot, readSource } from "./syft-source.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function identity(source: JsonObject) {
  const faults = { first: undefined };
  const found = readSource(source, faults);
  assert.equal(faults.first, undefined);
  return found;
}

test("recorded scans of one image share the config digest, not the manifest digest", async () => {
  const layout = (await sbomFixture("redis.syft.json.gz")).identity;
  const archive = (await sbomFixture("redis.docker-archive.syft.json.gz")).identity;
  assert.equal(layout.imageId, archive.imageId);
  assert.notEqual(layout.manifestDigest, archive.manifestDigest);
  assert.deepEqual(layout.tags, []);
  assert.deepEqual(archive.tags, ["registry.lab.example/data/redis:6.0"]);
});

test("a given name and version read as a reference", async () => {
  const named = (await sbomFixture("redis.named.syft.json.gz")).identity;
  assert.equal(named.name, "registry.lab.example/data/redis:6.0");
  const directory = (await sbomFixture("redis.dir.syft.json.gz")).identity;
  assert.deepEqual([directory.kind, directory.manifestDigest], ["directory", ""]);
});

test("name and tag of an image are joined, a path stays a path", () => {
  const metadata = { userInput: "nginx:1.25", tags: ["nginx:1.25"], repoDigests: null };
  assert.equal(
    identity({ type: "image", name: "nginx", version: "1.25", metadata }).name,
    "nginx:1.25",
  );
  const path = { type: "image", name: "/images/x", version: digest("a"), metadata };
  assert.equal(identity(path).name, "/images/x");
  assert.equal(
    identity({ type: "image", name: "h:5000/x:1", version: "1", metadata }).name,
    "h:5000/x:1",
  );
});

test("an image named by the digest of its index keeps that digest", () => {
  const metadata = { manifestDigest: digest("b"), repoDigests: [] };
  const one = identity({ type: "image", name: "redis", version: digest("a"), metadata });
  assert.deepEqual(one.repoDigests, [`redis@${digest("a")}`]);
  const same = identity({ type: "image", name: "redis", version: digest("b"), metadata });
  assert.deepEqual(same.repoDigests, []);
});

test("layers are told lowest first, and the base by its label or annotation", () => {
  const base = "org.opencontainers.image.base";
  const layers = [{ digest: digest("1"), size: 5 }, { digest: digest("2") }];
  const one = identity({
    type: "image",
    name: "x",
    metadata: { layers, labels: { [`${base}.name`]: "debian:12" } },
  });
  assert.deepEqual(one.layers, [digest("1"), digest("2")]);
  assert.equal(one.baseName, "debian:12");
  const annotations = { [`${base}.digest`]: digest("3") };
  const other = identity({ type: "image", name: "x", metadata: { labels: null, annotations } });
  assert.deepEqual([other.layers, other.baseName], [[], digest("3")]);
});

test("recorded images of one lab share their first layer, and packages name it", async () => {
  const sboms = await Promise.all(
    ["redis", "goapp", "nodeapi"].map((name) => sbomFixture(`${name}.syft.json.gz`)),
  );
  const firsts = new Set(sboms.map(({ identity: { layers } }) => layers[0]));
  assert.equal(firsts.size, 1);
  for (const { packages, identity: found } of sboms) {
    const locations = packages.flatMap((one) => one.locations);
    assert.ok(locations.length > 0);
    assert.ok(locations.every(({ layer }) => found.layers.includes(layer)));
  }
});

test("old targets are text or objects, sources of scans of documents are paths", () => {
  assert.deepEqual(identity({ type: "directory", target: "/src/app" }).name, "/src/app");
  assert.equal(identity({ type: "sbom-file", target: "/s.json" }).kind, "unknown");
  assert.equal(identity({ type: "file", metadata: { path: "/x.jar" } }).kind, "archive");
  assert.equal(
    identity({ type: "image", target: { userInput: "a:1", imageID: "odd" } }).imageId,
    "",
  );
});

test("the root of a directory scan is its base when there is one", () => {
  const faults = { first: undefined };
  const root = (metadata: unknown) => readScanRoot({ type: "directory", metadata }, faults);
  assert.equal(root({ path: "/a/b", base: "/a" }), "/a");
  assert.equal(root({ path: "/a/b" }), "/a/b");
  assert.equal(root("/c"), "/c");
  assert.equal(readScanRoot({ type: "image", metadata: { path: "/a" } }, faults), "");
});

test("digests are checked, distributions come in two shapes", () => {
  assert.equal(digestOf("sha256:abc"), "");
  assert.equal(digestOf(digest("f")), digest("f"));
  const faults = { first: undefined };
  assert.equal(readDistro({}, faults), undefined);
  assert.equal(readDistro({ name: "debian", version: "11" }, faults)?.version, "11");
  assert.equal(readDescriptor({ name: "grype", db: null }, faults).database, undefined);
});
