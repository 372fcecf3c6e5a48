/**
 * Holds how connections that are over become edges: counts and bytes by far end and port.
 * In: a connection. Out: tallies of its processes, changed in place.
 * Must count each connection once, however many processes used it.
 */
import { openerOf } from "./connection.ts";
import { type FlowDirection, otherPeers } from "./fact.ts";
import {
  type Attempt,
  type Connection,
  type ConnectionPart,
  type FlowUser,
  type Tally,
  widenSpan,
} from "./flow-state.ts";
import { isUnspecified } from "./socket-event.ts";

/** **Unit**: distinct edges of one process. */
export const tallyCountMax = 2048;
const localCountMax = 4;

/** Adds each process's part. The connection itself counts for the one that opened it. */
export function tallyConnection(connection: Connection): void {
  const opener = openerOf(connection);
  const direction = directionOf(connection);
  for (const part of connection.parts) {
    const tally = tallyOf(part.user, ends(connection, direction));
    addPart(tally, part, connection);
    if (part === opener) countConnection(tally, connection);
    part.user.connections.delete(connection);
  }
}

/** A connect asked for the same end: then it was this process that opened it. */
function directionOf({ connectCount, acceptCount, ...ends }: Connection): FlowDirection {
  if (connectCount > 0) return "outbound";
  if (acceptCount > 0) return "inbound";
  const asked = attemptKey(ends.protocol, ends.peer, ends.peerPort);
  return ends.parts.some(({ user }) => user.attempts.has(asked)) ? "outbound" : "unknown";
}

function countConnection(tally: Tally, connection: Connection): void {
  const { connectCount, acceptCount, established, refused } = connection;
  const count = Math.max(1, connectCount, acceptCount);
  if (connectCount > 0 && refused && !established) tally.failedCount += count;
  else tally.connectionCount += count;
}

type TallyEnds = Pick<Tally, "direction" | "protocol" | "peer" | "port" | "localPort">;

function ends(connection: Connection, direction: FlowDirection): TallyEnds {
  const { protocol, peer, localPort, peerPort } = connection;
  const isUnknown = direction === "unknown";
  const port = direction === "inbound" ? localPort : peerPort;
  return { direction, protocol, peer, port, localPort: isUnknown ? localPort : 0 };
}

/** The edge of a process; beyond its bound one that stands for all other far ends. */
function tallyOf(user: FlowUser, told: TallyEnds): Tally {
  const key = tallyKey(told);
  const known = user.tallies.get(key);
  if (known !== undefined) return known;
  if (user.tallies.size < tallyCountMax || told.peer === otherPeers) {
    const tally = createTally(told);
    user.tallies.set(key, tally);
    return tally;
  }
  user.lostCount += 1;
  return tallyOf(user, bucketOf(told));
}

/** Own ports are few; those of far ends may be as many as a scan tries. */
export function bucketOf(told: TallyEnds): TallyEnds {
  const { direction, protocol, port } = told;
  const kept = direction === "inbound" ? port : 0;
  return { direction, protocol, peer: otherPeers, port: kept, localPort: 0 };
}

export function tallyKey({ direction, protocol, peer, port, localPort }: TallyEnds): string {
  return `${direction} ${protocol} ${port} ${localPort} ${peer}`;
}

/** Empty: nothing counts until a part is added. */
export function createTally(told: TallyEnds): Tally {
  return {
    ...told,
    locals: [],
    connectionCount: 0,
    failedCount: 0,
    sentBytes: 0,
    receivedBytes: 0,
    sendsSeen: false,
    receivesSeen: false,
    hostNames: [],
    firstUs: Number.MAX_SAFE_INTEGER,
    lastUs: 0,
    input: 0,
    offset: 0,
    policy: "",
  };
}

function addPart(tally: Tally, part: ConnectionPart, { local }: Connection): void {
  // Several layers see the same bytes: the one that saw most.
  tally.sentBytes += Math.max(...part.sentBytes);
  tally.receivedBytes += Math.max(...part.receivedBytes);
  tally.sendsSeen ||= part.sendsSeen;
  tally.receivesSeen ||= part.receivesSeen;
  const { firstUs, lastUs, input, offset, policy } = part;
  widenSpan(tally, { timeUs: firstUs, input, offset, policy });
  if (lastUs > tally.lastUs) tally.lastUs = lastUs;
  if (local !== "" && !isUnspecified(local)) addText(tally, "locals", local);
}

/** The first few in the order of texts, whatever came first. */
export function addText(
  tally: Pick<Tally, "locals" | "hostNames">,
  list: "locals" | "hostNames",
  text: string,
): void {
  if (tally[list].includes(text)) return;
  tally[list] = [...tally[list], text].sort().slice(0, localCountMax);
}

/** Connects of which nothing but the asked address was told, and no socket either. */
export function tallyAttempts(user: FlowUser): void {
  for (const attempt of user.attempts.values()) {
    if (isKnown(user, attempt)) continue;
    const { protocol, peer, port, count, failedCount, firstUs, lastUs } = attempt;
    const tally = tallyOf(user, { direction: "outbound", protocol, peer, port, localPort: 0 });
    tally.connectionCount += count - failedCount;
    tally.failedCount += failedCount;
    const { input, offset, policy } = attempt;
    widenSpan(tally, { timeUs: firstUs, input, offset, policy });
    tally.lastUs = Math.max(tally.lastUs, lastUs);
  }
}

function isKnown({ tallies, connections }: FlowUser, { peer, port }: Attempt): boolean {
  for (const tally of tallies.values()) if (tally.peer === peer && tally.port === port) return true;
  for (const one of connections) if (one.peer === peer && one.peerPort === port) return true;
  return false;
}

export function attemptKey(protocol: string, peer: string, port: number): string {
  return `${protocol} ${port} ${peer}`;
}
