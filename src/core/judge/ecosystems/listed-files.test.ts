/** Tests how distribution packages own files: merged directories, links, SONAMEs, busybox, Nix. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, judgeSample, placed } from "../../../testing/sample-image.ts";
import { samplePackage } from "../../../testing/sample-judgement.ts";
import { placesOf } from "./ecosystem.ts";
import { listedFiles } from "./listed-files.ts";

const state = (usages: ReturnType<typeof judgeSample>, name: string) => usages.get(name)?.state;

test("a list that says /lib owns what the kernel calls /usr/lib, links listed or not", () => {
  const library = "/usr/lib/x86_64-linux-gnu/libc-2.31.so";
  const packages = [{ name: "libc6", files: ["/lib/x86_64-linux-gnu/libc-2.31.so"] }];
  const uses = [{ path: library, how: "mapped" as const }];
  const merged = judgeSample({ packages, uses, files: { "/lib": "-> usr/lib", [library]: elf() } });
  assert.equal(merged.get("libc6")?.level, "mapped");
  const unlisted = judgeSample({ packages, uses, files: { [library]: elf() } });
  assert.equal(unlisted.get("libc6")?.level, "mapped");
  const reverse = judgeSample({
    packages: [{ name: "zlib", files: ["/usr/lib/libz.so.1"] }],
    uses: [{ path: "/lib/libz.so.1", how: "mapped" }],
  });
  assert.equal(reverse.get("zlib")?.level, "mapped");
});

test("where both sides of the merge are files, each has its own owner", () => {
  const usages = judgeSample({
    packages: [
      { name: "busybox", type: "apk", files: ["/bin/tool"] },
      { name: "other", type: "apk", files: ["/usr/bin/tool"] },
    ],
    files: { "/bin/tool": elf(), "/usr/bin/tool": elf() },
    uses: [{ path: "/bin/tool", how: "executed" }],
  });
  assert.equal(state(usages, "busybox"), "in-use");
  assert.equal(state(usages, "other"), "not-observed");
});

test("a SONAME that nobody lists is the versioned file beside it", () => {
  const usages = judgeSample({
    packages: [
      { name: "zlib1g", files: ["/lib/x86_64-linux-gnu/libz.so.1.2.11"] },
      { name: "libzstd1", files: ["/usr/lib/x86_64-linux-gnu/libzstd.so.1.4.8"] },
    ],
    uses: [{ path: "/usr/lib/x86_64-linux-gnu/libz.so.1", how: "mapped" }],
  });
  assert.equal(state(usages, "zlib1g"), "in-use");
  assert.equal(state(usages, "libzstd1"), "not-observed");
});

test("a package that ships only a link is in use when called, and not with its target", () => {
  const image = {
    packages: [
      { name: "python-unversioned-command", type: "rpm", files: ["/usr/bin/python"] },
      { name: "python3", type: "rpm", files: ["/usr/bin/python3.9"] },
    ],
    files: { "/usr/bin/python": "-> python3.9", "/usr/bin/python3.9": elf() },
  };
  const direct = judgeSample({ ...image, uses: [{ path: "/usr/bin/python3.9", how: "mapped" }] });
  assert.equal(state(direct, "python-unversioned-command"), "unknown");
  const called = judgeSample({ ...image, uses: [{ path: "/usr/bin/python", how: "executed" }] });
  assert.equal(called.get("python-unversioned-command")?.level, "executed");
  assert.equal(called.get("python3")?.level, "executed");
});

test("contained files that are only where a declared link leads are not the package's", () => {
  const one = samplePackage({
    type: "rpm",
    files: ["/usr/bin/python"],
    containedFiles: ["/usr/bin/python3.9", "/usr/bin/python"],
  });
  assert.deepEqual(listedFiles(one), [{ kind: "file", path: "/usr/bin/python" }]);
  const bare = samplePackage({ containedFiles: ["/usr/bin/x"] });
  assert.deepEqual(listedFiles(bare), [{ kind: "file", path: "/usr/bin/x" }]);
});

test("busybox applets and hard links are busybox", () => {
  const applets = judgeSample({
    packages: [{ name: "busybox", type: "apk", files: ["/bin/busybox"] }],
    files: { "/bin/sh": "-> /bin/busybox", "/bin/busybox": elf() },
    uses: [{ path: "/bin/sh", how: "executed" }],
  });
  assert.equal(state(applets, "busybox"), "in-use");
  const unlisted = judgeSample({
    packages: [{ name: "busybox", type: "apk", files: ["/bin/busybox"] }],
    distro: { id: "alpine", version: "3.19", idLike: [] },
    uses: [{ path: "/usr/bin/wget", how: "executed" }],
  });
  assert.equal(state(unlisted, "busybox"), "in-use");
  const hard = judgeSample({
    packages: [{ name: "busybox", type: "binary", ...placed("/bin/[", "/bin/busybox") }],
    files: { "/bin/[": elf(), "/bin/sh": { ...elf(), linkTarget: "/bin/[" } },
    uses: [{ path: "/bin/sh", how: "executed" }],
  });
  assert.equal(state(hard, "busybox"), "in-use");
});

test("a Nix package owns its directory in the store", () => {
  const usages = judgeSample({
    packages: [
      { name: "zlib", type: "nix", ...placed("/nix/store/abc-zlib-1.3") },
      { name: "curl", type: "nix", ...placed("/nix/store/def-curl-8") },
    ],
    uses: [{ path: "/nix/store/abc-zlib-1.3/lib/libz.so.1.3", how: "mapped" }],
  });
  assert.equal(state(usages, "zlib"), "in-use");
  assert.equal(state(usages, "curl"), "not-observed");
});

test("places are the primary ones that no later layer deleted", () => {
  const base = { accessPath: "", visible: true, primary: true, layer: "" };
  const locations = [
    { ...base, path: "/a" },
    { ...base, path: "/b", primary: false },
    { ...base, path: "/c", visible: false },
  ];
  assert.deepEqual(placesOf(samplePackage({ locations })), ["/a"]);
});

test("a distribution's package for a language is not used by who lists what is installed", () => {
  const egg = "/usr/lib/python3/dist-packages/yaml-6.egg-info/PKG-INFO";
  const gemspec = "/usr/share/rubygems-integration/all/specifications/rack-2.gemspec";
  const manifest = "/usr/share/nodejs/acorn/package.json";
  const usages = judgeSample({
    packages: [
      { name: "python3-yaml", files: [egg, "/usr/lib/python3/dist-packages/yaml/reader.py"] },
      { name: "ruby-rack", files: [gemspec, "/usr/lib/ruby/vendor_ruby/rack.rb"] },
      { name: "node-acorn", files: [manifest, "/usr/share/nodejs/acorn/dist/acorn.js"] },
    ],
    uses: [egg, gemspec, manifest].map((path) => ({ path, binaries: ["/usr/bin/python3"] })),
  });
  assert.equal(state(usages, "python3-yaml"), "not-observed");
  assert.equal(state(usages, "ruby-rack"), "not-observed");
  assert.equal(state(usages, "node-acorn"), "not-observed");
});
