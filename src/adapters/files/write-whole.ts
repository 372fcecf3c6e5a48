/**
 * Holds writing a file all or nothing.
 * In: a name and the whole text. Out: the file with exactly that text, or the old one untouched.
 * Everything is synchronous on purpose: no signal handler of ours can run between the first byte
 * and the rename, so an interrupted run leaves no half file and no temporary one.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { WaggleError } from "../../ports/waggle-error.ts";
import { tellFileError } from "./tell-file-error.ts";

/** **Errors**: throws `file-not-written`. */
export function writeWhole(name: string, text: string): void {
  try {
    const target = followLink(name);
    const old = statSync(target, { throwIfNoEntry: false });
    if (old === undefined || old.isFile()) replaceFile(target, text, old);
    else if (old.isDirectory()) throw new Error("it is a directory");
    // A pipe or a device (`/dev/null`) must stay what it is: a rename would replace it.
    else writeFileSync(target, text);
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

function replaceFile(target: string, text: string, old: Stats | undefined): void {
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${process.pid}.tmp`);
  const descriptor = openSync(temporary, "w");
  try {
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (old !== undefined) chmodSync(temporary, old.mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  syncFolder(folder);
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
