/**
 * Holds what tells one run of a Tetragon server from the next.
 * In: what it said, its socket, its own processes. Out: whether it was started anew since.
 * Must never call a server restarted that may be the same: a lost connection is not a restart.
 */
import { stat } from "node:fs/promises";

export interface ServerIdentity {
  readonly version: string;
  readonly commit: string;
  readonly node: string;
  /** Inode and birth of the socket's file, which each start makes anew; "" unknown. */
  readonly socket: string;
  /** Ids of processes that are Tetragon, from the dump of its cache. */
  readonly serverIds: readonly string[];
}

/** What is unknown on either side says nothing. */
export function wasRestarted(before: ServerIdentity, now: ServerIdentity): boolean {
  const differs = (a: string, b: string): boolean => a !== "" && b !== "" && a !== b;
  if (differs(before.socket, now.socket) || differs(before.node, now.node)) return true;
  if (differs(before.version, now.version) || differs(before.commit, now.commit)) return true;
  return (
    before.serverIds.length > 0 &&
    now.serverIds.length > 0 &&
    !before.serverIds.some((id) => now.serverIds.includes(id))
  );
}

/** "" where there is no such file, or no path at all. */
export async function readSocketStamp(path: string): Promise<string> {
  if (path === "") return "";
  try {
    const { ino, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch {
    return ""; // The server may be gone again; the stream tells it.
  }
}
