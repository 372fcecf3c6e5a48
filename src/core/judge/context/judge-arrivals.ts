/**
 * Holds from where connections were seen to arrive at a workload.
 * In: its links, its ways in. Out: each link with its origin, and the farthest.
 * Must never take the node's own health probes for clients, nor a node's translated address for
 * the end of the way.
 */
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { FlowEnd } from "../flows/flow-edge.ts";
import type { Link, Place, Scene } from "./context-scene.ts";
import type { Allowed, AllowedWay } from "./judge-allowed.ts";
import { isForwardingProgram } from "./judge-roles.ts";
import { type ObservedOrigin, observedOrigins } from "./workload-context.ts";

/** `node`: a node itself, probing; `unclear`: nobody can tell who it was. */
type ArrivalOrigin = ObservedOrigin | "node" | "unclear";

export interface Arrival {
  readonly link: Link;
  readonly origin: ArrivalOrigin;
  /** Of a connection from a node's address: the way in whose clients may stand behind it. */
  readonly way: AllowedWay | undefined;
}

/** **Order**: of the links, into it and, where nobody saw who opened them, out of it. */
export function listArrivals(place: Place, scene: Scene, allowed: Allowed): readonly Arrival[] {
  const isUndirected = ({ edge }: Link) => !edge.directionKnown && far.has(edge.to.kind);
  const links = [...scene.linksInto(place), ...scene.linksOutOf(place).filter(isUndirected)];
  return links
    .filter(({ edge }) => edge.connectionCount > 0)
    .map((link) => {
      const origin = originOf(link, place, scene);
      if (origin !== "node" || isNodeItself(link)) return { link, origin, way: undefined };
      return ofNode(link, place, allowed);
    });
}

/** Ends beyond the cluster, or that may be. */
const far: ReadonlySet<string> = new Set(["internet", "private", "unknown", "others"]);

/** The farthest of them. */
export function farthest(arrivals: readonly Arrival[]): ObservedOrigin {
  return observedOrigins.find((origin) => arrivals.some((one) => one.origin === origin)) ?? "never";
}

function originOf({ edge, from }: Link, place: Place, scene: Scene): ArrivalOrigin {
  if (!edge.directionKnown) return "unclear";
  if (edge.to.kind === "loopback") return "loopback";
  if (from === undefined || edge.from.kind === "loopback") {
    return originOfEnd(edge.from, place, scene.cluster);
  }
  const isNear = from !== place && scene.siblingsOf(place).includes(from);
  return isNear ? "loopback" : originOfPlace(from, place);
}

function originOfPlace(from: Place, place: Place): ArrivalOrigin {
  if (from.isHost) return place.isHost ? "outside-cluster" : "node";
  const { cluster, namespace } = place.workload;
  const other = from.workload;
  if (other.cluster !== cluster && other.cluster !== "" && cluster !== "") return "outside-cluster";
  return other.namespace === namespace ? "same-namespace" : "other-namespace";
}

/** An address of the cluster that nobody has any more is of some pod that is gone. */
function originOfEnd(end: FlowEnd, place: Place, cluster: ClusterView): ArrivalOrigin {
  switch (end.kind) {
    case "internet":
      return cluster.isInside(end.address) ? "other-namespace" : "internet";
    case "loopback":
      return "loopback";
    case "node":
      return place.isHost ? "outside-cluster" : "node";
    case "service":
      return "other-namespace";
    case "link-local":
      return place.isHost ? "outside-cluster" : "node";
    case "private":
      return cluster.isInside(end.address) ? "other-namespace" : "outside-cluster";
    default:
      return "unclear";
  }
}

/** A process of it opened it: a translated address has none, and a proxy's client is elsewhere. */
function isNodeItself({ edge }: Link): boolean {
  return edge.seenBy.includes("from") && !edge.binaries.some(isForwardingProgram);
}

/**
 * Behind a service with external traffic policy `Cluster` the client's address becomes a node's:
 * on a published port it counts as whoever the way lets in. Elsewhere it is the node, which probes.
 */
function ofNode(link: Link, place: Place, { ways }: Allowed): Arrival {
  const { port } = link.edge;
  const way = ways.find(
    ({ entry, isDenied }) => !isDenied && (entry.port === port || entry.port === 0),
  );
  if (way === undefined || place.isHost) return { link, origin: "node", way: undefined };
  return { link, origin: way.isOpen ? "internet" : "outside-cluster", way };
}
