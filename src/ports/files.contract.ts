/**
 * Holds what every implementation of the port `Files` must do.
 * In: a way to make one over an empty folder, and to put bytes there. Out: one test a promise.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import type { Files } from "./files.ts";
import type { ErrorCode } from "./waggle-error.ts";
import { WaggleError } from "./waggle-error.ts";

export interface FilesUnderTest {
  readonly files: Files;
  /** An existing, empty directory; ends without a slash. */
  readonly folder: string;
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** What is stored, or undefined. */
  get(name: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

const numbersXz = readFileSync(new URL("../../fixtures/files/numbers.txt.xz", import.meta.url));
const numbers = Buffer.from(
  Array.from({ length: 20_000 }, (_, n) => `line ${n} ${Math.imul(n, 2654435761) >>> 0}\n`).join(
    "",
  ),
);

interface Read {
  readonly bytes: Buffer;
  readonly compression: string;
  readonly truncated: string | undefined;
}

async function readAll(files: Files, name: string): Promise<Read> {
  const file = await files.open(name);
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.chunks) {
    // Not a `Buffer`, whose `slice` shares memory: readers keep slices.
    assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
    chunks.push(chunk.slice());
  }
  const { compression } = file;
  return { bytes: Buffer.concat(chunks), compression, truncated: file.truncated() };
}

async function rejectsWith(code: ErrorCode, work: Promise<unknown>): Promise<WaggleError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WaggleError, `expected a WaggleError, got ${String(error)}`);
  assert.equal(error.code, code);
  return error;
}

export function checkFiles(adapter: string, make: () => Promise<FilesUnderTest>): void {
  const promise = (what: string, check: (one: FilesUnderTest) => Promise<void>): void => {
    test(`${adapter}: ${what}`, async () => {
      const one = await make();
      try {
        await check(one);
      } finally {
        await one.close();
      }
    });
  };
  checkReading(promise);
  checkDamage(promise);
  checkListing(promise);
  checkWriting(promise);
}

type Promised = (what: string, check: (one: FilesUnderTest) => Promise<void>) => void;

function checkReading(promise: Promised): void {
  const stored: readonly (readonly [string, Uint8Array])[] = [
    ["plain", numbers],
    ["gzip", gzipSync(numbers)],
    ["zstd", zstdCompressSync(numbers)],
    ["xz", numbersXz],
  ];
  for (const [compression, bytes] of stored) {
    promise(`${compression} is told by content, whatever the name says`, async (one) => {
      const name = `${one.folder}/events.txt`;
      await one.put(name, bytes);
      const read = await readAll(one.files, name);
      assert.equal(read.compression, compression);
      assert.ok(read.bytes.equals(numbers));
      assert.equal(read.truncated, undefined);
      const file = await one.files.open(name);
      assert.equal(file.sizeBytes, bytes.length);
      for await (const _ of file.chunks);
      assert.equal(file.consumedBytes(), bytes.length);
    });

    if (compression === "plain") continue;
    promise(`two ${compression} streams in one file are read as one`, async (one) => {
      const name = `${one.folder}/twice`;
      await one.put(name, Buffer.concat([bytes, bytes]));
      const read = await readAll(one.files, name);
      assert.equal(read.bytes.length, 2 * numbers.length);
      assert.equal(read.truncated, undefined);
    });
  }

  promise("empty and tiny files are plain and whole", async (one) => {
    for (const text of ["", "a", "abcde"]) {
      const name = `${one.folder}/small${text.length}`;
      await one.put(name, Buffer.from(text));
      const read = await readAll(one.files, name);
      assert.deepEqual(
        [read.bytes.toString(), read.compression, read.truncated],
        [text, "plain", undefined],
      );
    }
  });

  promise("a byte order mark is dropped, also inside of a compressed file", async (one) => {
    const marked = Buffer.from("\ufeff{}\n");
    await one.put(`${one.folder}/plain`, marked);
    await one.put(`${one.folder}/zipped`, gzipSync(marked));
    assert.equal((await readAll(one.files, `${one.folder}/plain`)).bytes.toString(), "{}\n");
    assert.equal((await readAll(one.files, `${one.folder}/zipped`)).bytes.toString(), "{}\n");
  });

  promise("UTF-16 with its mark, as PowerShell writes, becomes UTF-8", async (one) => {
    const name = `${one.folder}/wide`;
    await one.put(name, Buffer.from('\ufeff{"a":"ä😀"}\r\n', "utf16le"));
    assert.equal((await readAll(one.files, name)).bytes.toString(), '{"a":"ä😀"}\r\n');
  });

  promise("reading may stop in the midst, and then start anew", async (one) => {
    for (const [compression, bytes] of stored) {
      const name = `${one.folder}/${compression}`;
      await one.put(name, bytes);
      for (let round = 0; round < 2; round++) {
        const file = await one.files.open(name);
        for await (const chunk of file.chunks) {
          assert.ok(chunk.length > 0);
          break;
        }
      }
      assert.ok((await readAll(one.files, name)).bytes.equals(numbers));
    }
  });
}

