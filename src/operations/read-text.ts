/**
 * Holds the ways documents are read through the port `Files`: names to files, a file to text.
 * In: names as the user gave them. Out: files in order; text of bounded size.
 * Must never keep a document that is larger than its bound.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { FileEntry, Files, OpenFile } from "../ports/files.ts";
import { WaggleError } from "../ports/waggle-error.ts";

/** One file behind a name of the command line or the configuration. */
export interface NamedFile extends FileEntry {
  /** What the user wrote before `=`: which container the file belongs to; "" when nothing. */
  readonly joinName: string;
  /** True when a directory was named: then a file of another kind is left out, not an error. */
  readonly fromDirectory: boolean;
}

/** Expands directories. **Order**: as given; the same file twice stays once. */
export async function listFiles(
  files: Files,
  names: readonly string[],
): Promise<readonly NamedFile[]> {
  const found = new Map<string, NamedFile>();
  for (const name of names) {
    for (const file of await listOne(files, name, "")) {
      const key = `${file.joinName}\u0000${file.name}`;
      if (!found.has(key)) found.set(key, file);
    }
  }
  return [...found.values()];
}

/** False when one of them is a pipe: what was read of it once is gone. */
export async function canReadAgain(files: Files, names: readonly string[]): Promise<boolean> {
  const entries = await Promise.all(names.map((name) => files.list(name)));
  return entries.flat().every(({ sizeBytes }) => sizeBytes >= 0);
}

/** As `listFiles` for names of the shape `[NAME=]FILE`. A file whose own name has a `=` wins. */
export async function listJoinedFiles(
  files: Files,
  names: readonly string[],
): Promise<readonly NamedFile[]> {
  const found = new Map<string, NamedFile>();
  for (const name of names) {
    for (const file of await listJoined(files, name)) {
      const key = `${file.joinName}\u0000${file.name}`;
      if (!found.has(key)) found.set(key, file);
    }
  }
  return [...found.values()];
}

async function listJoined(files: Files, name: string): Promise<readonly NamedFile[]> {
  const at = name.indexOf("=");
  if (at <= 0) return listOne(files, name, "");
  try {
    return await listOne(files, name, "");
  } catch (error) {
    if (!(error instanceof WaggleError) || error.code !== "file-not-found") throw error;
  }
  return listOne(files, name.slice(at + 1), name.slice(0, at));
}

async function listOne(
  files: Files,
  name: string,
  joinName: string,
): Promise<readonly NamedFile[]> {
  const entries = await files.list(name);
  const fromDirectory = entries.length !== 1 || entries[0]?.name !== name;
  if (entries.length === 0) {
    throw new WaggleError("file-not-found", `${name}: the directory holds no file to read.`);
  }
  return entries.map((entry) => ({ ...entry, joinName, fromDirectory }));
}

export interface TextDocument {
  readonly name: string;
  readonly text: string;
  readonly sizeBytes: number;
  readonly compression: string;
}

/**
 * Reads a whole file as UTF-8, or UTF-16 when it starts with its mark (PowerShell writes it).
 * **Errors**: throws `input-too-large` beyond `sizeBytesMax`; a cut file becomes a problem.
 */
export async function readText(
  files: Files,
  name: string,
  options: { readonly sizeBytesMax: number; readonly problems: ProblemLog },
): Promise<TextDocument> {
  const file = await files.open(name);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of file.chunks) {
    size += chunk.length;
    if (size > options.sizeBytesMax) {
      const limit = Math.round(options.sizeBytesMax / 1024 / 1024);
      throw new WaggleError("input-too-large", `${name}: larger than ${limit} MB.`);
    }
    chunks.push(chunk.slice());
  }
  noteTruncation(file, options.problems);
  const { sizeBytes, compression } = file;
  return { name, text: decodeText(chunks, size), sizeBytes, compression };
}

/** Adds the problem `file-cut` when the stream of a document ended early. */
export function noteTruncation(file: OpenFile, problems: ProblemLog): void {
  const how = file.truncated();
  if (how === undefined) return;
  problems.add({
    code: "file-cut",
    weight: "unreadable",
    message: `The file ends early (${how}); what comes after the damage was not read.`,
    place: { input: file.name, offset: -1, line: 0 },
  });
}

function decodeText(chunks: readonly Uint8Array[], size: number): string {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(wide ? "utf-16le" : "utf-8").decode(bytes);
}
