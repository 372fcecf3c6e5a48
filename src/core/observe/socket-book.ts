/**
 * Holds the connections of sockets that are open, or ended moments ago.
 * In: what events say of sockets. Out: the connection that each is about.
 * Must never take a reused cookie for the same connection, nor hold more than its bound.
 */
import type { TimeUs } from "../event/event.ts";
import { createConnection } from "./connection.ts";
import type { Connection } from "./flow-state.ts";
import type { SocketEvent } from "./socket-event.ts";

/** **Unit**: connections at once. */
export const connectionCountMax = 65_536;

export interface SocketBook {
  /** By node and cookie, which the kernel gives again: the latest connection is the last. */
  readonly byKey: Map<string, Connection[]>;
  readonly ended: Connection[];
  count: number;
}

export function createSocketBook(): SocketBook {
  return { byKey: new Map(), ended: [], count: 0 };
}

/** A socket without a cookie is told by its ends, within `place`. */
export function keyOf(socket: SocketEvent, node: string, place: string): string {
  const { cookie, protocol, local, localPort, peer, peerPort } = socket;
  if (cookie !== "") return `${node} ${cookie}`;
  return `${place} ${protocol} ${local} ${localPort} ${peer} ${peerPort}`;
}

/** Whether both ends are told in full: a socket that is closing loses its own. */
export function isWhole({ protocol, local, localPort, peer, peerPort }: SocketEvent): boolean {
  if (localPort === 0 || local === "") return false;
  return protocol === "udp" || (peer !== "" && peerPort !== 0);
}

/** The connection of exactly these ends; undefined when it is not known. */
export function findWhole(
  book: SocketBook,
  key: string,
  socket: SocketEvent,
): Connection | undefined {
  const same = book.byKey.get(key);
  if (same === undefined) return undefined;
  const { local, localPort, peer, peerPort } = socket;
  for (let at = same.length - 1; at >= 0; at--) {
    const one = same[at];
    if (one === undefined || one.localPort !== localPort || one.peerPort !== peerPort) continue;
    if (one.peer === peer && one.local === local) return one;
  }
  return undefined;
}

/** The caller has looked that it is not known. */
export function addConnection(
  book: SocketBook,
  key: string,
  socket: SocketEvent,
  timeUs: TimeUs,
): Connection {
  const connection = createConnection(socket, key, timeUs);
  const same = book.byKey.get(key);
  if (same === undefined) book.byKey.set(key, [connection]);
  else same.push(connection);
  book.count += 1;
  return connection;
}

/**
 * The connection that a socket without its own end was then: the latest of its cookie that began
 * before, and whose ends do not contradict what is still told.
 */
export function findPartial(
  book: SocketBook,
  key: string,
  socket: SocketEvent,
  timeUs: TimeUs,
): Connection | undefined {
  let found: Connection | undefined;
  for (const one of book.byKey.get(key) ?? []) {
    if (one.firstUs > timeUs || !agrees(one, socket)) continue;
    if (found === undefined || one.firstUs > found.firstUs) found = one;
  }
  return found;
}

function agrees(one: Connection, socket: SocketEvent): boolean {
  const { peer, peerPort, localPort, protocol } = socket;
  return (
    one.protocol === protocol &&
    peer === one.peer &&
    (peerPort === 0 || peerPort === one.peerPort) &&
    (localPort === 0 || localPort === one.localPort)
  );
}

/** Later events of its socket are another connection's. */
export function removeConnection(book: SocketBook, connection: Connection): void {
  if (connection.isSettled) return;
  connection.isSettled = true;
  book.count -= 1;
  const same = book.byKey.get(connection.key);
  if (same === undefined) return;
  if (same.length === 1) book.byKey.delete(connection.key);
  else same.splice(same.indexOf(connection), 1);
}

/** The longest unused, a sixteenth of all at once, so that the search pays. */
export function chooseStale(book: SocketBook): readonly Connection[] {
  return [...book.byKey.values()]
    .flat()
    .sort((a, b) => a.lastUs - b.lastUs)
    .slice(0, connectionCountMax >> 4);
}
