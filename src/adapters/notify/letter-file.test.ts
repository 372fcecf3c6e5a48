/** Tests of `letter-file.ts`: nothing is lost, whatever is killed or damaged in between. */
import assert from "node:assert/strict";
import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { DeadLetter } from "../../ports/dead-letters.ts";
import { sampleNotice } from "../../testing/sample-notice.ts";
import { createLetterFile } from "./letter-file.ts";

async function temporary(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "waggle-letters-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "letters.jsonl");
}

function letter(route: string): DeadLetter {
  return {
    timeUs: 1,
    route,
    reason: "it answered 500\n\u2028",
    tryCount: 10,
    notice: sampleNotice,
  };
}

const routesOf = (letters: readonly unknown[]) => letters.map((one) => (one as DeadLetter).route);

test("letters come back as they were, in their order, from a file for its owner alone", async (context) => {
  const file = await temporary(context);
  const box = createLetterFile(file);
  assert.deepEqual(await box.list(), { letters: [], damagedCount: 0 });
  await Promise.all(["a", "b", "c"].map((route) => box.add(letter(route))));
  const { letters } = await box.list();
  assert.deepEqual(letters, ["a", "b", "c"].map(letter));
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test("those that are done with go, the others stay, also where the work fails in the midst", async (context) => {
  const file = await temporary(context);
  const box = createLetterFile(file);
  for (const route of ["a", "b", "c", "d"]) await box.add(letter(route));
  const left = await box.takeEach(async (one) => (one as DeadLetter).route < "b");
  assert.deepEqual(routesOf(left.letters), ["b", "c", "d"]);
  await assert.rejects(
    box.takeEach(async (one) => {
      if ((one as DeadLetter).route === "c") throw new RangeError("a defect");
      return true;
    }),
    RangeError,
  );
  assert.deepEqual(routesOf((await box.list()).letters), ["c", "d"]);
  await box.takeEach(async () => true);
  assert.deepEqual(await readdir(join(file, "..")), []);
});

test("a letter that another process adds meanwhile is there afterwards", async (context) => {
  const file = await temporary(context);
  const [box, daemon] = [createLetterFile(file), createLetterFile(file)];
  await box.add(letter("a"));
  const seen: string[] = [];
  await box.takeEach(async (one) => {
    seen.push((one as DeadLetter).route);
    // Once anew, and once into the file that was put aside: it was open when that was done.
    if (seen.length > 1) return true;
    await daemon.add(letter("b"));
    const [aside] = (await readdir(join(file, ".."))).filter((name) => name.includes("taken"));
    await appendFile(join(file, "..", aside ?? ""), `${JSON.stringify(letter("late"))}\n`);
    return true;
  });
  assert.deepEqual(seen, ["a", "late"]);
  assert.deepEqual(routesOf((await box.list()).letters), ["b"]);
});

test("what a killed process had put aside is found again", async (context) => {
  const file = await temporary(context);
  const box = createLetterFile(file);
  await box.add(letter("old"));
  await rename(file, `${file}.taken-1`);
  await box.add(letter("new"));
  assert.deepEqual(routesOf((await box.list()).letters), ["old", "new"]);
  await box.takeEach(async () => false);
  assert.deepEqual(routesOf((await box.list()).letters).sort(), ["new", "old"]);
});

test("a torn line is counted and kept, and harms no letter that comes after it", async (context) => {
  const file = await temporary(context);
  await writeFile(file, '{"timeUs":1,"route":"to', { mode: 0o600 });
  const box = createLetterFile(file);
  await box.add(letter("whole"));
  const { letters, damagedCount } = await box.list();
  assert.deepEqual([routesOf(letters), damagedCount], [["whole"], 1]);
  assert.equal((await box.takeEach(async () => true)).damagedCount, 1);
  assert.match(await readFile(file, "utf8"), /"route":"to\n$/);
});

test("the file has a bound: the oldest make room and are counted", async (context) => {
  const file = await temporary(context);
  const size = JSON.stringify(letter("000")).length + 1;
  const box = createLetterFile(file, size * 10);
  let dropped = 0;
  for (let at = 100; at < 150; at += 1) dropped += await box.add(letter(String(at)));
  const { letters } = await box.list();
  assert.equal(letters.length + dropped, 50);
  assert.equal(routesOf(letters).at(-1), "149");
  assert.ok((await stat(file)).size <= size * 10);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const large = { ...letter("large"), reason: "x".repeat(size * 10) };
  assert.equal(await box.add(large), 1);
});

test("a link in the place of the file, and a folder that is not there, are told", async (context) => {
  const file = await temporary(context);
  await symlink("/dev/null", file);
  await assert.rejects(createLetterFile(file).add(letter("a")), /out of reach \(ELOOP\)/);
  const box = createLetterFile(join(file, "..", "none", "letters"));
  await assert.rejects(box.add(letter("a")), /out of reach \(ENOENT\)/);
  assert.deepEqual((await box.list()).letters, []);
});
