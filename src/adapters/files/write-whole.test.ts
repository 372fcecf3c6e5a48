/** Holds that writing is all or nothing, and what it must leave alone. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withoutRoot } from "../../testing/without-root.ts";
import { tellFileError } from "./tell-file-error.ts";
import { writeWhole } from "./write-whole.ts";

const isPosix = process.platform !== "win32";

function inFolder(check: (folder: string) => void): () => void {
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "waggle-files-"));
    try {
      check(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

test(
  "writing fails in words and leaves neither a temporary file nor a changed one",
  inFolder((folder) => {
    const missing = join(folder, "no", "such", "file");
    assert.throws(() => writeWhole(missing, "x"), {
      code: "file-not-written",
      message: /directory does not exist/,
    });
    const target = join(folder, "target");
    mkdirSync(target);
    assert.throws(() => writeWhole(target, "x"), { code: "file-not-written" });
    assert.deepEqual(readdirSync(folder), ["target"]);
  }),
);

test(
  "a write that fails in the midst leaves the old file and nothing beside it",
  inFolder((folder) => {
    const name = join(folder, "report.md");
    writeWhole(name, "old");
    // Node refuses to write this only after the temporary file was made.
    const unwritable = 7 as unknown as string;
    assert.throws(() => writeWhole(name, unwritable), { code: "file-not-written" });
    assert.equal(readFileSync(name, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["report.md"]);
  }),
);

test("a full device is told", { skip: !existsSync("/dev/full") }, () => {
  const full = { code: "file-not-written", message: /no space/ };
  assert.throws(() => writeWhole("/dev/full", "x"), full);
});

test(
  "a link stays a link, rights stay as they were, and a device stays a device",
  { skip: !isPosix },
  inFolder((folder) => {
    const real = join(folder, "real");
    writeFileSync(real, "old");
    chmodSync(real, 0o640);
    symlinkSync(real, join(folder, "link"));
    writeWhole(join(folder, "link"), "new");
    assert.equal(readFileSync(real, "utf8"), "new");
    assert.equal(statSync(real).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder).sort(), ["link", "real"]);
    writeWhole("/dev/null", "gone");
    assert.ok(statSync("/dev/null").isCharacterDevice());
  }),
);

test(
  "a link that lies where the temporary file would be is not followed",
  { skip: !isPosix },
  inFolder((folder) => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "precious");
    const name = join(folder, "report.md");
    const guess = `.report.md.${process.pid}.0.tmp`;
    symlinkSync(victim, join(folder, guess));
    writeWhole(name, ["in ", "pieces"]);
    assert.equal(readFileSync(victim, "utf8"), "precious");
    assert.equal(readFileSync(name, "utf8"), "in pieces");
    assert.deepEqual(readdirSync(folder).sort(), [guess, "report.md", "victim"]);
  }),
);

test("a file that may not be written is left alone", { skip: !isPosix }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-write-"));
  const name = join(folder, "kept");
  writeFileSync(name, "x");
  chmodSync(name, 0o400);
  await withoutRoot(folder, () =>
    assert.throws(() => writeWhole(name, "y"), { code: "file-not-written" }),
  );
  assert.equal(readFileSync(name, "utf8"), "x");
  rmSync(folder, { recursive: true, force: true });
});

test(
  "a long name is no obstacle",
  { skip: !isPosix },
  inFolder((folder) => {
    const long = join(folder, "a".repeat(255));
    writeWhole(long, "x");
    assert.equal(readFileSync(long, "utf8"), "x");
  }),
);

test("what a file system answers is told in words, and the unknown as it is", () => {
  assert.equal(
    tellFileError(Object.assign(new Error("x"), { code: "ENOSPC" })),
    "no space is left on the device",
  );
  assert.equal(tellFileError(new Error("something else")), "something else");
  assert.equal(tellFileError("thrown text"), "thrown text");
});
