/**
 * Holds the right to write to a state directory: one process at a time.
 * In: a directory. Out: a lock that the system takes back when the process ends, however it ends,
 * and whether the last holder ended well. Must never rest on a process id alone: ids come again.
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeVisible } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { makeDirectory } from "./make-directory.ts";
import { sqliteCode, tellingErrors } from "./tell-sqlite-error.ts";

export interface Lock {
  /** True when the last holder did not release it: it was killed, or the power went. */
  readonly isUnclean: boolean;
  /** `isClean` false: the next holder is to be told that this one did not end well. */
  release(isClean: boolean): void;
}

const sqliteBusy = 5;

/** **Errors**: throws `state-locked`, `file-not-written`, `disk-full`. */
export function holdLock(directory: string): Lock {
  const holderFile = join(directory, "writer.json");
  makeStateDirectory(directory);
  const database = lockDatabase(directory, holderFile);
  try {
    const isUnclean = readHolder(holderFile) !== undefined;
    writeHolder(holderFile);
    return {
      isUnclean,
      release: (isClean) => {
        if (isClean) rmSync(holderFile, { force: true });
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeStateDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    throw notWritten(directory, error);
  }
}

/** An empty database in an exclusive transaction that never ends. */
function lockDatabase(directory: string, holderFile: string): DatabaseSync {
  const file = join(directory, "lock.db");
  return tellingErrors({ file, mode: "write" }, () => {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      // Nothing is ever written, so nothing has to be rolled back from a file.
      database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      return database;
    } catch (error) {
      database.close();
      if ((sqliteCode(error) & 0xff) !== sqliteBusy) throw error;
      const who = readHolder(holderFile) ?? "another process";
      const message = `${JSON.stringify(directory)} is in use: ${who} writes to it.`;
      throw new WaggleError("state-locked", message, { cause: error });
    }
  });
}

/** Who wrote the file, in words; undefined when there is none. */
function readHolder(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const told = /^\{"pid":(\d{1,10}),"host":("(?:[^"\\]|\\.){0,255}")\}/.exec(text);
  if (told === null) return "another process";
  return `process ${told[1]} on ${makeVisible(told[2] ?? "")}`;
}

/** Reaches the disk before anything else does, so that a power cut cannot hide it. */
function writeHolder(file: string): void {
  try {
    const descriptor = openSync(file, "w", 0o600);
    try {
      writeFileSync(descriptor, `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw notWritten(file, error);
  }
}

function notWritten(path: string, error: unknown): WaggleError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  const message = `${JSON.stringify(path)} could not be written (${code}).`;
  return new WaggleError(isFull ? "disk-full" : "file-not-written", message, { cause: error });
}
