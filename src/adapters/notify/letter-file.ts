/**
 * Holds dead letters in a file: one JSON object a line, readable by its owner alone.
 * In: letters. Out: the same, oldest first. The file has a bound: the oldest make room.
 * Must never lose a letter that another process adds while this one hands letters over.
 */
import { constants } from "node:fs";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DeadLetter, DeadLetters, KeptLetters } from "../../ports/dead-letters.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** **Unit**: bytes of the file. */
const sizeBytesMaxDefault = 64 * 1024 * 1024;

export function createLetterFile(file: string, sizeBytesMax = sizeBytesMaxDefault): DeadLetters {
  // One after the other: making room rewrites what adding appends to.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };
  return {
    add: (letters) => inTurn(() => telling(file, () => add(file, letters, sizeBytesMax))),
    list: () => inTurn(() => telling(file, () => list(file))),
    takeEach: (take) => inTurn(() => telling(file, () => takeEach(file, take))),
  };
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

async function add(
  file: string,
  letters: readonly DeadLetter[],
  sizeBytesMax: number,
): Promise<number> {
  const lines = letters.map((letter) => JSON.stringify(letter));
  // As many of the newest as fit half of it, as when room is made.
  const kept = newest(lines, sizeBytesMax / 2);
  const tooMany = lines.length - kept.length;
  if (kept.length === 0) return tooMany;
  const text = `${kept.join("\n")}\n`;
  const dropped = await makeRoom(file, Buffer.byteLength(text), sizeBytesMax);
  await append(file, text);
  return tooMany + dropped;
}

function newest(lines: readonly string[], sizeBytesMax: number): readonly string[] {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines.toReversed()) {
    const lineSize = Buffer.byteLength(line) + 1;
    // One that is too large by itself keeps no other out.
    if (lineSize > sizeBytesMax) continue;
    size += lineSize;
    if (size > sizeBytesMax) break;
    kept.unshift(line);
  }
  return kept;
}

/** On a line of its own also where a process was killed in the midst of the one before. */
async function append(file: string, text: string): Promise<void> {
  const handle = await open(file, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const isTorn = size > 0 && last.toString() !== "\n";
    await handle.writeFile(isTorn ? `\n${text}` : text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The newest half stays. Gives how many lines went. */
async function makeRoom(file: string, sizeBytes: number, sizeBytesMax: number): Promise<number> {
  const size = (await stat(file).catch(ifMissing(undefined)))?.size ?? 0;
  if (size + sizeBytes <= sizeBytesMax) return 0;
  const lines = await readLines(file);
  const kept = newest(lines, sizeBytesMax / 2);
  const temporary = `${file}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  if (kept.length > 0) await append(temporary, `${kept.join("\n")}\n`);
  if (kept.length > 0) await rename(temporary, file);
  else await rm(file, { force: true });
  return lines.length - kept.length;
}

async function readLines(file: string): Promise<readonly string[]> {
  const handle = await open(file, O_RDONLY | O_NOFOLLOW).catch(ifMissing(undefined));
  if (handle === undefined) return [];
  try {
    return linesOf(await handle.readFile("utf8"));
  } finally {
    await handle.close();
  }
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

async function list(file: string): Promise<KeptLetters> {
  const taken = await takenFiles(file);
  const lines: string[] = [];
  for (const one of [...taken, file]) lines.push(...(await readLines(one)));
  return parse(lines);
}

function parse(lines: readonly string[]): KeptLetters {
  const letters: unknown[] = [];
  let damagedCount = 0;
  for (const line of lines) {
    const letter = parseLine(line);
    if (letter === undefined) damagedCount += 1;
    else letters.push(letter);
  }
  return { letters, damagedCount };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const takenMark = ".taken-";

/** What a process that hands letters over has put aside, or left when it was killed. */
async function takenFiles(file: string): Promise<readonly string[]> {
  const folder = dirname(file);
  const start = `${basename(file)}${takenMark}`;
  const names = await readdir(folder).catch(ifMissing([]));
  const found = names.filter((name) => name.startsWith(start)).sort();
  return found.map((name) => join(folder, name));
}

async function takeEach(
  file: string,
  take: (letter: unknown) => Promise<boolean>,
): Promise<KeptLetters> {
  const aside = `${file}${takenMark}${process.pid}`;
  const old = await takenFiles(file);
  if (!old.includes(aside)) await rename(file, aside).catch(ifMissing(undefined));
  const files = [...new Set([...old, aside])];
  const left: string[] = [];
  for (const one of files) left.push(...(await handOver(one, file, take)));
  return parse(left);
}

/** What is not done with goes back; only then does what was put aside go. */
async function handOver(
  aside: string,
  file: string,
  take: (letter: unknown) => Promise<boolean>,
): Promise<readonly string[]> {
  const left: string[] = [];
  let doneCount = 0;
  let failure: { readonly error: unknown } | undefined;
  for (;;) {
    // A process that had the file open when it was put aside may still have added to it.
    const lines = (await readLines(aside)).slice(doneCount);
    if (lines.length === 0) break;
    for (const line of lines) {
      doneCount += 1;
      const letter = parseLine(line);
      try {
        const isDone = failure === undefined && letter !== undefined && (await take(letter));
        if (!isDone) left.push(line);
      } catch (error) {
        failure = { error };
        left.push(line);
      }
    }
  }
  if (left.length > 0) await append(file, `${left.join("\n")}\n`);
  await rm(aside, { force: true });
  if (failure !== undefined) throw failure.error;
  return left;
}

function ifMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return value;
    throw error;
  };
}

async function telling<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (error instanceof WaggleError || code === "") throw error;
    const message = `Dead letters in ${JSON.stringify(file)} are out of reach (${code}).`;
    const kind = code === "ENOSPC" ? "disk-full" : "file-not-written";
    throw new WaggleError(kind, message, { cause: error, retryable: true });
  }
}
