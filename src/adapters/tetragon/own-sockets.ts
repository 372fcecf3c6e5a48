/**
 * Holds the end of every socket that some work has opened, also deep inside of a library.
 * In: the work. Out: its result, with all of its sockets closed. grpc-js ends its connections
 * politely, and waits for ever where the other side is gone without a word; a socket that is still
 * being connected it does not end at all.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";

const owned = new AsyncLocalStorage<Set<Socket>>();

/** **Source**: Node, `net.client.socket` of its diagnostics channels: each socket as it is made. */
function noteSocket(message: unknown): void {
  const sockets = owned.getStore();
  if (sockets === undefined || typeof message !== "object" || message === null) return;
  if (!("socket" in message) || !(message.socket instanceof Socket)) return;
  const { socket } = message;
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}

let isSubscribed = false;

export async function closingSockets<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!isSubscribed) subscribe("net.client.socket", noteSocket);
  isSubscribed = true;
  const sockets = new Set<Socket>();
  try {
    return await owned.run(sockets, work);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}
