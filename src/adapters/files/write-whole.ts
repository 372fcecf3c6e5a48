/**
 * Holds writing a file all or nothing.
 * In: a name and all pieces of text. Out: the file with exactly those, or the old one untouched.
 * Everything is synchronous on purpose: no signal handler of ours can run between the first byte
 * and the rename, so an interrupted run leaves no half file and no temporary one.
 */
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { WaggleError } from "../../ports/waggle-error.ts";
import { fileErrorCode, tellFileError } from "./tell-file-error.ts";

/** **Errors**: throws `file-not-written`. */
export function writeWhole(name: string, text: string | Iterable<string>): void {
  const pieces = typeof text === "string" ? [text] : text;
  try {
    const target = followLink(name);
    const old = statSync(target, { throwIfNoEntry: false });
    if (old === undefined || old.isFile()) replaceFile(target, pieces, old);
    else if (old.isDirectory()) throw new Error("it is a directory");
    // A pipe or a device (`/dev/null`) must stay what it is: a rename would replace it.
    else writePieces(openSync(target, "w"), pieces);
  } catch (error) {
    const why = tellFileError(error);
    const message = `${JSON.stringify(name)} could not be written: ${why}.`;
    throw new WaggleError("file-not-written", message, { cause: error });
  }
}

/** A link stays a link: what it points to is replaced. */
function followLink(name: string): string {
  const found = lstatSync(name, { throwIfNoEntry: false });
  return found?.isSymbolicLink() === true ? realpathSync(name) : name;
}

function replaceFile(target: string, pieces: Iterable<string>, old: Stats | undefined): void {
  // A rename would replace also what its owner wants to be left alone.
  if (old !== undefined) closeSync(openSync(target, "r+"));
  const folder = dirname(target);
  const { temporary, descriptor } = openTemporary(join(folder, temporaryName(target)));
  try {
    writePieces(descriptor, pieces);
    if (old !== undefined) chmodSync(temporary, old.mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/** **Unit**: characters of the target's name; what is added must still fit a file name. */
const nameLengthMax = 50;

function temporaryName(target: string): string {
  return `.${basename(target).slice(0, nameLengthMax)}.${process.pid}`;
}

/** Never opens what is there: in a folder of many it may be a link that somebody laid out. */
function openTemporary(start: string): { temporary: string; descriptor: number } {
  for (let attempt = 0; ; attempt++) {
    const temporary = `${start}.${attempt}.tmp`;
    try {
      return { temporary, descriptor: openSync(temporary, "wx") };
    } catch (error) {
      if (fileErrorCode(error) !== "EEXIST" || attempt === 99) throw error;
    }
  }
}

function writePieces(descriptor: number, pieces: Iterable<string>): void {
  try {
    for (const piece of pieces) writeFileSync(descriptor, piece);
    if (fstatSync(descriptor).isFile()) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the rename survive a power cut. Some systems cannot; the file is whole all the same. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return;
  }
}
