/**
 * Holds how the events of a socket add up to one connection, and who used it.
 * In: what events say of the socket, in any order. Out: the connection with a part a process.
 * Must depend on no order: sums, flags, the earliest and the latest are all that changes.
 */
import type { TimeUs } from "../event/event.ts";
import {
  type Connection,
  type ConnectionPart,
  type FlowUser,
  type Happening,
  isEarlier,
  spanOf,
  widenSpan,
} from "./flow-state.ts";
import type { SocketEvent } from "./socket-event.ts";

/** Without any part: the first event of a process adds one. */
export function createConnection(
  socket: Pick<SocketEvent, "protocol" | "local" | "localPort" | "peer" | "peerPort">,
  key: string,
  timeUs: TimeUs,
): Connection {
  const { protocol, local, localPort, peer, peerPort } = socket;
  return {
    protocol,
    local,
    localPort,
    peer,
    peerPort,
    key,
    connectCount: 0,
    lastConnectUs: 0,
    acceptCount: 0,
    lastAcceptUs: 0,
    established: false,
    refused: false,
    firstUs: timeUs,
    lastUs: timeUs,
    endedUs: 0,
    parts: [],
    isSettled: false,
  };
}

/** **Source**: RFC 9293 §3.3.2: a connection has these only after both ends agreed. */
const answeredStates: ReadonlySet<string> = new Set([
  "TCP_ESTABLISHED",
  "TCP_FIN_WAIT1",
  "TCP_FIN_WAIT2",
  "TCP_CLOSE_WAIT",
  "TCP_LAST_ACK",
  "TCP_CLOSING",
  "TCP_TIME_WAIT",
]);

/** Of any event, whoever it is attributed to. */
export function noteState(connection: Connection, socket: SocketEvent, timeUs: TimeUs): void {
  if (timeUs < connection.firstUs) connection.firstUs = timeUs;
  if (timeUs > connection.lastUs) connection.lastUs = timeUs;
  const { means, state, nextState } = socket;
  if (answeredStates.has(state) || answeredStates.has(nextState)) connection.established = true;
  if (state === "TCP_SYN_RECV" && connection.acceptCount === 0) connection.acceptCount = 1;
  if (means === "close" || nextState === "TCP_CLOSE") {
    if (state === "TCP_SYN_SENT" || state === "TCP_CLOSE") connection.refused = true;
    if (timeUs > connection.endedUs) connection.endedUs = timeUs;
  }
  if (socket.failed && means === "connect") connection.refused = true;
}

/** Of an event that happened in the process of `part`. */
export function notePart(
  connection: Connection,
  part: ConnectionPart,
  socket: SocketEvent,
  at: Happening,
): void {
  widenSpan(part, at);
  const { layer, sizeBytes, means, nextState } = socket;
  if (means === "send") {
    part.sendsSeen = true;
    part.sentBytes[layer] += sizeBytes;
  } else if (means === "receive") {
    part.receivesSeen = true;
    part.receivedBytes[layer] += sizeBytes;
    if (sizeBytes > 0) connection.established = true;
  } else if (means === "accept") noteAccept(connection, part, at.timeUs);
  else if (means === "connect" || nextState === "TCP_SYN_SENT") {
    noteConnect(connection, part, at.timeUs);
  }
}

function noteAccept(connection: Connection, part: ConnectionPart, timeUs: TimeUs): void {
  part.opens = true;
  connection.established = true;
  if (connection.lastAcceptUs !== timeUs) connection.acceptCount += 1;
  connection.lastAcceptUs = Math.max(connection.lastAcceptUs, timeUs);
}

/** One connect shows in several hooks at once: calls of one socket within a moment are one. */
const sameConnectUs = 100_000;

function noteConnect(connection: Connection, part: ConnectionPart, timeUs: TimeUs): void {
  part.opens = true;
  const { connectCount, lastConnectUs } = connection;
  if (connectCount === 0 || Math.abs(timeUs - lastConnectUs) > sameConnectUs) {
    connection.connectCount += 1;
  }
  connection.lastConnectUs = Math.max(lastConnectUs, timeUs);
}

/** The part of a process, made at its first event. */
export function partOf(connection: Connection, user: FlowUser, at: Happening): ConnectionPart {
  for (const part of connection.parts) if (part.user === user) return part;
  const part: ConnectionPart = {
    user,
    sentBytes: [0, 0, 0],
    receivedBytes: [0, 0, 0],
    sendsSeen: false,
    receivesSeen: false,
    opens: false,
    ...spanOf(at),
  };
  connection.parts.push(part);
  user.connections.add(connection);
  return part;
}

/** Who answers for a connection: the one that opened it, else the one that used it first. */
export function openerOf({ parts }: Connection): ConnectionPart | undefined {
  let first: ConnectionPart | undefined;
  for (const part of parts) {
    const isFirst = part.opens === first?.opens ? isEarlier(part, first) : part.opens;
    if (first === undefined || isFirst) first = part;
  }
  return first;
}
