/** Tests that Syft JSON of several schemas and sources gives the same packages and files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { packageOf, readSbom, sbomFixture } from "../../testing/inventory-fixtures.ts";
import { decodeSyftFile } from "./decode-syft-file.ts";
import type { Sbom } from "./image.ts";
import { readLocations } from "./read-locations.ts";

const tail = {
  source: { id: "s", name: "app", version: "", type: "directory", metadata: { path: "/scan" } },
  distro: { id: "alpine", versionID: "3.18.4", idLike: ["x"] },
  descriptor: { name: "syft", version: "1.18.1" },
  schema: { version: "16.0.18" },
};
const zlib = { id: "z", name: "zlib", version: "1.2", type: "apk", locations: [] };

function owned(sbom: Sbom) {
  return sbom.packages
    .map(({ name, version, type, files, containedFiles, source }) => {
      return { name, version, type, files, containedFiles, source };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

test("five scans of one image give the same packages and owned files", async () => {
  const image = await sbomFixture("redis.syft.json.gz");
  for (const other of ["dir", "docker-archive", "named", "default-files"]) {
    assert.deepEqual(owned(await sbomFixture(`redis.${other}.syft.json.gz`)), owned(image), other);
  }
});

test("the list of all files is told from the default list of owned files", async () => {
  assert.equal((await sbomFixture("redis.syft.json.gz")).hasAllFiles, true);
  assert.equal((await sbomFixture("redis.dir.syft.json.gz")).hasAllFiles, true);
  assert.equal((await sbomFixture("redis.default-files.syft.json.gz")).hasAllFiles, false);
});

test("a deb keeps its declared paths and what the document resolved", async () => {
  const libc = packageOf(await sbomFixture("redis.syft.json.gz"), "libc6");
  assert.ok(libc.files.some((path) => path.startsWith("/lib/x86_64-linux-gnu/")));
  assert.ok(libc.containedFiles.some((path) => path.startsWith("/usr/lib/x86_64-linux-gnu/")));
  assert.ok(libc.containedFiles.every((path) => !path.startsWith("/lib/")));
  assert.equal(libc.source, "glibc");
  const primary = libc.locations.filter((one) => one.primary).map(({ path }) => path);
  assert.deepEqual(primary, ["/var/lib/dpkg/status"]);
});

test("evidence files such as the package database are never owned", async () => {
  const sbom = await sbomFixture("redis.syft.json.gz");
  for (const one of sbom.packages) {
    assert.ok(!one.containedFiles.includes("/var/lib/dpkg/status"), one.name);
  }
});

test("links keep their target, programs their libraries", async () => {
  const { files } = await sbomFixture("redis.syft.json.gz");
  const server = files.get("/usr/bin/redis-server");
  assert.equal(server?.type, "symlink");
  assert.equal(server?.linkTarget, "redis-check-rdb");
  const target = files.get("/usr/bin/redis-check-rdb");
  assert.equal(target?.executable, true);
  assert.ok(target?.importedLibraries.includes("libc.so.6"));
  assert.equal(files.get("/usr/lib")?.type, "directory");
});

test("a virtual environment, byte-code, two pips and shared files", async () => {
  const sbom = await sbomFixture("pyapi.syft.json.gz");
  const six = packageOf(sbom, "six");
  const root = "/app/venv/lib/python3.9/site-packages";
  assert.ok(six.files.includes(`${root}/six.py`));
  assert.ok(six.files.includes(`${root}/__pycache__/six.cpython-39.pyc`));
  assert.deepEqual(six.roots, [`${root}/six`]);
  const pips = sbom.packages.filter(({ name }) => name === "pip");
  assert.equal(pips.length, 2);
  assert.ok(pips.some(({ files }) => files.includes("/app/venv/bin/pip")));
  const system = pips.find(({ files }) => files.length === 0);
  assert.deepEqual(system?.roots, ["/usr/lib/python3/dist-packages/pip"]);
});

test("a deb that ships a Python package owns it by overlap", async () => {
  const sbom = await sbomFixture("pyapi.syft.json.gz");
  const names = new Map(sbom.packages.map((one) => [one.id, one.name]));
  const overlaps = sbom.packages
    .filter(({ ownedBy }) => ownedBy.length > 0)
    .map(({ name, ownedBy }) => `${name} < ${ownedBy.map((id) => names.get(id)).join()}`);
  assert.ok(overlaps.includes("pip < python3-pip"), overlaps.join("; "));
});

test("nested and shaded jars differ by access path and virtual path", async () => {
  const log4j = packageOf(await sbomFixture("boot.syft.json.gz"), "log4j-core");
  assert.equal(log4j.locations[0]?.path, "/app/boot.jar");
  assert.match(log4j.locations[0]?.accessPath ?? "", /^\/app\/boot\.jar:BOOT-INF\/lib\/log4j-core/);
  const yaml = packageOf(await sbomFixture("javaapp.syft.json.gz"), "snakeyaml");
  assert.equal(yaml.locations[0]?.path, "/app/app.jar");
  assert.equal(yaml.locations[0]?.accessPath, "");
  assert.match(yaml.virtualPath, /^\/app\/app\.jar:/);
});

test("npm, binary and Go packages have their place and no file list", async () => {
  const node = await sbomFixture("nodeapi.syft.json.gz");
  assert.equal(
    packageOf(node, "lodash.isstring").locations[0]?.path,
    "/app/node_modules/lodash.isstring/package.json",
  );
  assert.equal(packageOf(node, "node", "binary").locations[0]?.path, "/usr/local/bin/node");
  const go = await sbomFixture("goapp.syft.json.gz");
  const modules = go.packages.filter(({ type }) => type === "go-module");
  assert.equal(modules.length, 8);
  assert.ok(modules.every(({ locations }) => locations[0]?.path === "/app/goapp"));
});

test("relationships and files may come before the artifacts", async () => {
  const { sbom } = await readSbom({
    ...tail,
    artifactRelationships: [
      { parent: "z", child: "f1", type: "contains" },
      { parent: "z", child: "f2", type: "evident-by" },
      { parent: "p", child: "z", type: "ownership-by-file-overlap" },
      { parent: "p", child: "z", type: "dependency-of" },
    ],
    files: [
      { id: "f1", location: { path: "lib/libz.so.1" } },
      { id: "f2", location: { path: "/lib/apk/db/installed" } },
    ],
    artifacts: [zlib],
  });
  const [one] = sbom.packages;
  assert.deepEqual(one?.containedFiles, ["/lib/libz.so.1"]);
  assert.deepEqual(one?.ownedBy, ["p"]);
  assert.deepEqual(sbom.distro, { id: "alpine", version: "3.18.4", idLike: ["x"] });
});

test("declared directories are left out where the document lists them as such", async () => {
  const files = [{ path: "/usr" }, { path: "/usr/lib" }, { path: "/usr/a" }];
  const { sbom } = await readSbom({
    ...tail,
    artifacts: [{ ...zlib, type: "deb", metadata: { files } }],
    files: [
      { location: { path: "/usr" }, metadata: { mode: 20000000755 } },
      { location: { path: "/usr/lib" }, metadata: { mode: 1000000777, linkDestination: "b" } },
      { location: { path: "/usr/a" }, metadata: { mode: 644 } },
    ],
  });
  assert.deepEqual(sbom.packages[0]?.files, ["/usr/lib", "/usr/a"]);
  assert.deepEqual(
    [...sbom.files.values()].map(({ type }) => type),
    ["directory", "symlink", "file"],
  );
  assert.equal(sbom.hasAllFiles, true);
});

test("the mode of a file is octal digits written as a decimal number", () => {
  const typeOf = (mode: unknown, type?: string) =>
    decodeSyftFile({ location: { path: "/a" }, metadata: { mode, type } }, { first: undefined })
      ?.file.type;
  assert.equal(typeOf(644), "file");
  assert.equal(typeOf(1000000777), "symlink");
  assert.equal(typeOf(20000000755), "directory");
  assert.equal(typeOf(4100000660), "other", "a device");
  assert.equal(typeOf(40000755), "file", "setuid stays a file");
  assert.equal(typeOf(0, "SymbolicLink"), "symlink");
  assert.equal(typeOf(0, "CharacterDevice"), "other");
  assert.equal(typeOf(undefined), "file");
});

test("metadata of files with capital names and numbered kinds is read", () => {
  const decode = (metadata: object) =>
    decodeSyftFile({ location: { path: "/x" }, metadata }, { first: undefined })?.file;
  const link = decode({ FileInfo: {}, Mode: 134218239, Type: 2, LinkDestination: "y" });
  assert.deepEqual([link?.type, link?.linkTarget], ["symlink", "y"]);
  const program = decode({ Type: "RegularFile", MIMEType: "application/x-sharedlib" });
  assert.deepEqual([program?.type, program?.executable], ["file", true]);
  assert.equal(decode({ Type: 5 })?.type, "directory");
  assert.equal(decode({ Type: 99 })?.type, "other");
});

test("files that Syft failed at are told, programs without a package are not", async () => {
  const file = (path: string, unknown: string) => ({ location: { path }, unknowns: [unknown] });
  const { problems } = await readSbom({
    ...tail,
    artifacts: [zlib],
    files: [
      file("/a.jar", "java-archive-cataloger: not a zip file"),
      file("/bin/b", "unknowns-labeler: no package identified in executable file"),
    ],
  });
  const told = problems.find(({ code }) => code === "files-not-examined");
  assert.equal(told?.count, 1);
  assert.match(told?.message ?? "", /"\/a\.jar"/);
});

test("a hard link keeps the path of its first name", () => {
  const metadata = { type: "HardLink", linkDestination: "bin/busybox", mode: 755 };
  const one = decodeSyftFile({ location: { path: "bin/sh" }, metadata }, { first: undefined });
  assert.equal(one?.file.type, "file");
  assert.equal(one?.file.linkTarget, "/bin/busybox");
});

test("an older schema with target, DpkgMetadata and plain locations is read", async () => {
  const { sbom, problems } = await readSbom({
    artifacts: [
      {
        id: "a1",
        name: "zlib1g",
        version: "1",
        type: "deb",
        locations: [{ path: "var/lib/dpkg/status" }, { path: "/usr/share/doc/zlib1g/copyright" }],
        licenses: ["Zlib"],
        cpes: ["cpe:2.3:a:z:z:1"],
        metadataType: "DpkgMetadata",
        metadata: { source: "zlib", files: [{ path: "/lib/libz.so.1.2" }] },
      },
    ],
    artifactRelationships: [],
    source: {
      type: "image",
      target: {
        userInput: "nginx:1.14",
        imageID: `sha256:${"a".repeat(64)}`,
        manifestDigest: `sha256:${"b".repeat(64)}`,
        tags: ["nginx:1.14"],
        repoDigests: [`nginx@sha256:${"c".repeat(64)}`],
      },
    },
    distro: { name: "debian", version: "9", idLike: "debian" },
    descriptor: { name: "syft", version: "0.40.0" },
    schema: { version: "3.0.0", url: "" },
  });
  assert.equal(sbom.identity.name, "nginx:1.14");
  assert.equal(sbom.identity.imageId, `sha256:${"a".repeat(64)}`);
  assert.deepEqual(sbom.distro, { id: "debian", version: "9", idLike: ["debian"] });
  assert.deepEqual(
    sbom.packages[0]?.locations.map(({ path, primary }) => [path, primary]),
    [
      ["/var/lib/dpkg/status", true],
      ["/usr/share/doc/zlib1g/copyright", false],
    ],
  );
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["schema-older"],
  );
});

test("a newer schema is read and remarked on", async () => {
  const { sbom, problems } = await readSbom({
    ...tail,
    artifacts: [zlib],
    schema: { version: "17.1.0" },
  });
  assert.equal(sbom.packages.length, 1);
  assert.ok(problems.some(({ code }) => code === "schema-newer"));
});

test("elements of wrong types are left out and counted with their path", async () => {
  const { sbom, problems } = await readSbom({
    ...tail,
    artifacts: [zlib, 5, { ...zlib, id: 7 }, { ...zlib, id: "y", name: null }, null],
    files: ["x", { location: {} }],
    artifactRelationships: [null, { parent: 1 }],
  });
  assert.deepEqual(
    sbom.packages.map(({ id }) => id),
    ["z", "apk:zlib@1.2#artifacts[2]"],
    "a package without an id is one that no relationship names",
  );
  const left = problems.find(({ code }) => code === "element-left-out");
  assert.equal(left?.count, 5);
  assert.match(left?.message ?? "", /artifacts\[1\]: expected an object, found a number/);
});

test("a field of a wrong type is taken as absent, and the package stays", async () => {
  const { sbom, problems } = await readSbom({
    ...tail,
    artifacts: [{ ...zlib, language: 5, locations: "none", metadata: { files: "x" } }],
  });
  assert.equal(sbom.packages.length, 1);
  const doubt = problems.find(({ code }) => code === "field-wrong-type");
  assert.match(doubt?.message ?? "", /artifacts\[0\]/);
});

test("locations may be null, deleted in a later layer, or supporting", () => {
  const faults = { first: undefined };
  assert.deepEqual(readLocations({ locations: null }, faults), []);
  const [one] = readLocations(
    {
      locations: [
        {
          path: "/bin/[",
          accessPath: "/bin/busybox",
          layerID: "sha256:1",
          annotations: { visible: "false", evidence: "supporting" },
        },
      ],
    },
    faults,
  );
  assert.deepEqual(one, {
    path: "/bin/[",
    accessPath: "/bin/busybox",
    primary: false,
    visible: false,
    layer: "sha256:1",
  });
});

test("hostile keys do not reach prototypes", async () => {
  const text = JSON.stringify({ ...tail, artifacts: [zlib] }).replace(
    '"locations":[]',
    '"locations":[],"__proto__":{"name":"evil"},"metadata":{"__proto__":{"files":["/x"]}}',
  );
  const { sbom } = await readSbom(text);
  assert.equal(sbom.packages[0]?.name, "zlib");
  assert.deepEqual(sbom.packages[0]?.files, []);
});
