/** Tests what each ecosystem's metadata says about the files of a package. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Faults, JsonObject } from "./json-value.ts";
import { placesOf } from "./read-locations.ts";
import type { Artifact } from "./read-owned-files.ts";
import { readOwnedFiles, readRoots, readSourcePackage } from "./read-owned-files.ts";

const noFaults = (): Faults => ({ first: undefined });

function artifact(type: string, metadata: JsonObject, more: Partial<Artifact> = {}): Artifact {
  return { name: "it", version: "1", type, purl: "", locations: [], ...more, metadata };
}

test("deb lists files and conffiles alike", () => {
  const files = [{ path: "/usr/bin/x" }, { path: "/etc/x.conf", isConfigFile: true }];
  const one = artifact("deb", { files, source: "src-x" });
  assert.deepEqual(readOwnedFiles(one, noFaults()), ["/usr/bin/x", "/etc/x.conf"]);
  assert.equal(readSourcePackage(one, noFaults()), "src-x");
});

test("rpm tells directories by mode and names its source package with version and release", () => {
  const one = artifact(
    "rpm",
    {
      files: [
        { path: "/usr/lib64", mode: 16877 },
        { path: "/usr/lib64/libz.so.1", mode: 41471 },
        { path: "/usr/lib64/libz.so.1.2.11", mode: 33261 },
      ],
      sourceRpm: "zlib-1.2.11-21.el8_7.src.rpm",
    },
    { name: "zlib" },
  );
  assert.deepEqual(readOwnedFiles(one, noFaults()), [
    "/usr/lib64/libz.so.1",
    "/usr/lib64/libz.so.1.2.11",
  ]);
  assert.equal(readSourcePackage(one, noFaults()), "", "the same name says nothing");
});

test("apk lists directories without a digest; pacman says what is one", () => {
  const digest = { algorithm: "sha1", value: "Q1" };
  const apk = artifact("apk", {
    files: [{ path: "/usr" }, { path: "/usr/lib" }, { path: "/usr/lib/libz.so.1", digest }],
    originPackage: "zlib-src",
  });
  assert.deepEqual(readOwnedFiles(apk, noFaults()), ["/usr/lib/libz.so.1"]);
  assert.equal(readSourcePackage(apk, noFaults()), "zlib-src");
  const alpm = artifact("alpm", { files: [{ path: "/usr", type: "dir" }, { path: "usr/bin/a" }] });
  assert.deepEqual(readOwnedFiles(alpm, noFaults()), ["/usr/bin/a"]);
});

test("python joins RECORD with site-packages, and top-level names become roots", () => {
  const root = "/venv/lib/python3.9/site-packages";
  const metadata = {
    sitePackagesRootPath: root,
    files: [{ path: "six.py", size: "34549" }, { path: "../../../bin/six" }],
    topLevelPackages: ["six", "_six"],
  };
  const one = artifact("python", metadata);
  assert.deepEqual(readOwnedFiles(one, noFaults()), [`${root}/six.py`, "/venv/bin/six"]);
  assert.deepEqual(readRoots(one, noFaults()), [`${root}/six`, `${root}/_six`]);
});

test("python without a root takes that of its dist-info; a lock file gives nothing", () => {
  const metadata = { files: [{ path: "a/b.py" }], topLevelPackages: ["a"] };
  const locations = placesOf(["/opt/site-packages/a-1.dist-info/METADATA"]);
  const installed = artifact("python", metadata, { locations });
  assert.deepEqual(readOwnedFiles(installed, noFaults()), ["/opt/site-packages/a/b.py"]);
  const locked = artifact("python", metadata, { locations: placesOf(["/app/poetry.lock"]) });
  assert.deepEqual(readOwnedFiles(locked, noFaults()), []);
  assert.deepEqual(readRoots(locked, noFaults()), []);
});

test("a gem has a directory; a default gem has files in Ruby's own library", () => {
  const home = "/usr/local/lib/ruby/gems/3.1.0";
  const gem = artifact(
    "gem",
    { files: ["lib/rake.rb"] },
    {
      locations: placesOf([`${home}/specifications/rake-13.0.6.gemspec`]),
    },
  );
  assert.deepEqual(readRoots(gem, noFaults()), [`${home}/gems/rake-13.0.6`]);
  assert.deepEqual(readOwnedFiles(gem, noFaults()), []);
  const json = artifact(
    "gem",
    { files: ["lib/json.rb", "ext/json.c"] },
    {
      locations: placesOf([`${home}/specifications/default/json-2.6.1.gemspec`]),
    },
  );
  assert.deepEqual(readOwnedFiles(json, noFaults()), ["/usr/local/lib/ruby/3.1.0/json.rb"]);
  const bundled = artifact("gem", {}, { locations: placesOf(["/app/engines/x/x.gemspec"]) });
  assert.deepEqual(readRoots(bundled, noFaults()), ["/app/engines/x"]);
  const locked = artifact("gem", {}, { locations: placesOf(["/app/Gemfile.lock"]) });
  assert.deepEqual(readRoots(locked, noFaults()), []);
});

test("composer packages are below vendor, but only those that are installed", () => {
  const at = (path: string) =>
    artifact("php-composer", {}, { name: "monolog/monolog", locations: placesOf([path]) });
  const roots = readRoots(at("/app/vendor/composer/installed.json"), noFaults());
  assert.deepEqual(roots, ["/app/vendor/monolog/monolog"]);
  assert.deepEqual(readRoots(at("/app/composer.lock"), noFaults()), []);
});

test("a name of none or of dots claims no directory that others share", () => {
  const python = artifact("python", {
    sitePackagesRootPath: "/usr/lib/python3/dist-packages",
    topLevelPackages: ["", ".", "..", "six"],
    files: ["", "six.py"],
  });
  assert.deepEqual(readRoots(python, noFaults()), ["/usr/lib/python3/dist-packages/six"]);
  assert.deepEqual(readOwnedFiles(python, noFaults()), ["/usr/lib/python3/dist-packages/six.py"]);
  const installed = placesOf(["/app/vendor/composer/installed.json"]);
  const php = artifact("php-composer", {}, { name: "../..", locations: installed });
  assert.deepEqual(readRoots(php, noFaults()), []);
});

test("default gems of old Rubies list their libraries as they are installed", () => {
  const files = ["bigdecimal.so", "bigdecimal/util.rb", "ext/bigdecimal/extconf.rb", "NEWS.md"];
  const place = "/usr/lib/ruby/gems/2.5.0/specifications/default/bigdecimal-1.3.4.gemspec";
  const one = artifact("gem", { files }, { locations: placesOf([place]) });
  assert.deepEqual(readOwnedFiles(one, noFaults()), ["/usr/lib/ruby/2.5.0/bigdecimal/util.rb"]);
});

test("dotnet assemblies lie beside deps.json and not where the package of NuGet has them", () => {
  const executables = {
    "lib/net8.0/Some.Json.dll": {},
    "lib/netstandard2.0/de/Some.Json.resources.dll": {},
    "runtimes/unix/lib/netcoreapp2.1/Some.Native.dll": {},
    "runtimes/linux-x64/native/libsome.so": {},
  };
  const locations = placesOf(["/app/App.deps.json", "/app/Some.Json.dll"]);
  const one = artifact("dotnet", { executables }, { locations });
  assert.deepEqual(readOwnedFiles(one, noFaults()), [
    "/app/Some.Json.dll",
    "/app/de/Some.Json.resources.dll",
    "/app/Some.Native.dll",
    "/app/runtimes/linux-x64/native/libsome.so",
  ]);
});

test("dotnet owns the assemblies found beside deps.json and those it lists", () => {
  const locations = placesOf(["/app/web.deps.json", "/app/Newtonsoft.Json.dll"]);
  const metadata = { executables: { "lib/Other.dll": { assemblyVersion: "1" } } };
  const one = artifact("dotnet", metadata, { locations });
  assert.deepEqual(readOwnedFiles(one, noFaults()), [
    "/app/Newtonsoft.Json.dll",
    "/app/lib/Other.dll",
  ]);
});

test("conda is relative to its prefix; other types give absolute paths only", () => {
  const locations = placesOf(["/opt/conda/conda-meta/numpy-1.json"]);
  const conda = artifact("conda", { files: ["lib/libmkl.so"] }, { locations });
  assert.deepEqual(readOwnedFiles(conda, noFaults()), ["/opt/conda/lib/libmkl.so"]);
  const jvm = artifact("binary", { files: ["/opt/jdk/lib/server/libjvm.so", "relative"] });
  assert.deepEqual(readOwnedFiles(jvm, noFaults()), ["/opt/jdk/lib/server/libjvm.so"]);
  assert.deepEqual(readOwnedFiles(artifact("npm", { files: ["index.js"] }), noFaults()), []);
});

test("a list of files of a wrong type is a fault and no crash", () => {
  for (const files of ["x", 5, { a: 1 }, [1, null, { path: 7 }]]) {
    const faults = noFaults();
    assert.deepEqual(readOwnedFiles(artifact("deb", { files }), faults), []);
    assert.match(faults.first ?? "", /^(files|path)/);
  }
});

test("the source package falls back to the package URL", () => {
  const purl = "pkg:deb/debian/libc6@2.31?upstream=glibc";
  assert.equal(readSourcePackage(artifact("deb", {}, { purl }), noFaults()), "glibc");
});
