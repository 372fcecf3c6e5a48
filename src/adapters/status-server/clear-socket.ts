/**
 * Holds the removal of a socket that a killed process left behind.
 * In: a path. Out: a path that is free. Must never remove what is no socket, or what is alive.
 */
import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { WaggleError } from "../../ports/waggle-error.ts";

const answerMs = 2000;

/** **Errors**: `usage` for what is no socket, `address-in-use` when somebody answers. */
export async function clearSocket(path: string): Promise<void> {
  const text = JSON.stringify(path);
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    // Anything but absence is told by the attempt to listen.
    if (error.code === "ENOENT" || error.code === "EACCES" || error.code === "ENOTDIR") {
      return undefined;
    }
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new WaggleError("usage", `${text} exists and is no socket; it is left alone.`);
  }
  if (!(await isLeftBehind(path))) {
    throw new WaggleError("address-in-use", `${text} is in use by another program.`);
  }
  await unlink(path);
}

/** Only a refusal says that nobody listens; silence or no rights do not. */
function isLeftBehind(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.setTimeout(answerMs, () => {
    socket.destroy();
    resolve(false);
  });
  socket.on("connect", () => {
    socket.destroy();
    resolve(false);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  return promise;
}
