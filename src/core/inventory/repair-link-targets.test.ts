/** Tests that links of a directory scan lead to files of the image again, or nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sbomFixture } from "../../testing/inventory-fixtures.ts";
import { directoryOf, joinPath } from "./container-path.ts";
import type { ImageFile } from "./image.ts";
import { repairLinkTargets } from "./repair-link-targets.ts";

function file(path: string, linkTarget = ""): readonly [string, ImageFile] {
  const type = linkTarget === "" ? "file" : "symlink";
  const rest = { importedLibraries: [], executable: false, mimeType: "" };
  return [path, { path, type, linkTarget, ...rest }];
}

function targets(files: readonly (readonly [string, ImageFile])[], root = "/scan/root") {
  const map = new Map(files);
  const counts = repairLinkTargets(map, root);
  const found = [...map.values()].filter(({ type }) => type === "symlink");
  return { ...counts, found: Object.fromEntries(found.map((one) => [one.path, one.linkTarget])) };
}

test("a target below the scanned directory loses the directory", () => {
  const { found } = targets([file("/bin/a", "/scan/root/usr/bin/b"), file("/usr/bin/b")]);
  assert.deepEqual(found, { "/bin/a": "/usr/bin/b" });
});

test("another root is found by what most targets have in front of files", () => {
  const { found, guessedCount } = targets([
    file("/lib/a.so", "/mnt/real/lib/a.so.1"),
    file("/lib/b.so", "/mnt/real/lib/b.so.1"),
    file("/lib/gone.so", "/mnt/real/lib/gone.so.1"),
    file("/lib/a.so.1"),
    file("/lib/b.so.1"),
  ]);
  assert.equal(found["/lib/a.so"], "/lib/a.so.1");
  assert.equal(found["/lib/gone.so"], "/lib/gone.so.1");
  assert.equal(guessedCount, 0);
});

test("a target with its name alone is looked for beside the link, below /usr, and by name", () => {
  const { found, guessedCount, lostCount } = targets([
    file("/usr/lib/libz.so.1", "/scan/libz.so.1.2"),
    file("/usr/lib/libz.so.1.2"),
    file("/lib", "/scan/lib"),
    file("/usr/lib"),
    file("/etc/alternatives/awk", "/scan/mawk"),
    file("/usr/bin/awk", "/scan/awk"),
    file("/usr/bin/mawk"),
    file("/etc/rc0.d/K01x", "/scan/none"),
  ]);
  assert.equal(found["/usr/lib/libz.so.1"], "/usr/lib/libz.so.1.2");
  assert.equal(found["/lib"], "/usr/lib");
  assert.equal(found["/etc/alternatives/awk"], "/usr/bin/mawk");
  assert.equal(found["/usr/bin/awk"], "/etc/alternatives/awk");
  assert.equal(found["/etc/rc0.d/K01x"], "");
  assert.deepEqual([guessedCount, lostCount], [4, 1]);
});

test("targets that are right already stay, relative ones too", () => {
  const { found } = targets([
    file("/usr/bin/python", "python3"),
    file("/etc/mtab", "/proc/mounts"),
    file("/proc/mounts"),
  ]);
  assert.deepEqual(found, { "/usr/bin/python": "python3", "/etc/mtab": "/proc/mounts" });
});

test("links of a recorded directory scan lead where those of the image scan lead", async () => {
  const image = await sbomFixture("redis.syft.json.gz");
  const directory = await sbomFixture("redis.dir.syft.json.gz");
  const resolve = ({ path, linkTarget }: ImageFile) => joinPath(directoryOf(path), linkTarget);
  let right = 0;
  for (const one of image.files.values()) {
    const other = directory.files.get(one.path);
    if (one.type !== "symlink" || other === undefined || other.linkTarget === "") continue;
    assert.equal(
      resolve(other).replace(/^\/usr\/lib\//, "/lib/"),
      resolve(one).replace(/^\/usr\/lib\//, "/lib/"),
    );
    right += 1;
  }
  assert.ok(right > 10, `only ${right} links`);
});
