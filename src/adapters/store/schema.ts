/**
 * Holds the shape of the database, version by version.
 * In: a database of any version up to now. Out: one of the current version. A version that was
 * released is never changed: the next one is appended, and `fixtures/store` gets a database of it.
 */
import type { DatabaseSync } from "node:sqlite";

/** "wagg": what the file says of itself; `file` and the like show it. */
export const applicationId = 0x77616767;

/**
 * - `fact`: settled, merged for good. By container, so that one's facts lie together and are
 *   forgotten together. `key` is a digest: paths can be 4 kB long.
 * - `open_fact`: of what still runs; each batch replaces some.
 * - `body` is JSON everywhere but in `report` (zstd of JSON) and `checkpoint` (see `second`).
 */
const first = `
CREATE TABLE writer (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  sequence INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  positions TEXT NOT NULL
) STRICT;
CREATE TABLE checkpoint (
  writer INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  positions TEXT NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE TABLE fact (
  container TEXT NOT NULL,
  key BLOB NOT NULL,
  writer INTEGER NOT NULL,
  kind TEXT NOT NULL,
  last_seen_us INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (container, key, writer)
) STRICT;
CREATE INDEX fact_container ON fact (container, last_seen_us) WHERE kind = 'container';
CREATE INDEX fact_loss ON fact (last_seen_us) WHERE kind = 'loss';
CREATE TABLE open_fact (
  writer INTEGER NOT NULL,
  key BLOB NOT NULL,
  container TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (writer, key)
) STRICT;
CREATE INDEX open_fact_container ON open_fact (container);
CREATE TABLE report (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  time_us INTEGER NOT NULL,
  trigger TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE INDEX report_time ON report (time_us) WHERE body IS NOT NULL;
CREATE TABLE finding (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE change (
  number INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  finding TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX change_time ON change (time_us);
CREATE INDEX change_finding ON change (finding, time_us);
CREATE TABLE note (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  revoked_us INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE note_key (
  key TEXT NOT NULL,
  note INTEGER NOT NULL,
  PRIMARY KEY (key, note)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE note_word USING fts5 (terms, content = '', contentless_delete = 1);
CREATE TABLE scan (image TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * The state of a checkpoint in parts (`state-blocks.ts`), so that nobody holds it in one piece. One
 * that was written before is a single part.
 */
const second = `
CREATE TABLE checkpoint_part (
  writer INTEGER NOT NULL,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (writer, number)
) STRICT;
INSERT INTO checkpoint_part (writer, number, bytes) SELECT writer, 0, state FROM checkpoint;
ALTER TABLE checkpoint DROP COLUMN state;
`;

const versions: readonly string[] = [first, second];

/** What `PRAGMA user_version` of a current database says. */
export const schemaVersion = versions.length;

/** Each version in one transaction: a migration that is cut short did not begin. */
export function migrate(database: DatabaseSync, from: number): void {
  for (const [at, change] of versions.entries()) {
    if (at < from) continue;
    database.exec(`BEGIN IMMEDIATE;
      ${change}
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${at + 1};
      COMMIT;`);
  }
}
