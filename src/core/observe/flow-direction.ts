/**
 * Holds who opened connections that nobody saw being opened: told by which end listens.
 * In: undecided edges of one container, with all that is known at the end. Out: a direction each.
 * Must never decide by less than it says, and the same in any order.
 */
import type { FlowDirection, Protocol } from "./fact.ts";

/** An edge of which only both ports are known. */
export interface UndecidedEdge {
  readonly protocol: Protocol;
  readonly peer: string;
  readonly peerPort: number;
  readonly localPort: number;
}

export interface PortKnowledge {
  /** Ports that the container listens on or was bound to, `protocol port`. */
  readonly own: ReadonlySet<string>;
  /** Far ends that it connected to, or that others listen on, `protocol port address`. */
  readonly far: ReadonlySet<string>;
}

export function ownPortKey(protocol: Protocol, port: number): string {
  return `${protocol} ${port}`;
}

export function farPortKey(protocol: Protocol, peer: string, port: number): string {
  return `${protocol} ${port} ${peer}`;
}

/**
 * **Source**: Linux `ip_local_port_range`, IANA's registry of system ports: who connects gets a
 * port of the former, who listens below 1024 is a service.
 */
const ephemeral = { from: 32_768, to: 60_999 } as const;
const systemPortMax = 1023;

/** Gives a function for the edges of one container; it compares each with all of them. */
export function directionTeller(
  edges: readonly UndecidedEdge[],
  { own, far }: PortKnowledge,
): (edge: UndecidedEdge) => FlowDirection {
  const farOfOwn = countDistinct(edges, ownOf, (edge) => `${farOf(edge)}`);
  const ownOfFar = countDistinct(edges, farOf, (edge) => ownOf(edge));
  return (edge) => {
    const isOwn = own.has(ownOf(edge));
    const isFar = far.has(farOf(edge));
    if (isOwn !== isFar) return isOwn ? "inbound" : "outbound";
    const farCount = farOfOwn.get(ownOf(edge)) ?? 0;
    const ownCount = ownOfFar.get(farOf(edge)) ?? 0;
    // One own port for many far ends, none of which comes again, is listening; and the reverse.
    if (farCount > 1 && ownCount === 1) return "inbound";
    if (ownCount > 1 && farCount === 1) return "outbound";
    return byRange(edge);
  };
}

function ownOf({ protocol, localPort }: UndecidedEdge): string {
  return ownPortKey(protocol, localPort);
}

function farOf({ protocol, peer, peerPort }: UndecidedEdge): string {
  return farPortKey(protocol, peer, peerPort);
}

/** By the numbers of the ports alone. */
function byRange({ localPort, peerPort }: Pick<UndecidedEdge, "localPort" | "peerPort">) {
  const own = rank(localPort);
  const far = rank(peerPort);
  return own === far ? "unknown" : own < far ? "inbound" : "outbound";
}

/** 0: a service, 1: any, 2: handed out by the kernel; an unknown port decides nothing. */
function rank(port: number): number {
  if (port >= 1 && port <= systemPortMax) return 0;
  return port >= ephemeral.from && port <= ephemeral.to ? 2 : 1;
}

function countDistinct(
  edges: readonly UndecidedEdge[],
  group: (edge: UndecidedEdge) => string,
  value: (edge: UndecidedEdge) => string,
): ReadonlyMap<string, number> {
  const values = new Map<string, Set<string>>();
  for (const edge of edges) {
    const key = group(edge);
    const known = values.get(key);
    if (known === undefined) values.set(key, new Set([value(edge)]));
    else known.add(value(edge));
  }
  return new Map([...values].map(([key, distinct]) => [key, distinct.size]));
}
