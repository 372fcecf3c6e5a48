/**
 * Holds the contract of the archive on disk, and what only files meet: killed processes, files that
 * end early or are missing, full disks.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkArchive } from "../../ports/archive.contract.ts";
import type { ArchiveLimits, ArchiveReader, ArchiveRecord } from "../../ports/archive.ts";
import { createNodeFiles } from "../files/node-files.ts";
import { openArchiveReader } from "./archive-reader.ts";
import { openArchiveWriter } from "./archive-writer.ts";

checkArchive("files", async () => {
  const folder = newFolder();
  const state = join(folder, "state");
  return {
    openWriter: (limits) => openArchiveWriter(state, limits),
    openReader: async () => openArchiveReader(state),
    harm: async (name, how) => {
      const path = join(state, "archive", `${name}.zst`);
      const { size } = statSync(path);
      if (how === "cut") truncateSync(path, size / 2);
      else flip(path, Math.floor(size / 2));
    },
    folder,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

const plenty: ArchiveLimits = { ageUsMax: 86_400_000_000, sizeBytesMax: 1e9 };
const startUs = Date.UTC(2026, 0, 2) * 1000;

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "waggle-archive-"));
}

async function inState(check: (state: string) => Promise<void>): Promise<void> {
  const folder = newFolder();
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

function record(text: string, timeUs = startUs): ArchiveRecord {
  const bytes = Buffer.from(text);
  const ids = { source: "s", container: "c", execId: text.slice(0, 20) };
  return { ...ids, format: "jsonl", bytes, timeUs, input: 0, offset: 0 };
}

/** Every text as it was appended; the archive gives sequences without a hole from `first` on. */
async function texts(reader: ArchiveReader, first = 1): Promise<string[]> {
  const found: string[] = [];
  for await (const { bytes, sequence } of reader.read({})) {
    assert.equal(sequence, first + found.length);
    found.push(Buffer.from(bytes).toString());
  }
  return found;
}

/** One segment with one frame a text. */
async function write(state: string, given: readonly string[]): Promise<string> {
  const writer = await openArchiveWriter(state, plenty);
  for (const text of given) {
    writer.append(record(text));
    await writer.flush();
  }
  await writer.close();
  const files = readdirSync(join(state, "archive")).filter((file) => file.endsWith(".zst"));
  return join(state, "archive", (files.at(-1) ?? "").slice(0, -4));
}

test("a segment is a file of frames that any zstd reads", () =>
  inState(async (state) => {
    const segment = await write(state, ["one", "two"]);
    const file = await createNodeFiles().open(`${segment}.zst`);
    let plain = "";
    for await (const chunk of file.chunks) plain += Buffer.from(chunk).toString("latin1");
    assert.equal(file.truncated(), undefined);
    assert.match(plain, /one.*two/s);
  }));

test("what has its frame but not yet its line of the index is kept", () =>
  inState(async (state) => {
    const segment = await write(state, ["one", "two", "three"]);
    const index = readFileSync(`${segment}.idx`, "utf8");
    const lines = index.split(/(?<=\n)/);
    for (const left of ["", lines[0] ?? "", index.slice(0, -1), index.slice(0, -30)]) {
      writeFileSync(`${segment}.idx`, left);
      assert.deepEqual(await texts(openArchiveReader(state)), ["one", "two", "three"]);
      assert.equal((await openArchiveReader(state).segments())[0]?.damage, undefined);
      await (await openArchiveWriter(state, plenty)).close();
      assert.equal(readFileSync(`${segment}.idx`, "utf8"), index);
    }
    rmSync(`${segment}.idx`);
    assert.deepEqual(await write(state, ["four"]), segment);
    assert.deepEqual(await texts(openArchiveReader(state)), ["one", "two", "three", "four"]);
  }));

test("a frame that was not written to its end is cut away, wherever it ends", () =>
  inState(async (state) => {
    const segment = await write(state, ["one", "two"]);
    const whole = readFileSync(`${segment}.zst`);
    const index = readFileSync(`${segment}.idx`, "utf8");
    const [first = ""] = index.split(/(?<=\n)/);
    const oneSize = Number(JSON.parse(first).storedSize);
    for (let size = oneSize + 1; size < whole.length; size += 5) {
      writeFileSync(`${segment}.zst`, whole.subarray(0, size));
      writeFileSync(`${segment}.idx`, first);
      assert.deepEqual(await texts(openArchiveReader(state)), ["one"]);
      assert.equal((await openArchiveReader(state).segments())[0]?.damage, undefined);
      assert.equal(await write(state, ["two again"]), segment);
      assert.deepEqual(await texts(openArchiveReader(state)), ["one", "two again"]);
    }
  }));

