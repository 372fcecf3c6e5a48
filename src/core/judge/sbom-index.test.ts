/** Holds that an SBOM is indexed once, and which of its packages have nothing to use. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, sampleSbom } from "../../testing/sample-image.ts";
import { createSbomIndex } from "./sbom-index.ts";

const sbom = sampleSbom({
  packages: [
    { name: "docs", files: ["/usr/share/doc/docs/README"] },
    { name: "curl", files: ["/usr/bin/curl", "/usr/share/doc/curl/README"] },
    { name: "meta", files: [] },
  ],
  files: { "/usr/bin/curl": elf() },
});

test("an SBOM of many containers is indexed once, another one for itself", () => {
  const index = createSbomIndex();
  assert.equal(index(sbom), index(sbom));
  assert.notEqual(index(sbom), index({ ...sbom }));
});

test("a package of documentation has nothing to use, one without a list may have", () => {
  const { blanks } = createSbomIndex()(sbom);
  const names = sbom.packages.filter(({ id }) => blanks.has(id)).map(({ name }) => name);
  assert.deepEqual(names, ["docs"]);
});
