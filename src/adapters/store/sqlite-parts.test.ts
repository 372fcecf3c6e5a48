/**
 * Holds what of SQLite the contract cannot see: the lock by itself, statements that fail, what is
 * written and what is not.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { test } from "node:test";
import fc from "fast-check";
import type { Fact } from "../../core/observe/fact.ts";
import { sampleBatch } from "../../ports/store.contract.ts";
import { sampleContainerFact, samplePrivilege } from "../../testing/sample-facts.ts";
import { holdLock } from "./hold-lock.ts";
import { openReader, openToWrite } from "./open-database.ts";
import { applicationId, migrate, schemaVersion } from "./schema.ts";
import { Session, toColumn } from "./session.ts";
import { SqliteFacts } from "./sqlite-facts.ts";
import { forgetFacts } from "./sqlite-forget.ts";
import { SqliteHistory } from "./sqlite-history.ts";
import { SqliteNotes } from "./sqlite-notes.ts";
import { createSqliteScans, createSqliteSettings } from "./sqlite-records.ts";
import { damaged, sqliteCode, tellingErrors } from "./tell-sqlite-error.ts";

interface Opened {
  readonly session: Session;
  readonly file: string;
  readonly folder: string;
}

function inSession(work: (opened: Opened) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "waggle-session-"));
    const file = join(folder, "waggle.db");
    const database = openToWrite(file, { isUnclean: false, sizeBytesMax: 0 });
    const session = new Session({ file, mode: "write" }, database, () => openReader(file));
    try {
      await work({ session, file, folder });
    } finally {
      session.close();
      rmSync(folder, { recursive: true });
    }
  };
}

function manyFacts(count: number): readonly Fact[] {
  return Array.from({ length: count }, (_, at) => samplePrivilege({ detail: `${at}` }));
}

test("law: no two texts are one column, and each comes back", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const hostile = fc.array(fc.constantFrom("\u0000", "\\", '"', "u0000", "\ud800", "\udc00", "a"));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        hostile.map((parts) => parts.join("")),
      ),
      (one) => {
        const column = toColumn(one);
        assert.equal(JSON.parse(`"${column}"`), one);
        assert.ok(column.isWellFormed() && !column.includes("\u0000"));
      },
    ),
  );
});

test(
  "nothing of a checkpoint stays bound to a statement",
  inSession(async ({ session }) => {
    const facts = new SqliteFacts(session);
    const used = new Map<string, StatementSync>();
    const prepare = session.prepare.bind(session);
    session.prepare = (sql) => {
      const statement = prepare(sql);
      used.set(sql, statement);
      return statement;
    };
    const state = { numbers: new Float64Array(400_000).map((_, at) => Math.sqrt(at)) };
    const checkpoint = { version: 1, timeUs: 1, positions: {}, state: facts.copyState(state) };
    await facts.commit(sampleBatch({ checkpoint }));
    assert.ok([...used.keys()].some((sql) => sql.includes("INTO checkpoint_part")));
    for (const { expandedSQL } of used.values()) assert.ok(expandedSQL.length < 1000);
    assert.deepEqual((await facts.writer("w")).checkpoint?.state, state);
  }),
);

test(
  "a transaction that throws leaves nothing, and the next one works",
  inSession(async ({ session }) => {
    const settings = createSqliteSettings(session);
    assert.throws(() =>
      session.write(() => {
        session.prepare("INSERT INTO setting (key, value) VALUES ('a', '1')").run();
        throw new Error("broken on purpose");
      }),
    );
    assert.equal(await settings.get("a"), undefined);
    await settings.set("a", "2");
    assert.equal(await settings.get("a"), "2");
  }),
);

test(
  "a stream that is left gives its moment back, so that the log can be emptied",
  inSession(async ({ session, file }) => {
    const facts = new SqliteFacts(session);
    await facts.commit(sampleBatch({ settled: manyFacts(1000) }));
    const checkpoint = () => session.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"];
    const stream = session.stream([{ table: "fact", key: "rowid", first: 0 }]);
    await stream.next();
    await createSqliteSettings(session).set("a", "1");
    session.prepare("PRAGMA busy_timeout = 0").get();
    assert.equal(checkpoint(), 1);
    await stream.return(undefined);
    assert.equal(checkpoint(), 0);
    assert.equal(statSync(`${file}-wal`).size, 0);
  }),
);

test(
  "closing ends the streams that are still open",
  inSession(async ({ session, file }) => {
    const facts = new SqliteFacts(session);
    await facts.commit(sampleBatch({ settled: manyFacts(1000) }));
    const stream = session.stream([{ table: "fact", key: "rowid", first: 0 }]);
    await stream.next();
    session.close();
    assert.equal(existsSync(`${file}-wal`), false);
    await assert.rejects(stream.next());
  }),
);

test(
  "what was said before is not written again",
  inSession(async ({ session, file }) => {
    const facts = new SqliteFacts(session);
    const settled = manyFacts(200);
    await facts.commit(sampleBatch({ settled }));
    session.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    await facts.commit(sampleBatch({ sequence: 2, settled }));
    assert.ok(statSync(`${file}-wal`).size < 5 * 8192, `${statSync(`${file}-wal`).size}`);
  }),
);

test(
  "a container that comes back while others are forgotten stays",
  inSession(async ({ session }) => {
    const facts = new SqliteFacts(session);
    const settled = Array.from({ length: 120 }, (_, at) =>
      sampleContainerFact({ container: `c${String(at).padStart(3, "0")}`, lastSeenUs: 5 }),
    );
    await facts.commit(sampleBatch({ settled }));
    const forgotten = forgetFacts(session, 10);
    const back = sampleContainerFact({ container: "c119", lastSeenUs: 50 });
    await facts.commit(sampleBatch({ sequence: 2, settled: [back] }));
    assert.deepEqual(await forgotten, { container: 119 });
    assert.equal(session.count("SELECT count(*) FROM fact"), 1);
  }),
);

test(
  "a damaged value is told wherever it is met",
  inSession(async ({ session }) => {
    const history = new SqliteHistory(session);
    const report = { id: "a", timeUs: 1, trigger: "", body: "{}" };
    await history.record({ report, changes: [], findings: [] });
    const notes = new SqliteNotes(session);
    const rest = { timeUs: 1, by: "", text: "x", decision: undefined, revokedUs: 0 };
    await notes.add({ id: "n", about: [], ...rest });
    session.prepare("UPDATE report SET body = x'00'").run();
    session.prepare("UPDATE note SET body = 'x'").run();
    session.prepare("INSERT INTO scan (image, body) VALUES ('a', '{')").run();
    assert.equal(session.isDamaged, false);
    await assert.rejects(history.reportAt(1), { code: "state-damaged" });
    assert.equal(session.isDamaged, true);
    await assert.rejects(notes.all(), { code: "state-damaged" });
    await assert.rejects(createSqliteScans(session).all(), { code: "state-damaged" });
  }),
);

test("each version of the schema ends in the current one, and says whose it is", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database, 0);
  const value = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name];
  assert.deepEqual(
    [value("user_version"), value("application_id")],
    [...[schemaVersion, applicationId]],
  );
  const tables = database.prepare("SELECT name, strict FROM pragma_table_list").all();
  const own = tables.filter(({ name }) => !/^sqlite_|^note_word/.test(String(name)));
  assert.ok(own.length >= 11);
  assert.ok(own.every(({ strict }) => strict === 1));
  migrate(database, schemaVersion);
  database.close();
});

test("a lock is one process's, tells who holds it and how the last one ended", () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-lock-"));
  const file = join(folder, "writer.json");
  const first = holdLock(folder);
  assert.equal(first.isUnclean, false);
  assert.equal(JSON.parse(readFileSync(file, "utf8")).pid, process.pid);
  const locked = (message: RegExp) => ({ code: "state-locked", message });
  assert.throws(() => holdLock(folder), locked(new RegExp(`process ${process.pid} on "`)));
  writeFileSync(file, '{"pid":12,"host":"\u001b[2J"}');
  assert.throws(() => holdLock(folder), locked(/process 12 on "\\x1b\[2J"/));
  writeFileSync(file, "x".repeat(100_000));
  assert.throws(() => holdLock(folder), locked(/: another process writes/));
  first.release(false);
  const second = holdLock(folder);
  assert.equal(second.isUnclean, true);
  second.release(true);
  const third = holdLock(folder);
  assert.equal(third.isUnclean, false);
  third.release(true);
  rmSync(folder, { recursive: true });
});

test("what SQLite answers becomes what a person can do; a defect stays one", () => {
  const told = (errcode: number, mode: "read" | "write" = "write"): unknown => {
    try {
      tellingErrors({ file: "f", mode }, () => {
        throw Object.assign(new Error("text"), { errcode });
      });
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : error;
    }
    return undefined;
  };
  const codes = {
    "state-locked": [5, 6, 261, 517],
    "state-damaged": [11, 26, 267, 8458],
    "disk-full": [13, 4874],
    "file-not-written": [8, 14, 10, 778, 1032],
    "file-unreadable": [266, 522],
  };
  for (const [code, answers] of Object.entries(codes)) {
    for (const answer of answers) assert.equal(told(answer), code, `${answer}`);
  }
  assert.equal(told(14, "read"), "file-unreadable");
  assert.equal(sqliteCode(told(1)), 1);
  assert.equal(sqliteCode("text"), 0);
  assert.match(damaged('a"b', "why").message, /"a\\"b" is damaged: why\./);
});
