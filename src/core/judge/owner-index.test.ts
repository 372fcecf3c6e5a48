/** Tests the index of claims: nearest trees, barriers, shared claims. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, sampleSbom } from "../../testing/sample-image.ts";
import { createImagePaths } from "./image-paths.ts";
import { createOwnerIndex } from "./owner-index.ts";

function indexOf(packages: Parameters<typeof sampleSbom>[0]["packages"]) {
  const sbom = sampleSbom({ packages });
  return createOwnerIndex(sbom, createImagePaths(sbom.files));
}

const npm = (name: string, path: string) => ({
  name,
  type: "npm",
  ...placed(`${path}/package.json`),
});

test("the nearest tree of each kind of package owns, and no other of its kind", () => {
  const index = indexOf([
    npm("outer", "/opt/app"),
    npm("inner", "/opt/app/vendor/inner"),
    { name: "plugin", type: "wordpress-plugin", ...placed("/opt/app/plugin.php") },
  ]);
  const names = index.treesOver("/opt/app/vendor/inner/x.js").map((one) => one.package.name);
  assert.deepEqual(names, ["inner", "plugin"]);
});

test("a tree does not reach through the directory of foreign packages", () => {
  const index = indexOf([npm("app", "/opt/app")]);
  assert.equal(index.treesOver("/opt/app/lib/x.js").length, 1);
  assert.equal(index.treesOver("/opt/app/node_modules/x/index.js").length, 0);
  assert.equal(index.treesOver("/opt/application/x.js").length, 0);
});

test("the same package found twice is not many, two packages of one place are shared", () => {
  const root = { type: "python", roots: ["/opt/site/google"] };
  const [alone] = indexOf([
    { name: "a", id: "1", ...root },
    { name: "a", id: "2", ...root },
  ]).treesOver("/opt/site/google/x.py");
  assert.equal(alone?.isShared, false);
  const [shared] = indexOf([
    { name: "a", ...root },
    { name: "b", ...root },
  ]).treesOver("/opt/site/google/x.py");
  assert.equal(shared?.isShared, true);
});

test("an archive that is found by two names holds both", () => {
  const jar = (name: string) => ({ name, type: "java-archive", ...placed("/app/a.jar") });
  const kinds = (names: readonly string[]) =>
    indexOf(names.map(jar))
      .byPath.get("/app/a.jar")
      ?.map(({ kind }) => kind);
  assert.deepEqual(kinds(["a"]), ["archive"]);
  assert.deepEqual(kinds(["a", "b"]), ["nested", "nested"]);
});
