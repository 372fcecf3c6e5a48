/**
 * Holds the port `Files` over Node's file system and standard input.
 * In: names as the user gave them. Out: entries, decompressed streams, whole writes; what the
 * system refuses becomes a `WaggleError` in words.
 * Must never read a device, nor follow a directory below the one that was named unless it is asked
 * for the whole tree.
 */
import type { Stats } from "node:fs";
import { type FileHandle, lstat, open as openHandle, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { compareText } from "../../core/event/compare-text.ts";
import type { FileEntry, Files, OpenFile } from "../../ports/files.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { decompress } from "./decompress.ts";
import { orderRotated } from "./order-rotated.ts";
import { readHandle, readStandardInput } from "./read-stored.ts";
import { fileErrorCode, tellFileError } from "./tell-file-error.ts";
import { writeWhole } from "./write-whole.ts";

const standardInput = "-";

export function createNodeFiles(): Files {
  return {
    list,
    listTree,
    open,
    writeWhole: async (name, pieces) => writeWhole(name, pieces),
    remove,
  };
}

async function remove(name: string): Promise<void> {
  try {
    await rm(name, { force: true });
  } catch (error) {
    const why = tellFileError(error);
    const message = `${JSON.stringify(name)} could not be removed: ${why}.`;
    throw new WaggleError("file-not-written", message, { cause: error });
  }
}

async function list(name: string): Promise<readonly FileEntry[]> {
  if (name === standardInput) return [{ name, sizeBytes: -1 }];
  const found = await statOf(name);
  if (!found.isDirectory()) return [{ name, sizeBytes: sizeOf(found) }];
  const entries: FileEntry[] = [];
  for (const inside of orderRotated(await namesIn(name))) {
    const path = join(name, inside);
    const file = await stat(path).catch(() => undefined);
    if (file?.isFile() === true) entries.push({ name: path, sizeBytes: file.size });
  }
  if (entries.length > 0) return entries;
  const what = "a directory without files of its own; name the files";
  throw new WaggleError("file-not-found", `${JSON.stringify(name)} is ${what}.`);
}

const depthMax = 10;
const treeFilesMax = 10_000;

async function listTree(name: string): Promise<readonly FileEntry[]> {
  const found = await statOf(name);
  if (!found.isDirectory()) return [{ name, sizeBytes: sizeOf(found) }];
  const entries: FileEntry[] = [];
  await addTree(entries, name, 0);
  return entries.sort((a, b) => compareText(a.name, b.name));
}

async function addTree(entries: FileEntry[], folder: string, depth: number): Promise<void> {
  for (const inside of await namesIn(folder)) {
    const path = join(folder, inside);
    const entry = await lstat(path).catch(() => undefined);
    if (entry?.isDirectory() === true && depth < depthMax) {
      await addTree(entries, path, depth + 1);
      continue;
    }
    const file = await stat(path).catch(() => undefined);
    const isLeftOut = entries.length >= treeFilesMax || file?.isFile() !== true;
    if (!isLeftOut) entries.push({ name: path, sizeBytes: file.size });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith("."));
  } catch (error) {
    throw refusal(folder, error);
  }
}

async function open(name: string): Promise<OpenFile> {
  const position = { bytes: 0 };
  const isInput = name === standardInput;
  const found = isInput ? undefined : await statOf(name);
  if (found?.isDirectory() === true) throw unreadable(name, "it is a directory");
  const stored =
    found === undefined
      ? readStandardInput(position)
      : readHandle(await openFile(name), position, found.isFile());
  const { compression, chunks, damage } = await decompress(stored);
  return {
    name,
    sizeBytes: found === undefined ? -1 : sizeOf(found),
    compression,
    chunks,
    consumedBytes: () => position.bytes,
    truncated: () => damage.text,
  };
}

async function statOf(name: string): Promise<Stats> {
  let found: Stats;
  try {
    found = await stat(name);
  } catch (error) {
    throw refusal(name, error);
  }
  if (found.isSocket()) throw unreadable(name, "it is a socket");
  if (found.isBlockDevice() || found.isCharacterDevice()) {
    throw unreadable(name, "it is a device; for standard input write `-`");
  }
  return found;
}

async function openFile(name: string): Promise<FileHandle> {
  try {
    return await openHandle(name, "r");
  } catch (error) {
    throw refusal(name, error);
  }
}

function sizeOf(found: Stats): number {
  return found.isFile() ? found.size : -1;
}

function refusal(name: string, error: unknown): WaggleError {
  const shown = JSON.stringify(name);
  const code = fileErrorCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    const why = code === "ENOENT" ? "" : ": a part of its path is not a directory";
    return new WaggleError("file-not-found", `There is no file ${shown}${why}.`, { cause: error });
  }
  const message = `${shown} could not be read: ${tellFileError(error)}.`;
  return new WaggleError("file-unreadable", message, { cause: error });
}

function unreadable(name: string, why: string): WaggleError {
  return new WaggleError("file-unreadable", `${JSON.stringify(name)} could not be read: ${why}.`);
}
