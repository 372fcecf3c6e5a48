/**
 * Holds what is kept of sockets and of the processes that use them, as plain data.
 * In: nothing. Out: types, and empty records to begin with.
 */
import type { TimeUs } from "../event/event.ts";
import type { Actor, ContainerKey, FlowDirection, Protocol } from "./fact.ts";

/** Where one event is. */
export interface Happening {
  readonly timeUs: TimeUs;
  readonly input: number;
  readonly offset: number;
  readonly policy: string;
}

/** From the first to the last event, and where the first is: its proof. */
export interface Span {
  firstUs: TimeUs;
  lastUs: TimeUs;
  input: number;
  offset: number;
  policy: string;
}

/** What one process did with a connection. **Unit**: bytes by layer; layers see the same bytes. */
export interface ConnectionPart extends Span {
  readonly user: FlowUser;
  readonly sentBytes: [number, number, number];
  readonly receivedBytes: [number, number, number];
  sendsSeen: boolean;
  receivesSeen: boolean;
  /** It opened the connection: by connecting or accepting. */
  opens: boolean;
}

/** One connection; all that is kept are sums, flags, the earliest and the latest. */
export interface Connection {
  readonly protocol: Protocol;
  readonly local: string;
  readonly localPort: number;
  readonly peer: string;
  readonly peerPort: number;
  /** Under which the book keeps it. */
  readonly key: string;
  connectCount: number;
  lastConnectUs: TimeUs;
  acceptCount: number;
  lastAcceptUs: TimeUs;
  /** It carried bytes or was seen in a state that only an answered connection has. */
  established: boolean;
  /** It ended, or a call on it failed, as only an unanswered connect does. */
  refused: boolean;
  firstUs: TimeUs;
  lastUs: TimeUs;
  /** 0 while it is open. */
  endedUs: TimeUs;
  readonly parts: ConnectionPart[];
  /** It was handed on: later events of the socket belong to another one. */
  isSettled: boolean;
}

/** One edge of one process: any number of connections with one far end and port. */
export interface Tally extends Span {
  readonly direction: FlowDirection;
  readonly protocol: Protocol;
  readonly peer: string;
  /** Of the end that listens; of the far end while that is undecided. */
  readonly port: number;
  /** Own port, while it is undecided who listens; 0 else. */
  readonly localPort: number;
  /** Own addresses. */
  locals: string[];
  connectionCount: number;
  failedCount: number;
  sentBytes: number;
  receivedBytes: number;
  sendsSeen: boolean;
  receivesSeen: boolean;
  hostNames: string[];
}

/** A port that a process listens on, or was bound to. */
export interface Listening extends Span {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** False: it was bound, which tells direction and no more. */
  listens: boolean;
}

/** A connect of which only the address it asked for is told. */
export interface Attempt extends Span {
  readonly protocol: Protocol;
  readonly peer: string;
  readonly port: number;
  count: number;
  failedCount: number;
}

/** What is known of a process once its class cannot change any more. */
export interface FinalUser {
  readonly container: ContainerKey;
  readonly actor: Actor;
  readonly binary: string;
  readonly pid: number;
}

/** One process that uses sockets. */
export interface FlowUser {
  readonly execId: string;
  readonly node: string;
  /** Number of its network, where it is in no container and not in the host's; 0 else. */
  ownNetwork: number;
  final: FinalUser | undefined;
  readonly connections: Set<Connection>;
  readonly tallies: Map<string, Tally>;
  readonly listening: Map<string, Listening>;
  readonly attempts: Map<string, Attempt>;
  /** Edges and ports that were beyond the bounds. */
  lostCount: number;
}

/** Of a process that was not seen with a socket before. */
export function createFlowUser(execId: string, node: string): FlowUser {
  return {
    execId,
    node,
    ownNetwork: 0,
    final: undefined,
    connections: new Set(),
    tallies: new Map(),
    listening: new Map(),
    attempts: new Map(),
    lostCount: 0,
  };
}

/** Of one event. */
export function spanOf({ timeUs, input, offset, policy }: Happening): Span {
  return { firstUs: timeUs, lastUs: timeUs, input, offset, policy };
}

/** The earliest event is where its proof is. */
export function widenSpan(span: Span, { timeUs, input, offset, policy }: Happening): void {
  if (timeUs > span.lastUs) span.lastUs = timeUs;
  if (!isEarlier({ firstUs: timeUs, input, offset }, span)) return;
  span.firstUs = timeUs;
  span.input = input;
  span.offset = offset;
  span.policy = policy;
}

type Place = Pick<Span, "firstUs" | "input" | "offset">;

/** By time, then place: the order in which evidence is cited. */
export function isEarlier(a: Place, b: Place): boolean {
  if (a.firstUs !== b.firstUs) return a.firstUs < b.firstUs;
  return a.input !== b.input ? a.input < b.input : a.offset < b.offset;
}
