/**
 * Reads a file whole, decompressed when it is xz. In: a path. Out: its bytes. For evaluation only:
 * the product streams (`adapters/files/node-files.ts`).
 */
import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import xz from "xz-decompress";

export async function readBytes(path: string): Promise<Uint8Array> {
  if (!path.endsWith(".xz")) return readFileSync(path);
  const compressed = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  const response = new Response(new xz.XzReadableStream(compressed));
  return new Uint8Array(await response.arrayBuffer());
}

export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await readBytes(path)));
}
