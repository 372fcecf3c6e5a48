/** Tests who runs code in a container, and whose opening of archives says nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, sampleSbom, sampleUse } from "../../testing/sample-image.ts";
import { readingsOf } from "./container-readings.ts";
import { createFileOwners } from "./file-owners.ts";

const jar = (path: string) => ({ name: path, type: "java-archive", ...placed(path) });
const owners = createFileOwners(
  sampleSbom({
    packages: [
      jar("/lib1/a.jar"),
      jar("/lib1/b.jar"),
      jar("/lib2/c.jar"),
      { name: "gunicorn", type: "python", files: ["/app/bin/gunicorn"] },
    ],
    files: { "/app/bin/gunicorn": { mimeType: "" }, "/opt/tool": { mimeType: "text/x-perl" } },
  }),
);
const open = (binary: string, ...paths: readonly string[]) =>
  readingsOf(
    paths.map((path) => sampleUse({ path, binaries: [binary] })),
    owners,
  );

test("a whole directory of archives opened by Java is a wide opening", () => {
  const readings = open("/usr/bin/java", "/lib1/a.jar", "/lib1/b.jar", "/lib2/c.jar");
  assert.equal(readings.isWideOpening("/lib1/a.jar"), true);
  assert.equal(readings.isWideOpening("/lib2/c.jar"), false, "the only one of its directory");
  assert.equal(open("/usr/bin/java", "/lib1/a.jar").isWideOpening("/lib1/a.jar"), false);
  assert.equal(open("/bin/tar", "/lib1/a.jar", "/lib1/b.jar").isWideOpening("/lib1/a.jar"), false);
});

test("scripts run in the language of their package or content", () => {
  const { runtimes } = open("/app/bin/gunicorn");
  assert.equal(runtimes.runs("/app/bin/gunicorn", "python"), true);
  assert.equal(runtimes.runs("/opt/tool", "perl"), true);
  assert.equal(runtimes.runs("/opt/unknown", "perl"), false);
});
