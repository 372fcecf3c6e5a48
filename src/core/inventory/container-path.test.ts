/** Tests that paths become absolute and clean, and never leave the root. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { absolutePath, baseName, directoryOf, joinPath, pathBelow } from "./container-path.ts";

test("paths of documents become absolute and clean", () => {
  assert.equal(absolutePath("usr/lib/a.so"), "/usr/lib/a.so");
  assert.equal(absolutePath("./usr//lib/./a/../b/"), "/usr/lib/b");
  assert.equal(absolutePath("/usr/lib"), "/usr/lib");
  assert.equal(absolutePath("/"), "/");
  assert.equal(absolutePath(""), "");
  assert.equal(absolutePath("../../etc/passwd"), "/etc/passwd");
  assert.equal(absolutePath("/a/..b/.c"), "/a/..b/.c");
});

test("a RECORD path is joined with its root", () => {
  const root = "/app/venv/lib/python3.9/site-packages";
  assert.equal(joinPath(root, "../../../bin/flask"), "/app/venv/bin/flask");
  assert.equal(joinPath(root, "six.py"), `${root}/six.py`);
  assert.equal(joinPath(root, "/usr/bin/x"), "/usr/bin/x");
  assert.equal(joinPath("/", "a"), "/a");
});

test("the result is always clean: a second pass changes nothing", () => {
  const part = fc.constantFrom("", ".", "..", "a", "b.so", "..a");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const path = absolutePath(parts.join("/"));
      assert.equal(absolutePath(path), path);
      assert.ok(path === "" || (path.startsWith("/") && !path.split("/").includes("..")));
    }),
  );
});

test("names, parents and paths below a root", () => {
  assert.equal(baseName("/a/b"), "b");
  assert.equal(directoryOf("/a"), "/");
  assert.equal(directoryOf("/a/b"), "/a");
  assert.equal(pathBelow("/scan/x/y", "/scan/x"), "/y");
  assert.equal(pathBelow("/scan/xy", "/scan/x"), undefined);
});
