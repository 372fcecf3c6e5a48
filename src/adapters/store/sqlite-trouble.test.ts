/**
 * Holds what the store over SQLite does when the world fails: locks, rights, damage, a full disk,
 * files of other versions and programs.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Fact } from "../../core/observe/fact.ts";
import { sampleBatch } from "../../ports/store.contract.ts";
import type { Store } from "../../ports/store.ts";
import { sampleContainerFact, samplePrivilege } from "../../testing/sample-facts.ts";
import { withoutRoot } from "../../testing/without-root.ts";
import { openSqliteStore } from "./sqlite-store.ts";

function inFolder(work: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "waggle-store-"));
    try {
      await work(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

const write = (folder: string): Promise<Store> => openSqliteStore(folder, "write");
const read = (folder: string): Promise<Store> => openSqliteStore(folder, "read");

/** **Unit**: facts near 1 kB. */
function largeFacts(from: number, to: number): readonly Fact[] {
  return Array.from({ length: to - from }, (_, at) =>
    samplePrivilege({ container: `c${from + at}`, detail: "d".repeat(900) }),
  );
}

async function fill(folder: string): Promise<void> {
  const store = await write(folder);
  await store.facts.commit(sampleBatch({ settled: largeFacts(0, 400) }));
  await store.close();
}

async function countFacts(store: Store): Promise<number> {
  let count = 0;
  for await (const { kind } of store.facts.facts()) count += kind.length > 0 ? 1 : 0;
  return count;
}

test(
  "a directory that is not there is made, and only its owner may look into it",
  inFolder(async (folder) => {
    const store = await write(join(folder, "a", "b"));
    await store.close();
    assert.equal(statSync(join(folder, "a", "b")).mode & 0o077, 0);
    assert.deepEqual(readdirSync(join(folder, "a", "b")).sort(), ["lock.db", "waggle.db"]);
  }),
);

test(
  "one may write, and who comes second is told of the first; any may read meanwhile",
  inFolder(async (folder) => {
    const first = await write(folder);
    await first.facts.commit(sampleBatch({ settled: largeFacts(0, 3) }));
    const told = { code: "state-locked", message: new RegExp(`process ${process.pid} on`) };
    await assert.rejects(write(folder), told);
    const reader = await read(folder);
    assert.equal(await countFacts(reader), 3);
    await first.facts.commit(sampleBatch({ sequence: 2, settled: largeFacts(3, 5) }));
    assert.equal(await countFacts(reader), 5);
    await assert.rejects(reader.settings.set("a", "b"), { code: "file-not-written" });
    await reader.close();
    await first.close();
    await first.close();
    const second = await write(folder);
    assert.equal(await countFacts(second), 5);
    await second.close();
  }),
);

test(
  "a state is read when nobody writes, also where nothing may be written",
  inFolder(async (folder) => {
    await fill(folder);
    const reader = await read(folder);
    assert.equal(await countFacts(reader), 400);
    await reader.close();
    for (const end of ["-wal", "-shm"]) rmSync(join(folder, `waggle.db${end}`), { force: true });
    await withoutRoot(folder, async () => {
      chmodSync(folder, 0o500);
      const still = await read(folder);
      assert.equal(await countFacts(still), 400);
      await still.close();
      assert.deepEqual(readdirSync(folder).sort(), ["lock.db", "waggle.db"]);
      chmodSync(folder, 0o700);
    });
  }),
);

test(
  "to read what is not there is told with what to do",
  inFolder(async (folder) => {
    await assert.rejects(read(folder), { code: "not-found", message: /waggle run/ });
    await assert.rejects(read(join(folder, "none")), { code: "not-found" });
    assert.deepEqual(readdirSync(folder), []);
    writeFileSync(join(folder, "waggle.db"), "");
    await assert.rejects(read(folder), { code: "not-found" });
  }),
);

test(
  "what a newer waggle wrote is refused and left as it is",
  inFolder(async (folder) => {
    await fill(folder);
    change(folder, "PRAGMA user_version = 99");
    const before = readFileSync(join(folder, "waggle.db"));
    assert.equal(before.readUInt16BE(16), 8192);
    const told = { code: "state-too-new", message: /schema is 99/ };
    await assert.rejects(write(folder), told);
    await assert.rejects(read(folder), told);
    assert.ok(readFileSync(join(folder, "waggle.db")).equals(before));
    assert.equal(existsSync(join(folder, "writer.json")), false);
  }),
);

