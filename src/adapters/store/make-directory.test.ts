/** Tests of `make-directory.ts`, on a real disk and in /proc, which takes no directories. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeDirectory } from "./make-directory.ts";

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "waggle-make-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("all that lacks above a directory is made, for its owner alone, and once is enough", () => {
  inFolder((folder) => {
    const deep = join(folder, "a", "b", "c");
    makeDirectory(deep);
    makeDirectory(`${deep}/`);
    assert.equal(statSync(deep).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, "a")).mode & 0o777, 0o700);
    const link = join(folder, "link");
    symlinkSync(deep, link);
    makeDirectory(join(link, "d"));
    makeDirectory(link);
    assert.ok(existsSync(join(deep, "d")));
  });
});

test("what stands in the way is told", () => {
  inFolder((folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    assert.throws(() => makeDirectory(file), { code: "EEXIST" });
    assert.throws(() => makeDirectory(join(file, "a", "b")), { code: "ENOTDIR" });
    const dangling = join(folder, "dangling");
    symlinkSync(join(folder, "nowhere", "at", "all"), dangling);
    assert.throws(() => makeDirectory(dangling), { code: "EEXIST" });
    mkdirSync(join(folder, "there"));
    makeDirectory(join(folder, "there"));
  });
});

test("a place that takes no directories is an error at once", (t) => {
  if (process.platform !== "linux") return t.skip("there is no /proc");
  // In a process of its own, for what spins cannot be stopped from within.
  const lock = import.meta.resolve("./hold-lock.ts");
  const script = `
    import { holdLock } from ${JSON.stringify(lock)};
    try { holdLock(process.argv[1]); } catch ({ code, message }) { console.log(code, message); }
  `;
  for (const place of ["/proc/x", "/proc/x/y/z"]) {
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script, place], {
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    assert.equal(child.signal, null, "it ended by itself");
    assert.equal(child.stdout, `file-not-written "${place}" could not be written (ENOENT).\n`);
  }
});
