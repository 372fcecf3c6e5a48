/** Holds the contract of `Files` over a real file system, and what only that one can meet. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checkFiles } from "../../ports/files.contract.ts";
import { withoutRoot } from "../../testing/without-root.ts";
import { createNodeFiles } from "./node-files.ts";

const files = createNodeFiles();
const isPosix = process.platform !== "win32";

function inFolder(check: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "waggle-files-"));
    try {
      await check(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

checkFiles("node", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-files-"));
  return {
    files,
    folder,
    put: async (name, bytes) => {
      mkdirSync(dirname(name), { recursive: true });
      writeFileSync(name, bytes);
    },
    get: async (name) => (existsSync(name) ? readFileSync(name) : undefined),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

test(
  "a directory is told from a file in words",
  inFolder(async (folder) => {
    await assert.rejects(files.open(folder), {
      code: "file-unreadable",
      message: /is a directory/,
    });
    await assert.rejects(files.list(folder), { code: "file-not-found", message: /without files/ });
    writeFileSync(join(folder, "a"), "");
    const below = files.open(join(folder, "a", "b"));
    await assert.rejects(below, { code: "file-not-found", message: /not a directory/ });
  }),
);

test(
  "a file without the right to read it is told in words",
  { skip: !isPosix },
  inFolder(async (folder) => {
    const name = join(folder, "secret");
    writeFileSync(name, "x");
    chmodSync(name, 0);
    await withoutRoot(folder, () =>
      assert.rejects(files.open(name), { code: "file-unreadable", message: /no right/ }),
    );
  }),
);

test("a device is refused and standard input named instead", { skip: !isPosix }, async () => {
  await assert.rejects(files.open("/dev/zero"), {
    code: "file-unreadable",
    message: /device.*`-`/,
  });
  await assert.rejects(files.list("/dev/zero"), { code: "file-unreadable" });
});

test(
  "a named pipe is read to its end",
  { skip: !isPosix },
  inFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    spawnSync("mkfifo", [pipe]);
    const writer = spawn("sh", ["-c", 'printf "one\\ntwo\\n" > "$0"', pipe]);
    const written = new Promise((resolve) => writer.on("close", resolve));
    const file = await files.open(pipe);
    assert.equal(file.sizeBytes, -1);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.chunks) chunks.push(chunk.slice());
    assert.equal(Buffer.concat(chunks).toString(), "one\ntwo\n");
    await written;
  }),
);