test("a line of the index that was changed is not believed", () =>
  inState(async (state) => {
    const segment = await write(state, ["one", "two", "three"]);
    const index = readFileSync(`${segment}.idx`, "utf8");
    writeFileSync(`${segment}.idx`, index.replaceAll('"execIds":["two"]', '"execIds":["owt"]'));
    const found: number[] = [];
    for await (const { sequence } of openArchiveReader(state).read({ execId: "two" })) {
      found.push(sequence);
    }
    assert.deepEqual(found, [2]);
  }));

test("what is left of a dropped segment is removed, and other files are left alone", () =>
  inState(async (state) => {
    await write(state, ["one"]);
    const folder = join(state, "archive");
    writeFileSync(join(folder, "0000000000000000.idx"), "{}\n");
    writeFileSync(join(folder, "notes.txt"), "mine");
    assert.deepEqual(await texts(openArchiveReader(state)), ["one"]);
    await (await openArchiveWriter(state, plenty)).close();
    assert.equal(existsSync(join(folder, "0000000000000000.idx")), false);
    assert.ok(existsSync(join(folder, "notes.txt")));
  }));

test("a segment is closed after an hour of events, but small ones are not for odd times", () =>
  inState(async (state) => {
    const writer = await openArchiveWriter(state, plenty);
    const noise = Array.from({ length: 20_000 }, (_, n) => (n * 2654435761).toString(36)).join("");
    for (const hours of [0, 0.5, 1.2, 1.3]) {
      writer.append(record(`${hours}${noise}`, startUs + hours * 3_600_000_000));
      await writer.flush();
    }
    const counts = async () =>
      (await openArchiveReader(state).segments()).map(({ recordCount }) => recordCount);
    assert.deepEqual(await counts(), [3, 1]);
    for (let n = 0; n < 20; n++) {
      writer.append(record("x", n % 2 === 0 ? 1 : Number.MAX_SAFE_INTEGER));
      await writer.flush();
    }
    assert.deepEqual(await counts(), [3, 2, 19]);
    await writer.close();
  }));

test("a full frame is written without being asked for", () =>
  inState(async (state) => {
    const writer = await openArchiveWriter(state, plenty);
    // A little more than one frame.
    for (let n = 0; n < 110; n++) writer.append(record(String(n).padEnd(10_000)));
    const size = () =>
      readdirSync(join(state, "archive"))
        .filter((name) => name.endsWith(".zst"))
        .reduce((sum, name) => sum + statSync(join(state, "archive", name)).size, 0);
    while (size() === 0) await sleep(5);
    assert.equal(await writer.flush(), 110);
    await writer.close();
  }));

test("while it cannot write it keeps up to a bound, counts the rest, and writes when it can", () =>
  inState(async (state) => {
    const pendingSizeMax = 3_000_000;
    const writer = await openArchiveWriter(state, plenty, { pendingSizeMax });
    renameSync(join(state, "archive"), join(state, "away"));
    const given: string[] = [];
    for (let n = 0; n < 400; n++) {
      const text = String(n).padEnd(10_000);
      const before = writer.lostCount;
      const sequence = writer.append(record(text));
      if (writer.lostCount === before) given.push(text);
      assert.equal(sequence, given.length);
      if (n % 50 === 0) await assert.rejects(writer.flush(), { code: "file-not-written" });
    }
    assert.ok(given.length > 250 && given.length < 300, String(given.length));
    assert.equal(writer.lostCount, 400 - given.length);
    mkdirSync(join(state, "archive"));
    assert.equal(await writer.flush(), given.length);
    given.push("after");
    assert.equal(writer.append(record("after")), given.length);
    await writer.close();
    assert.deepEqual(await texts(openArchiveReader(state)), given);
  }));

const writerUrl = new URL("./archive-writer.ts", import.meta.url).href;
const childStart = `
  import { writeSync } from "node:fs";
  import { openArchiveWriter } from ${JSON.stringify(writerUrl)};
  const limits = ${JSON.stringify(plenty)};
  const writer = await openArchiveWriter(process.argv[1], limits);
  const record = (text) => ({ source: "s", format: "jsonl", bytes: Buffer.from(text),
    timeUs: ${startUs}, container: "c", execId: text.slice(0, 20), input: 0, offset: 0 });
`;

