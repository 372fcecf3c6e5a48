/**
 * Holds the store over SQLite: one database in a directory.
 * In: a directory, whether to write. Out: a `Store`. One process writes, which a lock ensures; any
 * number read meanwhile. Must never change what it refused to open.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Store, StoreMode, StoreSize } from "../../ports/store.ts";
import { holdLock } from "./hold-lock.ts";
import { openReader, openToJoin, openToRead, openToWrite } from "./open-database.ts";
import { Session } from "./session.ts";
import { SqliteFacts } from "./sqlite-facts.ts";
import { SqliteHistory } from "./sqlite-history.ts";
import { SqliteNotes } from "./sqlite-notes.ts";
import { createSqliteScans, createSqliteSettings } from "./sqlite-records.ts";

export interface SqliteOptions {
  /** **Unit**: bytes that the database may have; beyond it writing fails with `disk-full`. */
  readonly sizeBytesMax?: number;
}

/**
 * **Errors**: throws `state-locked`, `state-too-new`, `state-damaged`, `disk-full`,
 * `file-not-written`; to read or join: `not-found`, `state-too-old`; to read: `file-unreadable`.
 */
export async function openSqliteStore(
  directory: string,
  mode: StoreMode,
  options: SqliteOptions = {},
): Promise<Store> {
  const file = join(directory, "waggle.db");
  if (mode === "read") return openReadingStore(file);
  return mode === "join" ? openJoiningStore(file) : openWritingStore(directory, file, options);
}

/** Beside the one who holds the lock, and made the database. */
function openJoiningStore(file: string): Store {
  const place = { file, mode: "write" } as const;
  const session = new Session(place, openToJoin(file), () => openReader(file));
  return assemble(session, () => session.close());
}

function openReadingStore(file: string): Store {
  const place = { file, mode: "read" } as const;
  const session = new Session(place, openToRead(file), () => openReader(file));
  return assemble(session, () => session.close());
}

function openWritingStore(directory: string, file: string, options: SqliteOptions): Store {
  const lock = holdLock(directory);
  const { isUnclean } = lock;
  try {
    const { sizeBytesMax = 0 } = options;
    const database = openToWrite(file, { isUnclean, sizeBytesMax });
    const place = { file, mode: "write" } as const;
    const session = new Session(place, database, () => openReader(file));
    let isOpen = true;
    return assemble(session, () => {
      if (!isOpen) return;
      isOpen = false;
      try {
        session.close();
      } finally {
        lock.release(!session.isDamaged);
      }
    });
  } catch (error) {
    lock.release(!isUnclean);
    throw error;
  }
}

function assemble(session: Session, close: () => void): Store {
  return {
    facts: new SqliteFacts(session),
    history: new SqliteHistory(session),
    notes: new SqliteNotes(session),
    scans: createSqliteScans(session),
    settings: createSqliteSettings(session),
    size: async () => measure(session),
    close: async () => close(),
  };
}

const countedTables = {
  settled: "fact",
  open: "open_fact",
  report: "report WHERE body IS NOT NULL",
  change: "change",
  finding: "finding",
  note: "note",
  scan: "scan",
  setting: "setting",
} as const;

function measure(session: Session): StoreSize {
  const { file } = session.place;
  const sizes = ["", "-wal", "-shm"].map(
    (end) => statSync(file + end, { throwIfNoEntry: false })?.size ?? 0,
  );
  const counts = Object.entries(countedTables).map(
    ([name, rows]) => [name, session.count(`SELECT count(*) FROM ${rows}`)] as const,
  );
  return {
    sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    rowCounts: Object.fromEntries(counts),
  };
}
