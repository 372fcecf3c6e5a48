/** Tests what kind of file a path is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, sampleSbom } from "../../testing/sample-image.ts";
import { classifyFile } from "./file-class.ts";

function kindOf(path: string, sketch?: Parameters<typeof sampleSbom>[0]["files"]): string {
  const file = sampleSbom({ packages: [], files: sketch ?? {} }).files.get(path);
  const found = classifyFile(path, file);
  return "language" in found ? `${found.kind} ${found.language}` : found.kind;
}

test("documentation, package databases, headers and licences prove nothing", () => {
  const paths = [
    "/usr/share/doc/x/copyright",
    "/usr/share/man/man1/x.1.gz",
    "/usr/share/locale/de/LC_MESSAGES/x.mo",
    "/usr/share/bash-completion/completions/x",
    "/usr/share/lintian/overrides/x",
    "/var/lib/dpkg/status",
    "/lib/apk/db/installed",
    "/var/lib/rpm/rpmdb.sqlite",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/usr/include/zlib.h",
    "/var/cache/apt/pkgcache.bin",
    "/var/cache/ldconfig/aux-cache",
    "/usr/lib/libz.a",
    "/usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc",
    "/app/node_modules/x/LICENSE",
    "/app/node_modules/x/README.md",
    "/app/node_modules/x/index.d.ts",
    "/app/node_modules/x/.travis.yml",
    "/app/node_modules/x/dist/x.js.map",
  ];
  for (const path of paths) assert.equal(kindOf(path), "never", path);
});

test("code that is named like a document is code", () => {
  assert.equal(kindOf("/app/lib/license.py"), "interpreted python");
  assert.equal(kindOf("/app/node_modules/x/history.js"), "interpreted javascript");
  assert.equal(kindOf("/usr/bin/news"), "elf");
  assert.equal(kindOf("/var/cache/app/main.py"), "interpreted python");
  assert.equal(kindOf("/var/cache/app/app.jar"), "archive java");
  assert.equal(kindOf("/app/.pnp.cjs"), "interpreted javascript");
});

test("time zones, locales and certificates are data, /etc is configuration", () => {
  assert.equal(kindOf("/usr/share/zoneinfo/Etc/UTC"), "data");
  assert.equal(kindOf("/usr/lib/locale/C.UTF-8/LC_CTYPE"), "data");
  assert.equal(kindOf("/usr/share/ca-certificates/mozilla/x.crt"), "data");
  assert.equal(kindOf("/etc/ssl/openssl.cnf"), "config");
  assert.equal(kindOf("/etc/profile.d/x.sh"), "config");
  assert.equal(kindOf("/usr/lib/os-release"), "config");
});

test("interpreted code is told by its ending or what the SBOM knows of its content", () => {
  assert.equal(kindOf("/a/x.pyc"), "interpreted python");
  assert.equal(kindOf("/a/distutils-precedence.pth"), "interpreted python");
  assert.equal(kindOf("/a/x.cjs"), "interpreted javascript");
  assert.equal(kindOf("/a/X.class"), "interpreted java");
  assert.equal(kindOf("/a/x.rb"), "interpreted ruby");
  assert.equal(kindOf("/a/X.dll"), "interpreted dotnet");
  const script = { "/usr/bin/tool": { mimeType: "text/x-perl" } };
  assert.equal(kindOf("/usr/bin/tool", script), "interpreted perl");
  assert.equal(kindOf("/a/app.JAR"), "archive java");
  assert.equal(kindOf("/a/x-1.0-py3.9.egg"), "archive python");
});

test("machine code is told by content first, then by name and place", () => {
  assert.equal(kindOf("/srv/tool", { "/srv/tool": elf() }), "elf");
  assert.equal(kindOf("/a/libz.so.1.2.11"), "elf");
  assert.equal(kindOf("/a/binding.node"), "elf");
  assert.equal(kindOf("/usr/sbin/nginx"), "elf");
  const windows = {
    "/a/Json.dll": {
      executable: true,
      importedLibraries: ["mscoree.dll"],
      mimeType: "application/vnd.microsoft.portable-executable",
    },
  };
  assert.equal(kindOf("/a/Json.dll", windows), "interpreted dotnet");
});

test("a directory is no file", () => {
  assert.equal(kindOf("/usr/lib/x", { "/usr/lib/x": "directory" }), "directory");
});