/** As another program would. */
function change(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "waggle.db"));
  database.exec(sql);
  database.close();
}

test(
  "a file that is no database, or of another program, is named as damaged",
  inFolder(async (folder) => {
    const file = join(folder, "waggle.db");
    writeFileSync(file, "no database\n".repeat(1000));
    const told = { code: "state-damaged", message: /waggle\.db" is damaged.*-wal/ };
    await assert.rejects(write(folder), told);
    await assert.rejects(read(folder), told);
    rmSync(file);
    change(folder, "CREATE TABLE theirs (a)");
    await assert.rejects(write(folder), { ...told, message: /another program/ });
    assert.deepEqual(readdirSync(folder).sort(), ["lock.db", "waggle.db"]);
  }),
);

/** Overwrites the midst of the file, where facts are. */
function damage(folder: string): void {
  const file = join(folder, "waggle.db");
  const bytes = readFileSync(file);
  bytes.fill(0xa5, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6));
  writeFileSync(file, bytes);
}

test(
  "damage that reading meets is told, and looked for at the next opening",
  inFolder(async (folder) => {
    await fill(folder);
    damage(folder);
    const store = await write(folder);
    await assert.rejects(countFacts(store), { code: "state-damaged", message: /waggle\.db/ });
    await store.close();
    assert.ok(existsSync(join(folder, "writer.json")));
    await assert.rejects(write(folder), { code: "state-damaged" });
    // And again, until somebody does something.
    await assert.rejects(write(folder), { code: "state-damaged" });
  }),
);

test(
  "after an unclean end all of the file is looked at",
  inFolder(async (folder) => {
    await fill(folder);
    writeFileSync(join(folder, "writer.json"), '{"pid":1,"host":"\\u001b[2J"}\n');
    const whole = await write(folder);
    await whole.close();
    writeFileSync(join(folder, "writer.json"), "anything");
    damage(folder);
    await assert.rejects(write(folder), { code: "state-damaged" });
  }),
);

test(
  "a database that was cut off is damaged",
  inFolder(async (folder) => {
    await fill(folder);
    truncateSync(join(folder, "waggle.db"), 8192 * 5);
    const store = await write(folder).catch((error: unknown) => error as { code: string });
    if (!("facts" in store)) return assert.equal(store.code, "state-damaged");
    await assert.rejects(countFacts(store), { code: "state-damaged" });
    await store.close();
  }),
);

test(
  "a body that is no JSON is damage, not a crash",
  inFolder(async (folder) => {
    await fill(folder);
    change(folder, "UPDATE fact SET body = '{' WHERE container = 'c7'");
    const store = await read(folder);
    await assert.rejects(countFacts(store), { code: "state-damaged" });
    await store.close();
  }),
);

test(
  "a full disk refuses a batch whole, and the store goes on when there is room again",
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, "write", { sizeBytesMax: 2_000_000 });
    const old = largeFacts(0, 1000).map((fact) => sampleContainerFact({ ...of(fact) }));
    await store.facts.commit(sampleBatch({ settled: [...old, ...largeFacts(0, 1000)] }));
    const hash = await store.facts.hash();
    const more = sampleBatch({ sequence: 2, settled: largeFacts(1000, 4000) });
    await assert.rejects(store.facts.commit(more), { code: "disk-full", retryable: true });
    assert.equal(await store.facts.hash(), hash);
    assert.equal((await store.facts.writer("w")).sequence, 1);
    await store.settings.set("still", "works");
    await store.facts.forget(Number.MAX_SAFE_INTEGER);
    await store.facts.commit(sampleBatch({ sequence: 2, settled: largeFacts(1000, 1800) }));
    assert.equal(await countFacts(store), 800);
    await store.close();
  }),
);

test(
  "a checkpoint that finds no room leaves the one before it as it was",
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, "write", { sizeBytesMax: 8_000_000 });
    const stateOf = (length: number) => ({
      numbers: new Float64Array(length).map((_, at) => Math.sqrt(at)),
    });
    const commit = (sequence: number, length: number): Promise<void> => {
      const checkpoint = { version: 1, timeUs: 1, positions: {}, state: stateOf(length) };
      return store.facts.commit(sampleBatch({ sequence, checkpoint }));
    };
    await commit(1, 300_000);
    // More than pages in memory: some of it is in the log before it fails.
    await assert.rejects(commit(2, 2_000_000), { code: "disk-full" });
    assert.deepEqual((await store.facts.writer("w")).checkpoint?.state, stateOf(300_000));
    await commit(2, 400_000);
    await store.close();
    const again = await write(folder);
    const { sequence, checkpoint } = await again.facts.writer("w");
    assert.equal(sequence, 2);
    assert.deepEqual(checkpoint?.state, stateOf(400_000));
    await again.close();
  }),
);

