/**
 * Tests of what the follower is made of: `stored-file.ts`, `find-sibling.ts`, `folder-watch.ts`,
 * `tell-trouble.ts`, where `follow-file.test.ts` cannot see them.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { headOf } from "./file-identity.ts";
import { findSuccessor, listSiblings, oldestSince, reopen, stateAt } from "./find-sibling.ts";
import { FolderWatch } from "./folder-watch.ts";
import { openStored } from "./stored-file.ts";
import { tellTrouble } from "./tell-trouble.ts";

async function inFolder(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-parts-"));
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const content = Array.from({ length: 40_000 }, (_, n) => `line ${n}\n`).join("");

test("plain and gzip give the same content from any offset on", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "plain"), content);
    writeFileSync(join(folder, "packed.gz"), gzipSync(content));
    for (const name of ["plain", "packed.gz"]) {
      for (const offset of [0, 1, 300_000, content.length, content.length + 9]) {
        const file = await openStored(join(folder, name));
        const buffer = new Uint8Array(10_000);
        let text = "";
        for (;;) {
          const count = await file.read(buffer, offset + text.length);
          if (count === 0) break;
          text += Buffer.from(buffer.subarray(0, count)).toString();
        }
        assert.ok(text === content.slice(offset), `${name} from ${offset}`);
        assert.equal(Buffer.from(await file.head()).toString(), content.slice(0, 1024));
        assert.equal(file.damage, "");
        await file.close();
      }
    }
  }));

test("a file is found again by what it begins with, but not by a few bytes alone", () =>
  inFolder(async (folder) => {
    const live = join(folder, "t.log");
    writeFileSync(live, "new");
    writeFileSync(`${live}.1.gz`, gzipSync(content));
    mkdirSync(`${live}.2`);
    const candidates = (await listSiblings(live)) ?? [];
    assert.deepEqual(
      candidates.map(({ path }) => path),
      [`${live}.1.gz`, live],
    );
    const find = async (length: number) => {
      const head = headOf(Buffer.from(content.slice(0, length)));
      const identity = { device: "1", inode: "1", head };
      const file = await reopen(candidates, { identity, offset: 5 });
      await file?.close();
      return file?.path;
    };
    assert.equal(await find(1024), `${live}.1.gz`);
    assert.equal(await find(64), `${live}.1.gz`);
    assert.equal(await find(63), undefined);
  }));

test("what follows a file is the next that is not empty, or the oldest written since", () =>
  inFolder(async (folder) => {
    const live = join(folder, "t.log");
    for (const [index, text] of ["", "one", "", "three"].entries()) {
      const name = `${live}.${9 - index}`;
      writeFileSync(name, text);
      utimesSync(name, index + 1, index + 1);
    }
    const candidates = (await listSiblings(live)) ?? [];
    const [first, second] = candidates;
    assert.ok(first !== undefined && second !== undefined);
    const after = await findSuccessor(candidates, second.state, undefined);
    assert.deepEqual([after?.candidate.path, after?.isNext], [`${live}.6`, true]);
    const gone = { ...second.state, inode: "0" };
    const guess = await findSuccessor(candidates, gone, undefined);
    assert.deepEqual([guess?.candidate.path, guess?.isNext], [`${live}.8`, false]);
    assert.equal(oldestSince(candidates, 2001)?.path, `${live}.6`);
    assert.equal(oldestSince(candidates, 5000), undefined);
    assert.equal(await stateAt(live), undefined);
    assert.equal(await stateAt(folder), undefined);
  }));

test("a wait ends at a change, at its end, at an abort, and without its directory", () =>
  inFolder(async (folder) => {
    const end = new AbortController();
    const watch = new FolderWatch(folder, end.signal);
    await watch.wait(1);
    const changed = watch.wait(3_600_000);
    setTimeout(() => writeFileSync(join(folder, "new"), "x"), 70);
    await changed;
    const missing = new FolderWatch(join(folder, "missing"), end.signal);
    await missing.wait(1);
    const waiting = Promise.all([watch.wait(3_600_000), missing.wait(3_600_000)]);
    end.abort();
    await waiting;
    watch.close();
    missing.close();
  }));

test("trouble is told in words, and never with what the system calls it alone", () => {
  const error = (code: string) => Object.assign(new Error("/secret"), { code });
  assert.match(tellTrouble(error("EACCES")), /no right to read/);
  assert.equal(tellTrouble(error("ENEW")), "the system reported ENEW");
  assert.equal(tellTrouble("x"), "the system reported an error");
});
