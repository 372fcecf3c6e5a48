/** Tests who owns a file, by whatever name it is called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, placed, type SbomSketch, sampleSbom } from "../../testing/sample-image.ts";
import { createFileOwners } from "./file-owners.ts";

function ownersOf(sketch: SbomSketch, path: string): readonly string[] {
  const owners = createFileOwners(sampleSbom(sketch)).ownersOf(path);
  return owners.map((one) => one.package.name);
}

test("a file that the SBOM knows is never taken for another by its name", () => {
  const packages = [{ name: "zlib1g", files: ["/usr/lib/libz.so.1.2.11"] }];
  assert.deepEqual(ownersOf({ packages }, "/usr/lib/libz.so.1"), ["zlib1g"]);
  const own = { "/usr/lib/libz.so.1": elf() };
  assert.deepEqual(ownersOf({ packages, files: own }, "/usr/lib/libz.so.1"), []);
});

test("who lists a file owns it before who only has the directory", () => {
  const installed = placed("/app/vendor/composer/installed.json");
  const packages = [
    { name: "a/a", type: "php-composer", ...installed },
    { name: "b/b", type: "php-composer", ...installed, files: ["/app/vendor/a/a/patched.php"] },
  ];
  assert.deepEqual(ownersOf({ packages }, "/app/vendor/a/a/patched.php"), ["b/b"]);
  assert.deepEqual(ownersOf({ packages }, "/app/vendor/a/a/src/x.php"), ["a/a"]);
});

test("packages of different kinds own one file together, one package only once", () => {
  const file = "/usr/share/nodejs/semver/index.js";
  const npm = { name: "semver", type: "npm", ...placed("/usr/share/nodejs/semver/package.json") };
  const deb = { name: "node-semver", files: [file], containedFiles: [file] };
  assert.deepEqual(ownersOf({ packages: [npm, deb] }, file), ["node-semver", "semver"]);
});

test("the files of a Nix store path, listed or not, are its package's", () => {
  const packages = [{ name: "z", type: "nix", ...placed("/nix/store/a-z/lib/libz.so") }];
  assert.deepEqual(ownersOf({ packages }, "/nix/store/a-z/share/x"), ["z"]);
});

test("archives are counted by directory, and nested ones are none", () => {
  const jar = (path: string, inner = "") => ({
    name: path + inner,
    type: "java-archive",
    ...placed(path, inner),
  });
  const packages = [jar("/lib/a.jar"), jar("/lib/b.jar"), jar("/app/c.jar", "/app/c.jar:d.jar")];
  const owners = createFileOwners(sampleSbom({ packages }));
  assert.equal(owners.archiveCountIn("/lib"), 2);
  assert.equal(owners.archiveCountIn("/app"), 0);
});

test("a shared library of a shared directory is nobody's for sure", () => {
  const owners = createFileOwners(
    sampleSbom({
      packages: [
        { name: "a", type: "python", roots: ["/opt/site/ns"] },
        { name: "b", type: "python", roots: ["/opt/site/ns"] },
      ],
    }),
  ).ownersOf("/opt/site/ns/x.so");
  assert.deepEqual(
    owners.map(({ isShared }) => isShared),
    [true, true],
  );
});
