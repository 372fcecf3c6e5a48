/** Tests that SPDX gives packages, the files they contain and an identity. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { packageOf, readSbom, sbomFixture } from "../../testing/inventory-fixtures.ts";

const head = {
  spdxVersion: "SPDX-2.3",
  SPDXID: "SPDXRef-DOCUMENT",
  name: "app",
  creationInfo: { creators: ["Organization: x", "Tool: some-tool-1.2.3-rc.1"] },
};

test("a recorded document gives the same owned files as Syft's own format", async () => {
  const spdx = await sbomFixture("pyapi.spdx.json.gz");
  assert.deepEqual([spdx.format, spdx.schemaVersion, spdx.tool], ["spdx", "2.3", "syft"]);
  assert.equal(spdx.toolVersion, "1.18.1");
  const zlib = packageOf(spdx, "zlib1g");
  assert.ok(zlib.containedFiles.includes("/usr/lib/x86_64-linux-gnu/libz.so.1.2.11"));
  assert.deepEqual([zlib.type, zlib.source], ["deb", "zlib"]);
  assert.ok(zlib.locations.some(({ path }) => path === "/var/lib/dpkg/status"));
  assert.ok(!zlib.containedFiles.includes("/var/lib/dpkg/status"), "evident-by is not ownership");
  assert.equal(packageOf(spdx, "six").type, "python");
  assert.equal(spdx.packages.length, 4, "the image itself is no package");
  assert.match(spdx.identity.manifestDigest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(spdx.distro, { id: "debian", version: "11", idLike: [] });
});

test("ids are those that Grype uses when it reads SPDX", async () => {
  const spdx = await sbomFixture("pyapi.spdx.json.gz");
  assert.match(packageOf(spdx, "zlib1g").id, /^Package-deb-zlib1g-/);
});

test("files belong by CONTAINS, CONTAINED_BY and hasFiles, in any order", async () => {
  const { sbom } = await readSbom({
    relationships: [
      {
        spdxElementId: "SPDXRef-a",
        relatedSpdxElement: "SPDXRef-f1",
        relationshipType: "CONTAINS",
      },
      {
        spdxElementId: "SPDXRef-f2",
        relatedSpdxElement: "SPDXRef-a",
        relationshipType: "CONTAINED_BY",
      },
      { spdxElementId: "SPDXRef-a", relatedSpdxElement: "SPDXRef-f4", relationshipType: "OTHER" },
    ],
    packages: [
      { SPDXID: "SPDXRef-a", name: "a", hasFiles: ["SPDXRef-f3"], versionInfo: "NOASSERTION" },
    ],
    files: ["f1", "f2", "f3", "f4"].map((id) => {
      return {
        SPDXID: `SPDXRef-${id}`,
        fileName: `./usr/${id}`,
        checksums: [{ checksumValue: "a1" }],
      };
    }),
    ...head,
  });
  const [one] = sbom.packages;
  assert.deepEqual(one?.containedFiles, ["/usr/f1", "/usr/f2", "/usr/f3"]);
  assert.equal(one?.version, "");
  assert.deepEqual([sbom.tool, sbom.toolVersion], ["some-tool", "1.2.3-rc.1"]);
  assert.equal(sbom.hasLocations, true);
});

test("the image is found by DESCRIBES, an operating system becomes the distribution", async () => {
  const digest = `sha256:${"d".repeat(64)}`;
  const { sbom } = await readSbom({
    ...head,
    packages: [
      {
        SPDXID: "SPDXRef-root",
        name: "registry/app",
        versionInfo: digest,
        primaryPackagePurpose: "CONTAINER",
        externalRefs: [
          {
            referenceType: "purl",
            referenceLocator: `pkg:oci/app@${digest}?arch=arm64&repository_url=registry/app&tag=1`,
          },
        ],
      },
      {
        SPDXID: "SPDXRef-os",
        name: "debian",
        versionInfo: "12.5",
        primaryPackagePurpose: "OPERATING-SYSTEM",
      },
      { SPDXID: "SPDXRef-Package-binary-node-1", name: "node", versionInfo: "20" },
    ],
    relationships: [
      {
        spdxElementId: "SPDXRef-DOCUMENT",
        relatedSpdxElement: "SPDXRef-root",
        relationshipType: "DESCRIBES",
      },
    ],
  });
  assert.equal(sbom.identity.manifestDigest, digest);
  assert.deepEqual(sbom.identity.tags, ["registry/app:1"]);
  assert.equal(sbom.identity.architecture, "arm64");
  assert.deepEqual(sbom.distro, { id: "debian", version: "12.5", idLike: [] });
  assert.deepEqual(
    sbom.packages.map(({ name, type }) => [name, type]),
    [["node", "binary"]],
  );
  assert.equal(sbom.hasLocations, false);
});

test("packages and files of wrong types are left out and counted", async () => {
  const { sbom, problems } = await readSbom({
    ...head,
    packages: [null, { name: "x" }, { SPDXID: "SPDXRef-y", name: "y", externalRefs: 5 }],
    files: [{ SPDXID: "SPDXRef-f", fileName: 7 }],
    relationships: [5, {}],
  });
  assert.deepEqual(
    sbom.packages.map(({ id }) => id),
    ["y"],
  );
  assert.ok(problems.some(({ code }) => code === "element-left-out"));
  assert.ok(problems.some(({ code }) => code === "field-wrong-type"));
});
