/** Tests that CycloneDX of Syft and of others gives packages, places and an identity. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { packageOf, readSbom, sbomFixture } from "../../testing/inventory-fixtures.ts";

const bom = { bomFormat: "CycloneDX", specVersion: "1.5", version: 1 };

test("a recorded document of Syft gives packages with their places", async () => {
  const sbom = await sbomFixture("javaapp.cdx.json.gz");
  assert.deepEqual([sbom.format, sbom.schemaVersion, sbom.tool], ["cyclonedx", "1.6", "syft"]);
  assert.equal(sbom.identity.kind, "image");
  assert.match(sbom.identity.manifestDigest, /^sha256:/);
  assert.deepEqual(sbom.distro, { id: "debian", version: "11", idLike: [] });
  const yaml = packageOf(sbom, "snakeyaml");
  assert.equal(yaml.type, "java-archive");
  assert.match(yaml.virtualPath, /^\/app\/app\.jar:/);
  const zlib = packageOf(sbom, "zlib1g");
  assert.deepEqual([zlib.type, zlib.source], ["deb", "zlib"]);
  assert.deepEqual(
    zlib.locations.filter(({ primary }) => primary).map(({ path }) => path),
    ["/var/lib/dpkg/status"],
  );
  assert.equal(sbom.hasLocations, true);
  assert.ok(!sbom.packages.some(({ name }) => name === "debian"));
});

test("the type of a package comes from its URL when no property tells it", async () => {
  const { sbom, problems } = await readSbom({
    ...bom,
    components: [
      { type: "library", name: "lodash", version: "4", purl: "pkg:npm/lodash@4" },
      { type: "library", group: "@babel", name: "core", purl: "pkg:npm/%40babel/core@7" },
      {
        type: "library",
        group: "org.yaml",
        name: "snakeyaml",
        purl: "pkg:maven/org.yaml/snakeyaml@1",
      },
    ],
  });
  assert.deepEqual(
    sbom.packages.map(({ name, type }) => [name, type]),
    [
      ["lodash", "npm"],
      ["@babel/core", "npm"],
      ["snakeyaml", "java-archive"],
    ],
  );
  assert.equal(sbom.hasLocations, false);
  assert.ok(problems.some(({ code }) => code === "packages-without-paths"));
  assert.equal(new Set(sbom.packages.map(({ id }) => id)).size, 3);
});

test("nested components count, lock files, images and files do not", async () => {
  const { sbom } = await readSbom({
    ...bom,
    components: [
      {
        type: "application",
        name: "package-lock.json",
        "bom-ref": "x",
        components: [{ type: "library", name: "ms", purl: "pkg:npm/ms@2", "bom-ref": "m" }],
      },
      { type: "container", name: "base", purl: "pkg:oci/base@sha256:00" },
      { type: "file", name: "/usr/bin/x", "bom-ref": "f" },
    ],
  });
  assert.deepEqual(
    sbom.packages.map(({ id }) => id),
    ["m"],
  );
  assert.deepEqual([...sbom.files.keys()], ["/usr/bin/x"]);
});

test("what is not read is said: vulnerabilities, packages of one reference", async () => {
  const { sbom, problems } = await readSbom({
    ...bom,
    components: [
      { type: "library", "bom-ref": "r", name: "a", purl: "pkg:npm/a@1" },
      { type: "library", "bom-ref": "r", name: "b", purl: "pkg:npm/b@1" },
    ],
    vulnerabilities: [{ id: "CVE-2020-1" }, { id: "CVE-2020-2" }],
  });
  assert.deepEqual(
    sbom.packages.map(({ name }) => name),
    ["b"],
  );
  const told = problems.find(({ code }) => code === "vulnerabilities-not-read");
  assert.equal(told?.count, 2);
  assert.match(told?.message ?? "", /grype/);
  const twice = problems.find(({ code }) => code === "duplicate-package-id");
  assert.match(twice?.message ?? "", /components\[1\]/);
});

test("places come from other tools' properties and from occurrences", async () => {
  const { sbom } = await readSbom({
    ...bom,
    metadata: {
      tools: [{ vendor: "aqua", name: "trivy", version: "0.50" }],
      component: {
        type: "container",
        name: "registry/app:1",
        properties: [
          { name: "aquasecurity:trivy:ImageID", value: `sha256:${"a".repeat(64)}` },
          { name: "aquasecurity:trivy:RepoTag", value: "registry/app:1" },
          { name: "aquasecurity:trivy:RepoDigest", value: `registry/app@sha256:${"b".repeat(64)}` },
        ],
      },
    },
    components: [
      {
        type: "library",
        name: "rake",
        purl: "pkg:gem/rake@13",
        properties: [
          { name: "aquasecurity:trivy:FilePath", value: "gems/specifications/rake.gemspec" },
        ],
        evidence: { occurrences: [{ location: "opt/rake.rb" }, { location: "https://x.example" }] },
      },
      { type: "operating-system", name: "alpine", version: "3.18.4" },
    ],
  });
  const paths = sbom.packages[0]?.locations.map(({ path }) => path);
  assert.deepEqual(paths, ["/gems/specifications/rake.gemspec", "/opt/rake.rb"]);
  assert.equal(sbom.identity.imageId, `sha256:${"a".repeat(64)}`);
  assert.deepEqual(sbom.identity.tags, ["registry/app:1"]);
  assert.equal(sbom.identity.repoDigests.length, 1);
  assert.deepEqual([sbom.tool, sbom.distro?.id], ["trivy", "alpine"]);
});

test("components of wrong types are left out and counted", async () => {
  const { sbom, problems } = await readSbom({
    ...bom,
    components: [
      null,
      1,
      { type: "library", purl: "pkg:npm/a@1", name: 5 },
      { type: "library", name: "b" },
    ],
  });
  assert.deepEqual(
    sbom.packages.map(({ name }) => name),
    ["b"],
  );
  assert.equal(problems.find(({ code }) => code === "element-left-out")?.count, 3);
});
