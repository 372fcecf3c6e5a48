/** Holds that stored bytes come whole however they are given, and how little memory that takes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { readHandle } from "./read-stored.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-stored-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const text = Buffer.from(Array.from({ length: 200_000 }, (_, n) => `line ${n}\n`).join(""));
const plain = join(folder, "plain");
const zipped = join(folder, "zipped");
writeFileSync(plain, text);
writeFileSync(zipped, gzipSync(text));

const module = fileURLToPath(new URL("./node-files.ts", import.meta.url));
const script = `
  const { createNodeFiles } = await import(process.argv[1]);
  const { createHash } = await import("node:crypto");
  const file = await createNodeFiles().open("-");
  const hash = createHash("sha256");
  for await (const chunk of file.chunks) hash.update(chunk);
  process.stdout.write([file.compression, hash.digest("hex"), file.consumedBytes()].join(" "));`;
const readInput = [process.execPath, "--input-type=module", "-e", script, module];

/** What arrived and in which order, by its hash. */
function told(compression: string, name: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return [compression, hash, readFileSync(name).length].join(" ");
}

for (const [compression, name] of [
  ["plain", plain],
  ["gzip", zipped],
] as const) {
  test(`standard input may be a ${compression} file, a pipe or a socket`, () => {
    const [program = "", ...args] = readInput;
    const fd = openSync(name, "r");
    const fromFile = spawnSync(program, args, { stdio: [fd, "pipe", "inherit"] });
    closeSync(fd);
    assert.equal(fromFile.stdout.toString(), told(compression, name));
    const fromSocket = spawnSync(program, args, { input: readFileSync(name) });
    assert.equal(fromSocket.stdout.toString(), told(compression, name));
    const fromPipe = spawnSync("sh", ["-c", 'cat "$0" | "$@"', name, ...readInput]);
    assert.equal(fromPipe.stdout.toString(), told(compression, name));
  });
}

test("a file is read in one buffer, and closed wherever reading stops", async () => {
  const memory = new Set<ArrayBufferLike>();
  const position = { bytes: 0 };
  const handle = await open(plain);
  const parts: Buffer[] = [];
  for await (const chunk of readHandle(handle, position, true)) {
    memory.add(chunk.buffer);
    parts.push(Buffer.from(chunk));
  }
  assert.ok(Buffer.concat(parts).equals(text));
  assert.equal(position.bytes, text.length);
  assert.equal(memory.size, 1);
  assert.equal(handle.fd, -1);

  const stopped = await open(plain);
  for await (const _ of readHandle(stopped, position, true)) break;
  assert.equal(stopped.fd, -1);
});

test("a file that fails to be read tells why in words", async () => {
  const handle = await open(folder);
  const reading = readHandle(handle, { bytes: 0 }, true).next();
  await assert.rejects(reading, /it is a directory/);
  assert.equal(handle.fd, -1);
});
