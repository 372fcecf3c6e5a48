/** Tests the closure over the imports of programs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, sampleSbom, sampleUse } from "../../testing/sample-image.ts";
import { createFileOwners } from "./file-owners.ts";
import { closeOverLibraries } from "./linked-libraries.ts";

const use = (path: string) => sampleUse({ path, how: "executed" });

test("imports that go in circles end, and name the first program that needs them", () => {
  const files = {
    "/usr/bin/a": elf("libx.so.1"),
    "/usr/bin/b": elf("libx.so.1", "liby.so.1"),
    "/usr/lib/libx.so.1": elf("liby.so.1"),
    "/usr/lib/liby.so.1": elf("libx.so.1", "libmissing.so.9"),
  };
  const owners = createFileOwners(sampleSbom({ packages: [], files }));
  const found = closeOverLibraries([use("/usr/bin/a"), use("/usr/bin/b")], owners);
  assert.deepEqual(
    found.map(({ path, from }) => [path, from.path]),
    [
      ["/usr/lib/libx.so.1", "/usr/bin/a"],
      ["/usr/lib/liby.so.1", "/usr/bin/b"],
    ],
  );
});

test("a program is found under the other side of the usr-merge", () => {
  const files = { "/usr/bin/a": elf("libx.so.1"), "/usr/lib/libx.so.1": elf() };
  const owners = createFileOwners(sampleSbom({ packages: [], files }));
  assert.equal(closeOverLibraries([use("/bin/a")], owners).length, 1);
});

test("a script imports nothing", () => {
  const owners = createFileOwners(sampleSbom({ packages: [], files: { "/entrypoint.sh": {} } }));
  assert.deepEqual(closeOverLibraries([use("/entrypoint.sh"), use("/unknown")], owners), []);
});
