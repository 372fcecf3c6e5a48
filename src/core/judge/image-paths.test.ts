/** Tests how paths of an image are followed: links, loops, the usr-merge. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FileSketch, sampleSbom } from "../../testing/sample-image.ts";
import { createImagePaths } from "./image-paths.ts";

function pathsOf(files: Readonly<Record<string, FileSketch>>) {
  return createImagePaths(sampleSbom({ packages: [], files }).files);
}

test("links of directories, of files, and chains of both are followed", () => {
  const paths = pathsOf({
    "/lib": "-> usr/lib",
    "/usr/lib/libz.so.1": "-> libz.so.1.2.11",
    "/usr/bin/java": "-> /etc/alternatives/java",
    "/etc/alternatives/java": "-> ../../opt/jdk/bin/java",
  });
  assert.equal(paths.resolve("/lib/libz.so.1"), "/usr/lib/libz.so.1.2.11");
  assert.equal(paths.resolve("/usr/bin/java"), "/opt/jdk/bin/java");
  assert.equal(paths.resolve("/usr/bin/../lib/./libz.so.1"), "/usr/lib/libz.so.1.2.11");
  assert.deepEqual(paths.hops("/usr/bin/java"), [
    "/usr/bin/java",
    "/etc/alternatives/java",
    "/opt/jdk/bin/java",
  ]);
});

test("only links of directories are followed where a package lists the path itself", () => {
  const paths = pathsOf({ "/lib": "-> usr/lib", "/usr/lib/a.so": "-> a.so.1" });
  assert.equal(paths.resolveParent("/lib/a.so"), "/usr/lib/a.so");
});

test("a hard link is the file that it names", () => {
  const paths = pathsOf({ "/bin/sh": { linkTarget: "/bin/[" }, "/bin/[": {} });
  assert.equal(paths.resolve("/bin/sh"), "/bin/[");
});

test("links that loop, climb over the root or never end stop somewhere", () => {
  const paths = pathsOf({
    "/a": "-> /b",
    "/b": "-> /a",
    "/c": "-> c/x",
    "/up": "-> ../../../../etc",
  });
  assert.match(paths.resolve("/a"), /^\/[ab]$/);
  assert.deepEqual(paths.hops("/a"), ["/a", "/b"]);
  assert.equal(typeof paths.resolve("/c/y"), "string");
  assert.equal(paths.resolve("/up/passwd"), "/etc/passwd");
});

test("a path as the process itself names its root is a path of the image", () => {
  assert.equal(pathsOf({}).resolve("/proc/self/root/usr/bin/x"), "/usr/bin/x");
});

test("both sides of the usr-merge are told, for programs and libraries alone", () => {
  const { mergedSibling } = pathsOf({});
  assert.equal(mergedSibling("/lib/x.so"), "/usr/lib/x.so");
  assert.equal(mergedSibling("/usr/sbin/nginx"), "/sbin/nginx");
  assert.equal(mergedSibling("/usr/lib64/x.so"), "/lib64/x.so");
  assert.equal(mergedSibling("/usr/share/x"), undefined);
});

test("resolving is absolute, bounded and settles, whatever the links", () => {
  const name = fc.constantFrom("a", "b", "..", ".", "");
  const path = fc.array(name, { maxLength: 6 }).map((names) => `/${names.join("/")}`);
  fc.assert(
    fc.property(fc.dictionary(path, path, { maxKeys: 6 }), path, (links, asked) => {
      const files = Object.fromEntries(
        Object.entries(links).map(([from, to]) => [from, `-> ${to}`] as const),
      );
      const paths = pathsOf(files);
      const hops = paths.hops(asked);
      assert.ok(hops.length <= 42);
      assert.ok(paths.resolve(asked).startsWith("/"));
    }),
  );
});
