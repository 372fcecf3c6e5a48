/**
 * Holds what to call a scan target so that Syft takes it for what it is.
 * In: the target as the user gave it. Out: the same with Syft's scheme before it when it is a path
 * that exists: a directory, an OCI layout, an archive of Docker or OCI, or any other file.
 * Must never unpack anything: an archive is told by the names in its headers.
 */
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { WaggleError } from "../../ports/waggle-error.ts";

const blockSizeBytes = 512;
const entryCountMax = 100_000;

/** **Errors**: throws `usage` for what a tool would take for an option. */
export async function nameTarget(target: string): Promise<string> {
  if (target.trim() === "" || target.startsWith("-") || target.includes("\0")) {
    const shown = JSON.stringify(target);
    const message = `${shown} is no target: name an image, a directory or an archive.`;
    throw new WaggleError("usage", message);
  }
  const found = await stat(target).catch(() => undefined);
  if (found === undefined) return target;
  if (found.isDirectory()) {
    const layout = await stat(join(target, "oci-layout")).catch(() => undefined);
    return layout?.isFile() === true ? `oci-dir:${target}` : `dir:${target}`;
  }
  if (!found.isFile()) {
    const shown = JSON.stringify(target);
    throw new WaggleError(
      "usage",
      `${shown} is a pipe, a socket or a device, and cannot be scanned.`,
    );
  }
  const names = await readTarNames(target);
  if (names === undefined) return `file:${target}`;
  // Docker writes both since version 25; then its own list of images is the better one.
  if (names.has("manifest.json")) return `docker-archive:${target}`;
  return names.has("oci-layout") ? `oci-archive:${target}` : `file:${target}`;
}

/** Which of the telling names a tar file holds; undefined when it is no plain tar file. */
async function readTarNames(path: string): Promise<ReadonlySet<string> | undefined> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    return await walkTar(handle);
  } finally {
    await handle.close();
  }
}

async function walkTar(handle: FileHandle): Promise<ReadonlySet<string> | undefined> {
  const telling = new Set<string>();
  const header = Buffer.alloc(blockSizeBytes);
  let position = 0;
  for (let entry = 0; entry < entryCountMax; entry++) {
    const { bytesRead } = await handle.read(header, 0, blockSizeBytes, position);
    const isHeader = header.toString("latin1", 257, 262) === "ustar";
    if (bytesRead < blockSizeBytes || !isHeader) return entry === 0 ? undefined : telling;
    const name = header.toString("latin1", 0, 100).replace(/\0.*$/s, "").replace(/^\.\//, "");
    if (name === "manifest.json" || name === "oci-layout") telling.add(name);
    if (telling.has("manifest.json")) return telling;
    const sizeBytes = Number.parseInt(header.toString("latin1", 124, 136), 8);
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return telling;
    position += blockSizeBytes * (1 + Math.ceil(sizeBytes / blockSizeBytes));
  }
  return telling;
}
