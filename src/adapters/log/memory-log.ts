/**
 * Holds a log that keeps its lines, for tests of what is said.
 * In: sentences and fields. Out: the entries, as they came. Must never grow without a bound.
 */
import type { Log, LogFields, LogLevel } from "../../ports/log.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly sentence: string;
  readonly fields: LogFields;
}

/** **Unit**: entries; those that come after it are counted. */
const entryCountMax = 10_000;

export class MemoryLog implements Log {
  readonly entries: LogEntry[] = [];
  droppedCount = 0;

  error(sentence: string, fields: LogFields = {}): void {
    this.keep({ level: "error", sentence, fields });
  }

  warn(sentence: string, fields: LogFields = {}): void {
    this.keep({ level: "warn", sentence, fields });
  }

  info(sentence: string, fields: LogFields = {}): void {
    this.keep({ level: "info", sentence, fields });
  }

  debug(sentence: string, fields: LogFields = {}): void {
    this.keep({ level: "debug", sentence, fields });
  }

  /** Sentences of one level. */
  said(level: LogLevel): readonly string[] {
    return this.entries.filter((one) => one.level === level).map(({ sentence }) => sentence);
  }

  private keep(entry: LogEntry): void {
    if (this.entries.length < entryCountMax) this.entries.push(entry);
    else this.droppedCount += 1;
  }
}
