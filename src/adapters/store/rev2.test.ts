/** Holds what a review found of the store. Each test states what should be. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { openToWrite } from "./open-database.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const fixture = new URL("../../../fixtures/store/schema-1.db.gz", import.meta.url);

test("7: who only joins leaves the schema to whom the database belongs, who may be older", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-rev2-"));
  const file = join(folder, "waggle.db");
  writeFileSync(file, gunzipSync(readFileSync(fixture)));
  // The daemon of before the update, still at work.
  const daemon = new DatabaseSync(file);
  const write = "UPDATE checkpoint SET state = ?";
  daemon.prepare(write).run(Buffer.from("a"));
  try {
    const beside = await openSqliteStore(folder, "join").catch(() => undefined);
    await beside?.close();
    assert.doesNotThrow(() => daemon.prepare(write).run(Buffer.from("b")));
  } finally {
    daemon.close();
    rmSync(folder, { recursive: true });
  }
});

test("8: a database at its bound is brought up to date", () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-rev2-"));
  const file = join(folder, "waggle.db");
  writeFileSync(file, gunzipSync(readFileSync(fixture)));
  const before = new DatabaseSync(file);
  before.prepare("UPDATE checkpoint SET state = ?").run(Buffer.alloc(4_000_000, 7));
  const pages = Number(before.prepare("PRAGMA page_count").get()?.["page_count"]);
  before.close();
  try {
    const open = () => openToWrite(file, { isUnclean: false, sizeBytesMax: pages * 8192 + 100_000 });
    assert.doesNotThrow(() => open().close());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