function of(fact: Fact): { container: string; lastSeenUs: number } {
  return { container: fact.kind === "privilege" ? fact.container : "", lastSeenUs: 1 };
}

test(
  "what is forgotten makes the file smaller",
  inFolder(async (folder) => {
    await fill(folder);
    const file = join(folder, "waggle.db");
    const before = statSync(file).size;
    const store = await write(folder);
    assert.deepEqual(await store.facts.forget(Number.MAX_SAFE_INTEGER), { privilege: 400 });
    await store.close();
    assert.ok(statSync(file).size < before / 2, `${statSync(file).size} of ${before}`);
  }),
);

test(
  "a directory without the right to write, and a file without that to read, are told",
  { skip: process.platform === "win32" },
  inFolder(async (folder) => {
    await fill(folder);
    await withoutRoot(folder, async () => {
      chmodSync(folder, 0o500);
      await assert.rejects(write(folder), { code: "file-not-written" });
      await assert.rejects(write(join(folder, "below")), { code: "file-not-written" });
      chmodSync(folder, 0o700);
      chmodSync(join(folder, "waggle.db"), 0o400);
      await assert.rejects(write(folder), { code: "file-not-written" });
      chmodSync(join(folder, "waggle.db"), 0);
      await assert.rejects(write(folder), { code: "file-not-written" });
      await assert.rejects(read(folder), { code: "file-unreadable" });
    });
    writeFileSync(join(folder, "file"), "");
    await assert.rejects(write(join(folder, "file")), { code: "file-not-written" });
  }),
);

test(
  "a checkpoint that cannot be read is none, and reading goes on without",
  inFolder(async (folder) => {
    const store = await write(folder);
    const checkpoint = { version: 1, timeUs: 1, positions: {}, state: { a: 1 } };
    await store.facts.commit(sampleBatch({ checkpoint, positions: { a: { offset: 1 } } }));
    await store.close();
    const damages = [
      "UPDATE checkpoint_part SET bytes = x'28b52ffd00' WHERE number = 1",
      "UPDATE checkpoint_part SET bytes = x'28b52ffd00' WHERE number = 0",
      "DELETE FROM checkpoint_part WHERE number = 1",
      "DELETE FROM checkpoint_part",
      "DELETE FROM checkpoint",
    ];
    for (const damage of damages) {
      change(folder, damage);
      const reader = await read(folder);
      assert.deepEqual(await reader.facts.writer("w"), {
        ...{ sequence: 1, positions: { a: { offset: 1 } }, checkpoint: undefined },
      });
      await reader.close();
    }
  }),
);

for (const version of [1, 2]) {
  test(
    `a database of schema ${version} is opened and holds what was put there`,
    inFolder(async (folder) => {
      const stored = new URL(`../../../fixtures/store/schema-${version}.db.gz`, import.meta.url);
      writeFileSync(join(folder, "waggle.db"), gunzipSync(readFileSync(stored)));
      const store = await write(folder);
      const hash = "8596bac25a02c201fa2b61f5bcf5eee980c2fab816f4a9bc444a435e341d7b09";
      assert.equal(await store.facts.hash(), hash);
      const { rowCounts } = await store.size();
      assert.deepEqual(rowCounts, {
        ...{ settled: 7, open: 2, report: 1, change: 1, finding: 1, note: 1, scan: 1, setting: 1 },
      });
      const { sequence, positions, checkpoint } = await store.facts.writer("node-1");
      assert.deepEqual([sequence, positions], [2, { "follow:/events": { offset: 200 } }]);
      assert.deepEqual(checkpoint?.state, { open: new Map([["a", 1]]) });
      assert.equal((await store.history.reportAt(9))?.body, '{"made":"up"}');
      assert.equal((await store.notes.find([], "loader", 1))[0]?.note.id, "note-1");
      await store.close();
    }),
  );
}