function checkDamage(promise: Promised): void {
  const gzip = gzipSync(numbers);
  const zstd = Buffer.concat([
    zstdCompressSync(numbers.subarray(0, 200_000)),
    zstdCompressSync(numbers.subarray(200_000)),
  ]);
  const cases: readonly (readonly [string, Buffer, number])[] = [
    ["gzip", gzip, 0.45],
    ["zstd", zstd, 0.3],
    ["xz", numbersXz, 0.3],
  ];
  for (const [compression, bytes, least] of cases) {
    promise(`a cut ${compression} file gives what lies before the cut and says so`, async (one) => {
      const name = `${one.folder}/cut`;
      await one.put(name, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
      const read = await readAll(one.files, name);
      assert.match(read.truncated ?? "", new RegExp(`${compression} stream was cut`));
      assert.ok(read.bytes.length > numbers.length * least, `only ${read.bytes.length} bytes`);
      assert.ok(read.bytes.equals(numbers.subarray(0, read.bytes.length)));
    });

    promise(`bytes after a ${compression} stream that are none of it are told`, async (one) => {
      const name = `${one.folder}/followed`;
      await one.put(name, Buffer.concat([bytes, Buffer.from("this is no stream")]));
      const read = await readAll(one.files, name);
      // Decoders keep back what they made last when something is wrong.
      const least = numbers.length - 65_536;
      assert.ok(read.bytes.length >= least);
      assert.ok(read.bytes.equals(numbers.subarray(0, read.bytes.length)));
      assert.match(read.truncated ?? "", new RegExp(compression));
    });
  }

  promise("a damaged gzip file gives what lies before the damage and says so", async (one) => {
    const damaged = Buffer.from(gzip);
    const at = Math.floor(damaged.length * 0.6);
    damaged.fill(0xff, at, at + 64);
    await one.put(`${one.folder}/damaged`, damaged);
    const read = await readAll(one.files, `${one.folder}/damaged`);
    assert.match(read.truncated ?? "", /gzip stream is damaged/);
    const sound = Math.floor(numbers.length * 0.4);
    assert.ok(read.bytes.subarray(0, sound).equals(numbers.subarray(0, sound)));
  });

  promise("zstd frames may be cut anywhere, also ones for other purposes", async (one) => {
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const options = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
    const frame = zstdCompressSync(Buffer.from("some text\n"), options);
    const name = `${one.folder}/frames`;
    await one.put(name, Buffer.concat([frame, skippable, frame, frame]));
    const read = await readAll(one.files, name);
    assert.equal(read.bytes.toString(), "some text\n".repeat(3));
    assert.equal(read.truncated, undefined);
  });

  promise("what only begins like a stream ends at once and says so", async (one) => {
    const name = `${one.folder}/fake`;
    for (const start of [
      [0x1f, 0x8b],
      [0x28, 0xb5, 0x2f, 0xfd],
      [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
    ]) {
      await one.put(name, Buffer.concat([Buffer.from(start), Buffer.alloc(100, 0x41)]));
      const read = await readAll(one.files, name);
      assert.equal(read.bytes.length, 0);
      assert.ok(read.truncated);
    }
  });

  promise("a file that expands a thousandfold comes in pieces", async (one) => {
    const name = `${one.folder}/bomb`;
    await one.put(name, zstdCompressSync(Buffer.alloc(64 * 1024 * 1024)));
    let size = 0;
    for await (const chunk of (await one.files.open(name)).chunks) {
      assert.ok(chunk.length <= 1024 * 1024);
      size += chunk.length;
    }
    assert.equal(size, 64 * 1024 * 1024);
  });
}

function checkListing(promise: Promised): void {
  promise("a file is listed as itself", async (one) => {
    const name = `${one.folder}/one`;
    await one.put(name, Buffer.from("abc"));
    assert.deepEqual(await one.files.list(name), [{ name, sizeBytes: 3 }]);
  });

  promise("a directory gives its files as they were rotated, the live one last", async (one) => {
    const order = [
      "tetragon-2026-03-15T00-06-32.475.log.gz",
      "tetragon-2026-03-15T01-00-00.000.log.gz",
      "tetragon-2026-03-15T02-00-00.000.log",
      "tetragon.log",
    ];
    for (const name of [...order].reverse())
      await one.put(`${one.folder}/${name}`, Buffer.from("x"));
    await one.put(`${one.folder}/.hidden`, Buffer.from("x"));
    await one.put(`${one.folder}/below/other.log`, Buffer.from("x"));
    const listed = await one.files.list(one.folder);
    assert.deepEqual(
      listed.map(({ name }) => name),
      order.map((name) => `${one.folder}/${name}`),
    );
  });

  promise("a tree gives all files below, by their paths, without hidden ones", async (one) => {
    for (const name of ["b/c/x.yml", "b/a.yml", "z.yml", ".git/y.yml", "b/.hidden"]) {
      await one.put(`${one.folder}/${name}`, Buffer.from("x"));
    }
    const tree = await one.files.listTree(one.folder);
    const below = tree.map(({ name, sizeBytes }) => [name.slice(one.folder.length + 1), sizeBytes]);
    assert.deepEqual(below, [
      ["b/a.yml", 1],
      ["b/c/x.yml", 1],
      ["z.yml", 1],
    ]);
    const alone = await one.files.listTree(`${one.folder}/z.yml`);
    assert.deepEqual(alone, [{ name: `${one.folder}/z.yml`, sizeBytes: 1 }]);
    await rejectsWith("file-not-found", one.files.listTree(`${one.folder}/nothing`));
  });

  promise("what is not there is `file-not-found`, by its name", async (one) => {
    const name = `${one.folder}/missing\u001b[31m`;
    const error = await rejectsWith("file-not-found", one.files.list(name));
    assert.match(error.message, /missing\\u001b/);
    await rejectsWith("file-not-found", one.files.open(name));
  });
}

function checkWriting(promise: Promised): void {
  promise("a text is written whole, over an old one too", async (one) => {
    const name = `${one.folder}/report.md`;
    await one.files.writeWhole(name, "first, and longer");
    await one.files.writeWhole(name, "ünï");
    assert.equal(Buffer.from((await one.get(name)) ?? []).toString(), "ünï");
    assert.deepEqual(
      (await one.files.list(one.folder)).map((entry) => entry.name),
      [name],
    );
  });

  promise("a directory is not overwritten", async (one) => {
    await one.put(`${one.folder}/below/file`, Buffer.from("x"));
    await rejectsWith("file-not-written", one.files.writeWhole(`${one.folder}/below`, "text"));
  });

  promise("a file is removed, once and for all; a directory is not", async (one) => {
    await one.put(`${one.folder}/below/file`, Buffer.from("x"));
    await one.put(`${one.folder}/letter`, Buffer.from("x"));
    await one.files.remove(`${one.folder}/letter`);
    await one.files.remove(`${one.folder}/letter`);
    assert.equal(await one.get(`${one.folder}/letter`), undefined);
    await rejectsWith("file-not-written", one.files.remove(`${one.folder}/below`));
    assert.equal(Buffer.from((await one.get(`${one.folder}/below/file`)) ?? []).toString(), "x");
  });
}
