/** Holds who may bring a database up to date, and that a full one can be. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { openToJoin, openToWrite } from "./open-database.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const fixture = new URL("../../../fixtures/store/schema-1.db.gz", import.meta.url);

/** With a database of an earlier waggle, if it is meant to have one. */
async function inFolder(
  hasDatabase: boolean,
  work: (folder: string, file: string) => Promise<void> | void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-open-"));
  const file = join(folder, "waggle.db");
  if (hasDatabase) writeFileSync(file, gunzipSync(readFileSync(fixture)));
  try {
    await work(folder, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("who only joins leaves the database to who holds it, who may be older", () =>
  inFolder(true, async (folder, file) => {
    // The daemon of before the update, still at work.
    const daemon = new DatabaseSync(file);
    const write = "UPDATE checkpoint SET state = ?";
    daemon.prepare(write).run(Buffer.from("a"));
    const told = {
      code: "state-too-old",
      retryable: false,
      message: /restart it with this version/,
    };
    await assert.rejects(openSqliteStore(folder, "join"), told);
    await assert.rejects(openSqliteStore(folder, "read"), told);
    assert.doesNotThrow(() => daemon.prepare(write).run(Buffer.from("b")));
    daemon.close();
    await (await openSqliteStore(folder, "write")).close();
    const beside = await openSqliteStore(folder, "join");
    await beside.settings.set("a", "b");
    assert.equal(await beside.settings.get("a"), "b");
    await beside.close();
  }));

test("who only joins makes no database, and refuses one of a newer waggle", () =>
  inFolder(false, (_folder, file) => {
    assert.throws(() => openToJoin(file), { code: "not-found" });
    writeFileSync(file, "");
    assert.throws(() => openToJoin(file), { code: "not-found" });
    assert.equal(readFileSync(file).length, 0);
    const database = openToWrite(file, { isUnclean: false, sizeBytesMax: 0 });
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => openToJoin(file), { code: "state-too-new" });
  }));

test("a database at its bound is brought up to date, and keeps to the bound then", () =>
  inFolder(true, (_folder, file) => {
    const before = new DatabaseSync(file);
    before.prepare("UPDATE checkpoint SET state = ?").run(Buffer.alloc(4_000_000, 7));
    const pageCount = Number(before.prepare("PRAGMA page_count").get()?.["page_count"]);
    before.close();
    const sizeBytesMax = pageCount * 8192 + 100_000;
    const database = openToWrite(file, { isUnclean: false, sizeBytesMax });
    const fill = database.prepare("INSERT INTO setting VALUES (?, ?)");
    assert.throws(() => {
      for (let at = 0; at < 20; at++) fill.run(`fill ${at}`, "x".repeat(1_000_000));
    }, /full/);
    database.close();
  }));