test("a disk that is full is told, what was written stays, what waits is kept", () =>
  inState(async (state) => {
    // A limit on the size of files stands for the disk: the system refuses in the same place.
    const script = `${childStart}
      const noise = (n) => Array.from({ length: 9000 }, (_, i) => ((i + n) * 2654435761 >>> 0)
        .toString(36)).join("");
      const said = [];
      for (let n = 1; n <= 12; n++) {
        writer.append(record(n + " " + noise(n * 7)));
        said.push(await writer.flush().catch(({ code, retryable }) => code + " " + retryable));
      }
      writeSync(1, JSON.stringify({ said, lostCount: writer.lostCount }));
      process.exit(0);
    `;
    const node = [process.execPath, "--input-type=module", "-e", script, state];
    const words = ["-c", 'ulimit -f 200; exec "$@"', "sh", ...node];
    const done = spawnSync("sh", words, { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    const { said, lostCount } = JSON.parse(done.stdout);
    const writtenCount = said.indexOf("disk-full true");
    assert.ok(writtenCount > 0, done.stdout);
    const expected = said.map((_: unknown, index: number) => {
      return index < writtenCount ? index + 1 : "disk-full true";
    });
    assert.deepEqual(said, expected);
    assert.equal(lostCount, 0);
    const found = await texts(openArchiveReader(state));
    assert.deepEqual(
      found.map((text) => Number.parseInt(text, 10)),
      Array.from({ length: writtenCount }, (_, index) => index + 1),
    );
    assert.equal((await openArchiveReader(state).segments())[0]?.damage, undefined);
  }));

/** Gives what the child reported as flushed before it was killed. */
async function runAndKill(state: string, afterMs: number): Promise<number> {
  const script = `${childStart}
    for (let round = 0; ; round++) {
      let last = 0;
      for (let n = 0; n <= round % 40; n++) {
        last = writer.append(record("text " + round + " " + n + " ".repeat((round * 997) % 9000)));
      }
      const flushed = await writer.flush();
      if (flushed !== last) throw new Error("flush told " + flushed + ", not " + last);
      writeSync(1, flushed + "\\n");
    }
  `;
  const words = ["--input-type=module", "-e", script, state];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (part: string) => {
    if (said === "") setTimeout(() => child.kill("SIGKILL"), afterMs);
    said += part;
  });
  await new Promise((resolve) => child.on("close", resolve));
  return Number(said.trimEnd().split("\n").at(-1));
}

test("whatever a flush reported is there after a kill, and sequences have no hole", () =>
  inState(async (state) => {
    let first = 0;
    for (const afterMs of [0, 1, 3, 7, 15, 31, 60, 99]) {
      const flushed = await runAndKill(state, afterMs);
      assert.ok(flushed > first);
      const found = await texts(openArchiveReader(state));
      assert.ok(found.length >= flushed, `${found.length} of ${flushed}`);
      const begun = found.slice(first);
      assert.match(begun[0] ?? "", /^text 0 0/);
      let round = 0;
      let number = 0;
      for (const text of begun) {
        assert.ok(text.startsWith(`text ${round} ${number} `.trimEnd()), text.slice(0, 20));
        number++;
        if (number > round % 40) {
          round++;
          number = 0;
        }
      }
      first = found.length;
      assert.equal((await openArchiveReader(state).segments())[0]?.damage, undefined);
    }
  }));

test("an export replaces a file but neither a device nor a link, and leaves nothing half", () =>
  inState(async (state) => {
    await write(state, ["one"]);
    const reader = openArchiveReader(state);
    await assert.rejects(reader.exportTo({}, "/dev/null"), { code: "file-not-written" });
    await assert.rejects(reader.exportTo({}, state), { code: "file-not-written" });
    const target = join(state, "target");
    writeFileSync(target, "old");
    symlinkSync(target, join(state, "link"));
    await reader.exportTo({}, join(state, "link"));
    assert.equal(readFileSync(target, "utf8"), "one\n");
    assert.deepEqual(readdirSync(state).sort(), ["archive", "link", "target"]);
    if (process.platform !== "win32") {
      await reader.exportTo({}, join(state, "new"));
      assert.equal(statSync(join(state, "new")).mode & 0o777, 0o600);
    }
  }));

test("a directory that cannot be made or read is told in words", () =>
  inState(async (state) => {
    const file = join(state, "file");
    appendFileSync(file, "");
    await assert.rejects(openArchiveWriter(file, plenty), { code: "file-not-written" });
    await assert.rejects(openArchiveReader(file).segments(), { code: "file-unreadable" });
    assert.deepEqual(await openArchiveReader(join(state, "missing")).segments(), []);
  }));
