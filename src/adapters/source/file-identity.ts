/**
 * Holds how a file is known again: device, inode, and what it begins with.
 * In: what the system says of a file, its first bytes. Out: an identity, as text for a position.
 * The inode alone will not do: systems give it to the next file, and `copytruncate` keeps it.
 */
import { createHash } from "node:crypto";

/** What a file began with when it was looked at; it may have grown since. */
export interface FileHead {
  /** **Unit**: bytes that the hash is of. */
  readonly length: number;
  readonly hash: string;
}

export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly head: FileHead;
}

/** **Unit**: bytes. */
export const headSizeMax = 1024;
/** Below this two files may begin alike by chance, so only the inode tells them apart. */
const tellingSize = 64;

export function headOf(bytes: Uint8Array): FileHead {
  const start = bytes.subarray(0, headSizeMax);
  const hash = createHash("sha256").update(start).digest("hex").slice(0, 16);
  return { length: start.length, hash };
}

/** Whether a file that begins with these bytes may be the one that began so. */
export function startsWith(bytes: Uint8Array, head: FileHead): boolean {
  return bytes.length >= head.length && headOf(bytes.subarray(0, head.length)).hash === head.hash;
}

/** Whether the beginning alone is enough to know a file by, wherever it was copied to. */
export function isTelling(head: FileHead): boolean {
  return head.length >= tellingSize;
}

/** `device:inode:length-hash`. */
export function writeIdentity({ device, inode, head }: FileIdentity): string {
  return `${device}:${inode}:${head.length}-${head.hash}`;
}

export function readIdentity(text: unknown): FileIdentity | undefined {
  const pattern = /^(\d{1,20}):(\d{1,20}):(\d{1,4})-([0-9a-f]{16})$/;
  const found = typeof text === "string" ? pattern.exec(text) : null;
  const [, device, inode, length, hash] = found ?? [];
  if (device === undefined || inode === undefined || hash === undefined) return undefined;
  return { device, inode, head: { length: Number(length), hash } };
}
