/** Tests which files coverage is judged by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, placed, type SbomSketch, sampleSbom } from "../../testing/sample-image.ts";
import { type CodeFile, listCodeFiles } from "./code-files.ts";
import { createFileOwners } from "./file-owners.ts";
import { createOwnerIndex } from "./owner-index.ts";

function filesOf(sketch: SbomSketch): readonly CodeFile[] {
  const sbom = sampleSbom(sketch);
  const { paths, classOf } = createFileOwners(sbom);
  const index = createOwnerIndex(sbom, paths);
  const [id = ""] = sbom.packages.map((one) => one.id);
  return listCodeFiles({ sbom, paths, index, classOf }).get(id) ?? [];
}

test("code and data are listed with their kind, what proves nothing is not", () => {
  const files = [
    "/usr/bin/tool",
    "/usr/share/perl5/X.pm",
    "/usr/share/java/x.jar",
    "/usr/share/tool/table.bin",
    "/usr/share/doc/tool/copyright",
    "/etc/tool.conf",
    "/usr/lib/libtool.so",
  ];
  const links = { "/usr/lib/libtool.so": "-> libtool.so.1" };
  assert.deepEqual(filesOf({ packages: [{ files }], files: links }), [
    { path: "/usr/bin/tool", kind: "elf" },
    { path: "/usr/share/perl5/X.pm", kind: "interpreted" },
    { path: "/usr/share/java/x.jar", kind: "archive" },
    { path: "/usr/share/tool/table.bin", kind: "data" },
  ]);
});

test("paths are those that the kernel reports, links of the usr-merge listed or not", () => {
  const packages = [{ files: ["/lib/x/libc.so.6"] }];
  const expected = [{ path: "/usr/lib/x/libc.so.6", kind: "elf" }];
  assert.deepEqual(filesOf({ packages, files: { "/lib": "-> usr/lib" } }), expected);
  assert.deepEqual(filesOf({ packages, files: { "/usr/lib/x/libc.so.6": elf() } }), expected);
  assert.deepEqual(filesOf({ packages, files: { "/lib/x/libc.so.6": elf() } }), [
    { path: "/lib/x/libc.so.6", kind: "elf" },
  ]);
});

test("a package that owns a directory has the files in it, or stands for all of it", () => {
  const packages = [{ type: "npm", ...placed("/app/node_modules/x/package.json") }];
  const listed = {
    "/app/node_modules/x/package.json": {},
    "/app/node_modules/x/index.js": {},
    "/app/node_modules/x/node_modules/y/index.js": {},
  };
  assert.deepEqual(filesOf({ packages, files: listed }), [
    { path: "/app/node_modules/x/index.js", kind: "interpreted" },
  ]);
  assert.deepEqual(filesOf({ packages }), [{ path: "/app/node_modules/x/", kind: "interpreted" }]);
});

test("what is inside a binary or an archive is seen by its outer file", () => {
  const module = [{ type: "go-module", ...placed("/app/server") }];
  assert.deepEqual(filesOf({ packages: module }), [{ path: "/app/server", kind: "elf" }]);
  const nested = [{ type: "java-archive", ...placed("/app/a.jar", "/app/a.jar:b.jar") }];
  assert.deepEqual(filesOf({ packages: nested }), [{ path: "/app/a.jar", kind: "archive" }]);
});
