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
import type { PodIndex } from "./pod-index.ts";
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

/** A rule with what is remembered of it: which classes of pods its peers take in. */
export class RuleMatcher {
  readonly effect: PolicyRule["effect"];
  private readonly policy: PolicyObject;
  private readonly rule: PolicyRule;
  private readonly pods: PodIndex;
  /** Networks are compared with Cilium's eyes. */
  private readonly isCilium: boolean;
  private readonly byClass = new Map<number, Truth>();

  constructor(policy: PolicyObject, rule: PolicyRule, pods: PodIndex, usesCilium: boolean) {
    this.effect = rule.effect;
    this.policy = policy;
    this.rule = rule;
    this.pods = pods;
    this.isCilium = usesCilium || policy.dialect === "cilium";
  }

  matches(asked: Asked): Truth {
    const { ports, peers } = this.rule;
    if (ports !== undefined && !ports.some((port) => takesPort(port, asked))) return false;
    if (peers === undefined) return true;
    return anyOf(peers, (peer) => this.takes(peer, asked));
  }

  private takes(peer: PolicyPeer, asked: Asked): Truth {
    const { other } = asked;
    switch (peer.kind) {
      case "pods":
        return other.pod === undefined ? false : this.takesPod(asked);
      case "network":
        if (this.isCilium && (other.pod !== undefined || other.nodes.length > 0)) return false;
        return other.addresses.some((address) => isInBlock(address, peer));
      case "entity":
        return takesEntity(peer.entity, asked);
      case "outside-names":
        return isOutside(other) ? undefined : false;
      case "unknown":
        return undefined;
    }
  }

  /** All peers of this rule that name pods, at once: that is what is remembered. */
  private takesPod({ other }: Asked): Truth {
    const entry = other.pod;
    if (entry === undefined) return false;
    if (this.byClass.has(entry.classNumber)) return this.byClass.get(entry.classNumber);
    const namespace = entry.pod.namespace;
    const truth = anyOf(this.rule.peers ?? [], (peer) => {
      if (peer.kind !== "pods") return false;
      return allOf<() => Truth>(
        [
          () =>
            peer.namespaces === "own"
              ? namespace === this.policy.namespace
              : matchSelector(peer.namespaces, this.pods.namespaceLabel(namespace)),
          () => matchSelector(peer.pods, entry.label),
        ],
        (test) => test(),
      );
    });
    this.byClass.set(entry.classNumber, truth);
    return truth;
  }
}

function isInBlock(
  address: AddressBytes,
  { network, except }: Extract<PolicyPeer, { kind: "network" }>,
): boolean {
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
      return isOutside(other) && !other.isApiServer;
    case "world-ipv4":
    case "world-ipv6": {
      const isFour = other.addresses.some((bytes) => bytes[10] === 0xff && bytes[11] === 0xff);
      return isOutside(other) && !other.isApiServer && isFour === (entity === "world-ipv4");
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
