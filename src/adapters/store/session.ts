/**
 * Holds one open database and how it is asked: whole transactions, streams of a moment.
 * In: statements. Out: rows; what SQLite refuses as a `WaggleError`. Must never leave a transaction
 * open, nor a stream that nobody reads.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { WaggleError } from "../../ports/waggle-error.ts";
import { damaged, type Place, tellingErrors } from "./tell-sqlite-error.ts";

export type Row = Record<string, SQLOutputValue>;

/** **Unit**: rows that are read in one go before others get their turn; more make it no faster. */
const pageRowCount = 128;

/** Rows of one table, page by page: each page begins after the last key of the one before. */
export interface Listing {
  readonly table: string;
  /** A column that is found by an index, and is another in each row. */
  readonly key: string;
  /** Before all keys, and of their type. */
  readonly first: string | number;
  /** Of what is wanted of it, in SQL. */
  readonly where?: string;
}

/** **Unit**: pages of the file given back in one go. */
const vacuumPageCount = 512;

export class Session {
  readonly place: Place;
  private readonly database: DatabaseSync;
  private readonly openReader: () => DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private readonly readers = new Set<DatabaseSync>();
  private sawDamage = false;

  /** `openReader` gives another connection to the same file, for reading alone. */
  constructor(place: Place, database: DatabaseSync, openReader: () => DatabaseSync) {
    this.place = place;
    this.database = database;
    this.openReader = openReader;
  }

  /** True once anything was damaged: the next opening must look at all of it. */
  get isDamaged(): boolean {
    return this.sawDamage;
  }

  /** Statements are few and constant: each is prepared once. */
  prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  read<Result>(work: () => Result): Result {
    return this.watch(() => tellingErrors(this.place, work));
  }

  /** All of it or nothing. */
  write<Result>(work: () => Result): Result {
    return this.within("BEGIN IMMEDIATE", work);
  }

  /** Several questions, answered as of one moment. */
  readTogether<Result>(work: () => Result): Result {
    return this.within("BEGIN", work);
  }

  /**
   * What the column `body` of the rows holds as JSON, as it is at one moment, page by page. Holds
   * that moment, and what the log keeps for it, until the stream ends or is left. **Cost**: that of
   * reading JSON: SQLite gives a page as one text.
   */
  async *stream<Value>(listings: readonly Listing[]): AsyncGenerator<readonly Value[]> {
    const reader = this.read(this.openReader);
    this.readers.add(reader);
    try {
      this.read(() => reader.exec("BEGIN"));
      for (const listing of listings) {
        const pages = this.read(() => reader.prepare(selectPage(listing)));
        let last: SQLInputValue = listing.first;
        for (;;) {
          const page = this.read(() => pages.get(last, pageRowCount));
          const rowCount = Number(page?.["rowCount"] ?? 0);
          if (rowCount > 0) yield this.decode<readonly Value[]>(`[${page?.["bodies"]}]`);
          if (rowCount < pageRowCount) break;
          last = page?.["last"] ?? null;
          await setImmediate();
        }
      }
    } finally {
      this.readers.delete(reader);
      if (reader.isOpen) reader.close();
    }
  }

  /** A value that was kept as JSON. **Errors**: throws `state-damaged`. */
  decode<Value>(text: SQLOutputValue | undefined): Value {
    return this.watch(() => {
      try {
        return JSON.parse(String(text)) as Value;
      } catch (error) {
        throw damaged(this.place.file, "a value in it is no JSON", error);
      }
    });
  }

  /** A text that `toColumn` wrote. */
  decodeColumn(column: SQLOutputValue | undefined): string {
    return this.decode(`"${column}"`);
  }

  /** Gives the space of what was dropped back to the file system, letting others work between. */
  async shrink(): Promise<void> {
    while (this.database.isOpen && this.count("PRAGMA freelist_count") > 0) {
      const before = this.count("PRAGMA freelist_count");
      this.read(() => this.prepare(`PRAGMA incremental_vacuum(${vacuumPageCount})`).all());
      if (this.count("PRAGMA freelist_count") >= before) return;
      await setImmediate();
    }
  }

  /** The one number that a statement gives. */
  count(sql: string): number {
    return Number(Object.values(this.read(() => this.prepare(sql).get()) ?? {})[0] ?? 0);
  }

  close(): void {
    for (const reader of this.readers) reader.close();
    this.readers.clear();
    if (this.database.isOpen) this.read(() => this.database.close());
  }

  private within<Result>(begin: string, work: () => Result): Result {
    return this.read(() => {
      this.prepare(begin).run();
      try {
        const result = work();
        this.prepare("COMMIT").run();
        return result;
      } finally {
        // SQLite ends the transaction itself after some errors, such as a full disk.
        if (this.database.isTransaction) this.prepare("ROLLBACK").run();
      }
    });
  }

  private watch<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof WaggleError && error.code === "state-damaged") this.sawDamage = true;
      throw error;
    }
  }
}

function selectPage({ table, key, where }: Listing): string {
  const wanted = where === undefined ? "" : `AND ${where}`;
  return `
SELECT max(at) AS last, count(*) AS rowCount, group_concat(body) AS bodies FROM (
  SELECT ${key} AS at, body FROM ${table} WHERE ${key} > ? ${wanted} ORDER BY ${key} LIMIT ?
)`;
}

/**
 * Text as a column holds it, to be found again exactly. NUL, which ends texts in SQL, and lone
 * surrogates, which UTF-8 cannot hold, are escaped; so is what escapes, so that no two are one.
 */
export function toColumn(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
