/** Tests which directories are kept of paths. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { noteDirectory, type TopDirectories } from "./top-directories.ts";

function directoriesOf(paths: readonly string[]): readonly string[] {
  const seen: TopDirectories = { directories: new Set(), latestDirectory: "" };
  for (const path of paths) noteDirectory(seen, path);
  return [...seen.directories].sort();
}

test("a path counts by its two top directories, or by those that it has", () => {
  assert.deepEqual(directoriesOf(["/usr/lib/x/y.so", "/usr/lib/z", "/app/main.py", "/init"]), [
    "/",
    "/app/",
    "/usr/lib/",
  ]);
});

test("what lies below a directory that is less deep is told apart", () => {
  assert.deepEqual(directoriesOf(["/app/main.py", "/app/lib/a.py"]), ["/app/", "/app/lib/"]);
});

test("there is a bound", () => {
  const many = Array.from({ length: 500 }, (_, at) => `/usr/d${at}/file`);
  assert.equal(directoriesOf(many).length, 64);
});
