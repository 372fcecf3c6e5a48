/**
 * Holds the decoding of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.
 * In: a parsed object. Out: policies in the shape that those of Kubernetes have too, one for each
 * of its specs.
 * Must never take a way of naming peers that it does not know for nobody.
 * **Source**: `cilium.io/v2`; the meaning of empty parts from `pkg/policy/api` and
 * `pkg/policy/rule.go` of Cilium 1.16: a rule without peers and ports lets nobody through, one
 * with ports alone everybody; deny goes before allow.
 */
import { parseNetwork } from "../../event/ip-address.ts";
import type { Faults, JsonObject } from "../json-value.ts";
import { isObject, readFlag, readObject, readText } from "../json-value.ts";
import type {
  ObjectName,
  PolicyObject,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  PolicySide,
  Requirement,
  Selector,
} from "./cluster-objects.ts";
import { readNetworkPeer } from "./decode-network-policy.ts";
import {
  readNames,
  readObjectName,
  readParts,
  readPort,
  readPortNumber,
  readSelector,
} from "./object-parts.ts";

/** Of `kind`, which says whether it has a namespace. */
export function decodeCiliumPolicy(
  kind: string,
): (object: JsonObject, faults: Faults) => readonly PolicyObject[] {
  return (object, faults) => {
    const name = readObjectName(object, faults);
    if (name === undefined) return [];
    const spec = readObject(object, "spec", faults);
    const specs = readParts(object, "specs", faults);
    return [...(spec === undefined ? [] : [spec]), ...specs].map((one) =>
      readSpec(one, { ...name, kind }, faults),
    );
  };
}

function readSpec(
  spec: JsonObject,
  name: ObjectName & { readonly kind: string },
  faults: Faults,
): PolicyObject {
  const defaults = readObject(spec, "enableDefaultDeny", faults) ?? {};
  const side = (direction: "ingress" | "egress", prefix: "from" | "to"): PolicySide => {
    const allow = readParts(spec, direction, faults);
    const deny = readParts(spec, `${direction}Deny`, faults);
    const read = (effect: PolicyRule["effect"]) => (rule: JsonObject) =>
      readRule(rule, { effect, prefix, isNamespaced: name.namespace !== "" }, faults);
    return {
      isolates: readFlag(defaults, direction, faults) ?? allow.length + deny.length > 0,
      rules: [...allow.map(read("allow")), ...deny.map(read("deny"))],
    };
  };
  const selector = readObject(spec, "endpointSelector", faults);
  return {
    ...name,
    dialect: "cilium",
    guards: selector === undefined && isObject(spec["nodeSelector"]) ? "nodes" : "pods",
    pods: stripSources(readSelector(selector ?? {}, faults)),
    ingress: side("ingress", "from"),
    egress: side("egress", "to"),
  };
}

interface RuleKind {
  readonly effect: PolicyRule["effect"];
  readonly prefix: "from" | "to";
  readonly isNamespaced: boolean;
}

/** What names peers in ways that objects alone cannot resolve. */
const unresolved = ["Nodes", "Groups", "Services", "Requires"];

function readRule(
  rule: JsonObject,
  { effect, prefix, isNamespaced }: RuleKind,
  faults: Faults,
): PolicyRule {
  const key = (name: string) => `${prefix}${name}`;
  const peers: PolicyPeer[] = [
    ...readParts(rule, key("Endpoints"), faults).map((one) =>
      readEndpointPeer(one, isNamespaced, faults),
    ),
    ...readNames(rule, key("Entities"), faults).map((entity) => ({
      kind: "entity" as const,
      entity,
    })),
    ...readNames(rule, key("CIDR"), faults).map((text): PolicyPeer => {
      const network = parseNetwork(text);
      return network === undefined ? { kind: "unknown" } : { kind: "network", network, except: [] };
    }),
    ...readParts(rule, key("CIDRSet"), faults).map((one) => readNetworkPeer(one, faults)),
    ...readParts(rule, "toFQDNs", faults).map(() => ({ kind: "outside-names" as const })),
    ...unresolved
      .filter((name) => readParts(rule, key(name), faults).length > 0)
      .map(() => ({ kind: "unknown" as const })),
  ];
  const named = ["Endpoints", "Entities", "CIDR", "CIDRSet", "FQDNs", ...unresolved];
  const hasPeers = named.some((name) => Array.isArray(rule[key(name)]));
  const ports = readPorts(rule, faults);
  return { effect, peers: hasPeers || ports === undefined ? peers : undefined, ports };
}

const sources = ["k8s:", "any:"];

/** Labels of Cilium carry their source before a colon; of pods it is `k8s`. */
function stripSources(selector: Selector): Selector {
  return selector.map((one) => {
    const source = sources.find((prefix) => one.key.startsWith(prefix)) ?? "";
    return { ...one, key: one.key.slice(source.length) };
  });
}

function isOfNamespace({ key }: Requirement): boolean {
  return key === "io.kubernetes.pod.namespace" || key.startsWith("io.cilium.k8s.namespace.labels.");
}

function readEndpointPeer(one: JsonObject, isNamespaced: boolean, faults: Faults): PolicyPeer {
  const pods = stripSources(readSelector(one, faults));
  const reserved = pods.filter(({ key }) => key.startsWith("reserved:"));
  const [first] = reserved;
  if (first !== undefined) {
    const entity = first.key.slice("reserved:".length);
    return pods.length === 1 ? { kind: "entity", entity } : { kind: "unknown" };
  }
  return { kind: "pods", namespaces: isNamespaced && !pods.some(isOfNamespace) ? "own" : [], pods };
}

/** undefined: every port. What is let through at a port by paths or names counts as let through. */
function readPorts(rule: JsonObject, faults: Faults): readonly PolicyPort[] | undefined {
  const groups = readParts(rule, "toPorts", faults);
  const ports = groups.flatMap((group) => readParts(group, "ports", faults));
  if (ports.length > 0) return ports.map((one) => readCiliumPort(one, faults));
  const hasIcmp = readParts(rule, "icmps", faults).length > 0;
  if (hasIcmp) return [{ protocol: "icmp", name: "", first: 0, last: 0 }];
  return groups.length > 0 ? [{ protocol: "any", name: "", first: 0, last: 0 }] : undefined;
}

const protocols: readonly string[] = ["tcp", "udp", "sctp", "icmp", "any"];

function readCiliumPort(one: JsonObject, faults: Faults): PolicyPort {
  const text = readText(one, "protocol", faults).toLowerCase() || "any";
  const protocol = text === "icmpv6" ? "icmp" : text;
  if (!protocols.includes(protocol)) faults.first ??= "protocol: expected TCP, UDP, SCTP or ANY";
  const value = readPort(one, "port", faults);
  const first = typeof value === "number" ? value : 0;
  return {
    protocol: isProtocol(protocol) ? protocol : "any",
    name: typeof value === "string" ? value : "",
    first,
    last: readPortNumber(one, "endPort", faults) || first,
  };
}

function isProtocol(text: string): text is PolicyPort["protocol"] {
  return protocols.includes(text);
}
