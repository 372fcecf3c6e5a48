/**
 * Holds how the database of a state directory is opened, to be written or only to be read.
 * In: its path. Out: a connection to a whole database of the current schema.
 * Must never bring a database up to date that a newer waggle or another program wrote, or that
 * somebody else holds.
 */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { WaggleError } from "../../ports/waggle-error.ts";
import { applicationId, migrate, schemaVersion } from "./schema.ts";
import { damaged, tellingErrors } from "./tell-sqlite-error.ts";

/** **Unit**: bytes. Facts are near 800: fewer are left over of a page than of one of 4096. */
const pageSizeBytes = 8192;
/**
 * Of pages. What a batch merges with is in pages anywhere, which the system has at hand as well:
 * with 4 MB a commit costs within a tenth of what it costs with 32, which filled up within minutes
 * and stayed resident. A checkpoint is larger, and goes to the log before its end.
 */
const cacheKibibytes = 4 * 1024;
/** **Unit**: bytes that the write-ahead log keeps once a checkpoint made it grow. */
const logSizeBytesMax = 16 * 1024 * 1024;

export interface WriteOptions {
  /** Look at every page: the last writer did not end well. */
  readonly isUnclean: boolean;
  /** **Unit**: bytes that the database may have, its log apart; 0 without a bound. */
  readonly sizeBytesMax: number;
}

/** **Errors**: throws `state-damaged`, `state-too-new`, `disk-full`, `file-not-written`. */
export function openToWrite(file: string, options: WriteOptions): DatabaseSync {
  return tellingErrors({ file, mode: "write" }, () => {
    return keepingOpen(connect(file, false), (database) => {
      const version = checkVersion(file, database);
      // Only an empty database takes these, and no other is to be written yet.
      if (version === 0) {
        database.exec(`PRAGMA page_size = ${pageSizeBytes}; PRAGMA auto_vacuum = INCREMENTAL`);
      }
      if (options.isUnclean) checkWhole(file, database);
      prepareToWrite(database);
      migrate(database, version);
      // After it: to bring a full database up to date takes room for a moment.
      if (options.sizeBytesMax > 0) {
        const pageCountMax = Math.floor(options.sizeBytesMax / pageSizeBytes);
        database.exec(`PRAGMA max_page_count = ${pageCountMax}`);
      }
      checkWritable(database);
    });
  });
}

/**
 * To write beside the one who holds the database, and who alone may bring it up to date: an older
 * one could write to it no more.
 * **Errors**: throws `not-found`, `state-too-old`, `state-damaged`, `state-too-new`, `disk-full`,
 * `file-not-written`.
 */
export function openToJoin(file: string): DatabaseSync {
  return tellingErrors({ file, mode: "write" }, () => {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) throw noState(file);
    return keepingOpen(connect(file, false), (database) => {
      checkCurrent(file, database);
      prepareToWrite(database);
      checkWritable(database);
    });
  });
}

/**
 * **Errors**: throws `not-found`, `state-too-old`, `state-damaged`, `state-too-new`,
 * `file-unreadable`.
 */
export function openToRead(file: string): DatabaseSync {
  return tellingErrors({ file, mode: "read" }, () => {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) throw noState(file);
    return keepingOpen(connectReadOnly(file), (database) => checkCurrent(file, database));
  });
}

/** A connection to a database that was opened before. */
export function openReader(file: string): DatabaseSync {
  return connectReadOnly(file);
}

/** Open for good when nothing speaks against it. */
function keepingOpen(database: DatabaseSync, check: (database: DatabaseSync) => void) {
  try {
    check(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Only who holds the database makes it, or brings it up to date. */
function checkCurrent(file: string, database: DatabaseSync): void {
  const version = checkVersion(file, database);
  if (version === 0) throw noState(file);
  if (version < schemaVersion) throw tooOld(file, version);
}

function prepareToWrite(database: DatabaseSync): void {
  // Readers go on while it is written; each commit has reached the disk when it returns.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(`PRAGMA cache_size = ${-cacheKibibytes}`);
  database.exec(`PRAGMA journal_size_limit = ${logSizeBytesMax}`);
}

/** A file that is read-only opens well, and would fail at the first batch only. */
function checkWritable(database: DatabaseSync): void {
  database.exec("DELETE FROM setting WHERE 0");
}

function connect(path: string | URL, readOnly: boolean): DatabaseSync {
  return new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: false, timeout: 5000 });
}

function connectReadOnly(file: string): DatabaseSync {
  const database = connect(file, true);
  try {
    database.prepare("PRAGMA user_version").get();
    return database;
  } catch (error) {
    database.close();
    // Nobody writes, and here nobody may: SQLite cannot lay the files beside it that tell of
    // writers, nor needs to.
    if (statSync(`${file}-wal`, { throwIfNoEntry: false }) !== undefined) throw error;
    const url = pathToFileURL(file);
    url.searchParams.set("immutable", "1");
    return connect(url, true);
  }
}

/** The version of the schema; 0 for an empty database. */
function checkVersion(file: string, database: DatabaseSync): number {
  const version = pragma(database, "user_version");
  const application = pragma(database, "application_id");
  const isEmpty = version === 0 && application === 0 && pragma(database, "schema_version") === 0;
  if (application !== applicationId && !isEmpty) {
    throw damaged(file, "it is a database of another program");
  }
  if (version <= schemaVersion) return version;
  const message =
    `${JSON.stringify(file)} was written by a newer waggle: its schema is ${version}, this one ` +
    `knows ${schemaVersion}.`;
  throw new WaggleError("state-too-new", message);
}

function checkWhole(file: string, database: DatabaseSync): void {
  const told = database.prepare("PRAGMA quick_check(1)").get();
  if (told?.["quick_check"] !== "ok") throw damaged(file, "its pages contradict each other");
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function tooOld(file: string, version: number): WaggleError {
  const message =
    `${JSON.stringify(file)} was written by an older waggle: its schema is ${version}, this one ` +
    `needs ${schemaVersion}. Where a daemon holds it, restart it with this version.`;
  return new WaggleError("state-too-old", message);
}

function noState(file: string): WaggleError {
  const message =
    `${JSON.stringify(file)} holds no state that can be read yet. ` +
    "Start `waggle run` with this directory first, or name another one.";
  return new WaggleError("not-found", message);
}
