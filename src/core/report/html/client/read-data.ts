/**
 * Holds how the page's data comes out of the page.
 * In: base64 of a raw deflate stream of JSON, as an element's text. Out: `PageData`.
 * **Source**: Compression Standard, `DecompressionStream("deflate-raw")`.
 */
import type { PackedTable, PageData } from "./page-data.ts";
import { unpackTable } from "./unpack-table.ts";

export async function readData(base64: string): Promise<PageData> {
  const packed = Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const table: PackedTable = JSON.parse(await new Response(stream).text());
  const [data] = unpackTable(table);
  if (data === undefined) throw new Error("the page holds no data");
  return restore(data as unknown as PageData);
}

/** The form in which Tetragon writes an exec id: base64 of node, start in nanoseconds, pid. */
function restore(data: PageData): PageData {
  const evidence = data.evidence.map((proof) =>
    proof.execId.startsWith("~")
      ? { ...proof, execId: btoa(`${proof.node}:${proof.execId.slice(1)}:${proof.pid}`) }
      : proof,
  );
  return { ...data, evidence };
}
