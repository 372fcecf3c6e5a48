/** Tests of `work-folder.ts`: what a tool writes before it is done is nobody else's path. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { putFile, withWorkFolder } from "./work-folder.ts";

const base = mkdtempSync(join(tmpdir(), "waggle-work-"));
after(() => rmSync(base, { recursive: true, force: true }));

test("the folder is new each time, beside the results, and gone after the work", async () => {
  const beside = join(base, "a", "b");
  const folders: string[] = [];
  for (const name of ["one", "two"]) {
    await withWorkFolder(beside, async (folder) => {
      folders.push(folder);
      writeFileSync(join(folder, "document"), name);
      putFile(join(folder, "document"), join(beside, name));
    });
  }
  assert.notEqual(folders[0], folders[1]);
  assert.deepEqual(readdirSync(beside), ["one", "two"]);
  const failing = withWorkFolder(beside, () => Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  assert.deepEqual(readdirSync(beside), ["one", "two"]);
});

test("a folder that cannot be made is told, and soon", { timeout: 10_000 }, async () => {
  writeFileSync(join(base, "file"), "x");
  const works = (beside: string) => withWorkFolder(beside, async () => "done");
  await assert.rejects(works(join(base, "file")), { code: "file-not-written" });
  if (existsSync("/proc/1")) {
    await assert.rejects(works("/proc/no/such"), { code: "file-not-written" });
  }
});

test("a result whose place is taken by a folder is told", async () => {
  const beside = join(base, "taken");
  mkdirSync(join(beside, "place", "full"), { recursive: true });
  const work = withWorkFolder(beside, async (folder) => {
    writeFileSync(join(folder, "document"), "x");
    putFile(join(folder, "document"), join(beside, "place"));
  });
  await assert.rejects(work, { code: "file-not-written" });
  assert.deepEqual(readdirSync(beside), ["place"]);
});
