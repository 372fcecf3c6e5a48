/**
 * Holds the port `Files` over bytes in memory: the reference of its contract, and what tests use.
 * In: a map from name to stored bytes, which `writeWhole` adds to. Out: the same answers as the
 * file system gives; a name that others start with, up to a slash, is a directory. Must never
 * leave a chunk whole after the next one was asked for.
 */
import { compareText } from "../../core/event/compare-text.ts";
import type { Files } from "../../ports/files.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { decompress } from "./decompress.ts";
import { orderRotated } from "./order-rotated.ts";

export function createMemoryFiles(stored: Map<string, Uint8Array>): Files {
  const list: Files["list"] = async (name) => {
    const bytes = stored.get(name);
    if (bytes !== undefined) return [{ name, sizeBytes: bytes.length }];
    const folder = name.endsWith("/") ? name : `${name}/`;
    const inside = [...stored.keys()]
      .filter((key) => key.startsWith(folder))
      .map((key) => key.slice(folder.length))
      .filter((key) => !key.includes("/") && !key.startsWith("."));
    if (inside.length === 0) throw notFound(name);
    return orderRotated(inside).map((one) => {
      const path = `${folder}${one}`;
      return { name: path, sizeBytes: stored.get(path)?.length ?? 0 };
    });
  };

  const listTree: Files["listTree"] = async (name) => {
    const bytes = stored.get(name);
    if (bytes !== undefined) return [{ name, sizeBytes: bytes.length }];
    const folder = name.endsWith("/") ? name : `${name}/`;
    const inside = [...stored.keys()].filter((key) => key.startsWith(folder)).sort(compareText);
    if (inside.length === 0) throw notFound(name);
    return inside
      .filter((key) => !/(?:^|\/)\./.test(key.slice(folder.length)))
      .map((key) => ({ name: key, sizeBytes: stored.get(key)?.length ?? 0 }));
  };

  const open: Files["open"] = async (name) => {
    const bytes = stored.get(name);
    if (bytes === undefined) throw notFound(name);
    let consumed = 0;
    async function* read(content: Uint8Array): AsyncGenerator<Uint8Array> {
      consumed = content.length;
      if (content.length > 0) yield content;
    }
    const { compression, chunks, damage } = await decompress(read(bytes));
    return {
      name,
      sizeBytes: bytes.length,
      compression,
      chunks: wipeBehind(chunks),
      consumedBytes: () => consumed,
      truncated: () => damage.text,
    };
  };

  const writeWhole: Files["writeWhole"] = async (name, pieces) => {
    refuseDirectory(stored, name);
    stored.set(name, new TextEncoder().encode([...pieces].join("")));
  };

  const remove: Files["remove"] = async (name) => {
    refuseDirectory(stored, name);
    stored.delete(name);
  };

  return { list, listTree, open, writeWhole, remove };
}

function refuseDirectory(stored: ReadonlyMap<string, Uint8Array>, name: string): void {
  if (![...stored.keys()].some((key) => key.startsWith(`${name}/`))) return;
  throw new WaggleError("file-not-written", `${JSON.stringify(name)} is a directory.`);
}

const wipe = 0x3f;

/** A reader that keeps what it must copy finds question marks there: so tests show it. */
async function* wipeBehind(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const lent = Uint8Array.from(chunk);
    try {
      yield lent;
    } finally {
      lent.fill(wipe);
    }
  }
}

function notFound(name: string): WaggleError {
  return new WaggleError("file-not-found", `There is no file ${JSON.stringify(name)}.`);
}
