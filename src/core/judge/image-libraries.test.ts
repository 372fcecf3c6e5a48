/** Tests how libraries are found by the names that programs import. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, type FileSketch, sampleSbom } from "../../testing/sample-image.ts";
import { createImageLibraries } from "./image-libraries.ts";
import { createImagePaths } from "./image-paths.ts";

function librariesOf(files: Readonly<Record<string, FileSketch>>) {
  const sbom = sampleSbom({ packages: [], files });
  return createImageLibraries(sbom.files, createImagePaths(sbom.files), []);
}

test("a name leads through its link to the versioned file", () => {
  const libraries = librariesOf({
    "/usr/lib/x86_64-linux-gnu/libz.so.1": "-> libz.so.1.2.11",
    "/usr/lib/x86_64-linux-gnu/libz.so.1.2.11": elf(),
  });
  assert.equal(
    libraries.resolve("libz.so.1", "/usr/bin/x"),
    "/usr/lib/x86_64-linux-gnu/libz.so.1.2.11",
  );
});

test("without links the longer name in a library directory is meant", () => {
  const libraries = librariesOf({
    "/usr/lib64/libz.so.1.3.1.zlib-ng": elf(),
    "/lib/x86_64-linux-gnu/libm-2.31.so": elf(),
    "/lib/x86_64-linux-gnu/libmemusage-2.31.so": elf(),
    "/lib/x86_64-linux-gnu/ld-2.31.so": elf(),
    "/lib/ld-musl-x86_64.so.1": elf(),
  });
  const resolve = (name: string) => libraries.resolve(name, "/usr/bin/x");
  assert.equal(resolve("libz.so.1"), "/usr/lib64/libz.so.1.3.1.zlib-ng");
  assert.equal(resolve("libm.so.6"), "/lib/x86_64-linux-gnu/libm-2.31.so");
  assert.equal(resolve("ld-linux-x86-64.so.2"), "/lib/x86_64-linux-gnu/ld-2.31.so");
  assert.equal(resolve("libc.musl-x86_64.so.1"), "/lib/ld-musl-x86_64.so.1");
  assert.equal(resolve("libz.so.2"), undefined);
});

test("a SONAME stands for the versioned file beside it, and for no other library", () => {
  const libraries = librariesOf({
    "/usr/lib/libz.so.1.2.8": elf(),
    "/usr/lib/libzstd.so.1.5.0": elf(),
  });
  assert.equal(libraries.ofSoname("/usr/lib/libz.so.1"), "/usr/lib/libz.so.1.2.8");
  assert.equal(libraries.ofSoname("/opt/libz.so.1"), undefined);
  assert.equal(libraries.ofSoname("/usr/lib/libz"), undefined);
});

test("a library beside its importer comes first, and the architecture must fit", () => {
  const libraries = librariesOf({
    "/usr/lib/x86_64-linux-gnu/libjpeg.so.62": elf(),
    "/usr/lib/i386-linux-gnu/libjpeg.so.62": elf(),
    "/app/pillow.libs/libjpeg.so.62": elf(),
  });
  const of = (importer: string) => libraries.resolve("libjpeg.so.62", importer);
  assert.equal(of("/app/pillow.libs/libtiff.so"), "/app/pillow.libs/libjpeg.so.62");
  assert.equal(of("/usr/lib/i386-linux-gnu/libx.so"), "/usr/lib/i386-linux-gnu/libjpeg.so.62");
  assert.equal(of("/usr/bin/x"), undefined, "two architectures fit equally well");
});

test("a library elsewhere is found when it is the only one of its name", () => {
  const files = { "/opt/jdk/lib/server/libjvm.so": elf() };
  assert.equal(
    librariesOf(files).resolve("libjvm.so", "/opt/jdk/bin/java"),
    "/opt/jdk/lib/server/libjvm.so",
  );
  const two = librariesOf({ ...files, "/opt/jre/lib/server/libjvm.so": elf() });
  assert.equal(two.resolve("libjvm.so", "/usr/bin/x"), undefined);
});
