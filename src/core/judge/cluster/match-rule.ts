/**
 * Holds whether one rule of a policy speaks of the other end and the port of a connection.
 * In: a rule in its policy, the other end, the port. Out: true, false, or undefined for "cannot
 * be told".
 * **Source**: `networking.k8s.io/v1` NetworkPolicy; Cilium, entities and CIDR rules: a network
 * there never means pods or nodes of the cluster.
 */
import { type AddressBytes, isInNetwork } from "../../event/ip-address.ts";
import type {
  PolicyObject,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
} from "../../inventory/cluster/cluster-objects.ts";
import type { Protocol } from "../../observe/fact.ts";
import { allOf, anyOf, matchSelector, type Truth } from "./match-selector.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";
import type { End } from "./policy-end.ts";

export interface Asked {
  readonly other: End;
  /** Whose ports a name of a port means. */
  readonly target: End;
  /** 0: any at all. */
  readonly port: number;
  readonly protocol: Protocol;
  /** Nodes that are "the" node of the pod that the policy guards. */
  readonly ownNode: string;
}

/** **Unit**: classes of pods, a byte each in every rule; those beyond are judged every time. */
const rememberedClassCountMax = 10_000;

type PodPeer = Extract<PolicyPeer, { kind: "pods" }>;
type NetworkPeer = Extract<PolicyPeer, { kind: "network" }>;

/** A rule with what is remembered of it: which classes of pods its peers take in. */
export class RuleMatcher {
  readonly effect: PolicyRule["effect"];
  private readonly namespace: string;
  private readonly ports: readonly PolicyPort[] | undefined;
  private readonly isForAll: boolean;
  private readonly podPeers: readonly PodPeer[];
  private readonly networks: readonly NetworkPeer[];
  private readonly otherPeers: readonly Exclude<PolicyPeer, PodPeer | NetworkPeer>[];
  private readonly pods: PodIndex;
  /** Networks are compared with Cilium's eyes. */
  private readonly isCilium: boolean;
  /** 0 not asked yet, 1 true, 2 false, 3 cannot be told; made when it is first asked. */
  private byClass: Uint8Array | undefined;

  constructor(policy: PolicyObject, rule: PolicyRule, pods: PodIndex, usesCilium: boolean) {
    const peers = rule.peers ?? [];
    this.effect = rule.effect;
    this.namespace = policy.namespace;
    this.ports = rule.ports;
    this.isForAll = rule.peers === undefined;
    this.podPeers = peers.filter((peer) => peer.kind === "pods");
    this.networks = peers.filter((peer) => peer.kind === "network");
    this.otherPeers = peers.filter((peer) => peer.kind !== "pods" && peer.kind !== "network");
    this.pods = pods;
    this.isCilium = usesCilium || policy.dialect === "cilium";
  }

  matches(asked: Asked): Truth {
    if (this.ports !== undefined && !this.ports.some((port) => takesPort(port, asked)))
      return false;
    if (this.isForAll) return true;
    const { other } = asked;
    const byPod = this.takesByPod(other);
    if (byPod === true || this.takesAddress(other)) return true;
    if (this.otherPeers.length === 0) return byPod;
    const rest = anyOf(this.otherPeers, (peer) => takesOther(peer, asked));
    return rest === false ? byPod : rest;
  }

  /** Who has an address of the pods' network and is not among the objects may be any pod. */
  private takesByPod({ pod, nodes, isInside, isApiServer }: End): Truth {
    if (pod !== undefined) return this.takesPod(pod);
    const maybePod = isInside && nodes.length === 0 && !isApiServer;
    return maybePod && this.podPeers.length > 0 ? undefined : false;
  }

  private takesAddress({ pod, nodes, addresses }: End): boolean {
    if (this.networks.length === 0) return false;
    if (this.isCilium && (pod !== undefined || nodes.length > 0)) return false;
    return this.networks.some((peer) => addresses.some((address) => isInBlock(address, peer)));
  }

  /** By any of the peers that name pods; remembered for its class. */
  private takesPod(entry: PodEntry): Truth {
    this.byClass ??= new Uint8Array(Math.min(this.pods.classCount, rememberedClassCountMax));
    const known = this.byClass[entry.classNumber] ?? 0;
    if (known !== 0) return known === 3 ? undefined : known === 1;
    const truth = this.judgePod(entry);
    this.byClass[entry.classNumber] = truth === undefined ? 3 : truth ? 1 : 2;
    return truth;
  }

  private judgePod({ pod, label }: PodEntry): Truth {
    return anyOf(this.podPeers, ({ namespaces, pods }) => {
      const isThere =
        namespaces === "own"
          ? pod.namespace === this.namespace
          : matchSelector(namespaces, this.pods.namespaceLabel(pod.namespace));
      return isThere === false ? false : allOf([isThere, matchSelector(pods, label)], (one) => one);
    });
  }
}

function takesOther(peer: Exclude<PolicyPeer, PodPeer | NetworkPeer>, asked: Asked): Truth {
  switch (peer.kind) {
    case "entity":
      return takesEntity(peer.entity, asked);
    case "outside-names":
      return isOutside(asked.other) ? undefined : false;
    case "unknown":
      return undefined;
  }
}

function isInBlock(address: AddressBytes, { network, except }: NetworkPeer): boolean {
  return isInNetwork(address, network) && !except.some((one) => isInNetwork(address, one));
}

function takesPort(rule: PolicyPort, { port, protocol, target }: Asked): boolean {
  if (rule.protocol !== "any" && rule.protocol !== protocol) return false;
  if (rule.name !== "") {
    const entry = target.pod ?? target.hostPod;
    return (entry?.view.ports ?? []).some(
      (one) =>
        one.name === rule.name && one.protocol === protocol && (port === 0 || one.port === port),
    );
  }
  return rule.first === 0 || port === 0 || (port >= rule.first && port <= rule.last);
}

function isOutside(end: End): boolean {
  return end.pod === undefined && end.nodes.length === 0 && !end.isInside;
}

/** **Source**: Cilium, "Entities based". */
function takesEntity(entity: string, { other, ownNode }: Asked): Truth {
  const isNode = other.nodes.length > 0;
  const isOwn = ownNode !== "" && other.nodes.includes(ownNode);
  switch (entity) {
    case "all":
      return true;
    case "world":
      return isOutside(other);
    case "world-ipv4":
    case "world-ipv6": {
      const isFour = other.addresses.some((bytes) => bytes[10] === 0xff && bytes[11] === 0xff);
      return isOutside(other) && isFour === (entity === "world-ipv4");
    }
    case "cluster":
      return !isOutside(other);
    case "host":
      return isOwn;
    case "remote-node":
      return isNode && !isOwn;
    case "kube-apiserver":
      return other.isApiServer;
    case "none":
      return false;
    // Nothing here tells these from others of the cluster.
    default:
      return isOutside(other) ? false : undefined;
  }
}
