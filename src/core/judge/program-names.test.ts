/** Tests what the names of programs lead to where the SBOM lists no links. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, type SbomSketch, sampleSbom } from "../../testing/sample-image.ts";
import { createImagePaths } from "./image-paths.ts";
import { createOwnerIndex } from "./owner-index.ts";
import { createProgramNames } from "./program-names.ts";

function namesOf(sketch: SbomSketch) {
  const sbom = sampleSbom(sketch);
  const paths = createImagePaths(sbom.files);
  return createProgramNames({ sbom, paths, index: createOwnerIndex(sbom, paths) });
}

test("the shell is the distribution's", () => {
  const packages = [{ files: ["/bin/dash", "/bin/bash", "/bin/busybox"] }];
  const shellOf = (id: string, idLike: readonly string[] = []) =>
    namesOf({ packages, distro: { id, version: "", idLike } }).realPathOf("/bin/sh");
  assert.equal(shellOf("debian"), "/bin/dash");
  assert.equal(shellOf("linuxmint", ["ubuntu"]), "/bin/dash");
  assert.equal(shellOf("fedora"), "/bin/bash");
  assert.equal(shellOf("alpine"), "/bin/busybox");
});

test("a name leads to its only version, and to nothing when the file is known", () => {
  const names = namesOf({
    packages: [{ files: ["/usr/bin/python3.11", "/usr/bin/python3.11-config", "/usr/bin/known"] }],
    files: { "/usr/bin/known": elf() },
  });
  assert.equal(names.realPathOf("/usr/bin/python3"), "/usr/bin/python3.11");
  assert.equal(names.realPathOf("/bin/python3"), "/usr/bin/python3.11");
  assert.equal(names.realPathOf("/usr/bin/known"), undefined);
  assert.equal(names.realPathOf("/srv/python3"), undefined);
});

test("a package ships the unlisted link of its own name, the minimal one first", () => {
  const packages = [
    { name: "python3", files: ["/usr/share/python3/x"] },
    { name: "python3-minimal", files: ["/usr/bin/py3compile"] },
    { name: "other", type: "rpm", files: [] },
  ];
  const files = { "/usr/bin/python3": "-> python3.11", "/usr/bin/node": "-> ../lib/node" };
  const names = namesOf({ packages, files });
  const shippers = (link: string) => names.packagersOf(link).map((one) => one.package.name);
  assert.deepEqual(shippers("/usr/bin/python3"), ["python3-minimal"]);
  assert.deepEqual(shippers("/usr/local/bin/python3"), []);
  assert.deepEqual(shippers("/usr/bin/other"), []);
  assert.deepEqual(shippers("/usr/bin/py3compile"), [], "it is listed");
});
