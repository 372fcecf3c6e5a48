/**
 * Holds the decoding of a Kubernetes NetworkPolicy.
 * In: a parsed object. Out: a policy whose two directions say whom they let through.
 * Must never take a part that it cannot read for one that lets nobody, or everybody, through.
 * **Source**: `networking.k8s.io/v1`, defaults of `pkg/apis/networking/v1/defaults.go`.
 */
import { parseNetwork } from "../../event/ip-address.ts";
import type { Faults, JsonObject } from "../json-value.ts";
import { readList, readObject, readText } from "../json-value.ts";
import type {
  PolicyObject,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  PolicySide,
} from "./cluster-objects.ts";
import {
  readNames,
  readObjectName,
  readParts,
  readPort,
  readPortNumber,
  readProtocol,
  readSelector,
} from "./object-parts.ts";

/** **Shape**: a direction that does not isolate has no rules. */
export function decodeNetworkPolicy(object: JsonObject, faults: Faults): PolicyObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const spec = readObject(object, "spec", faults) ?? {};
  const types = readNames(spec, "policyTypes", faults);
  const side = (key: string, peers: string, isolates: boolean): PolicySide => ({
    isolates,
    rules: isolates
      ? readParts(spec, key, faults).map((rule) => readRule(rule, peers, faults))
      : [],
  });
  const hasEgress = readList(spec, "egress", faults).length > 0;
  return {
    ...name,
    kind: "NetworkPolicy",
    dialect: "kubernetes",
    guards: "pods",
    pods: readSelector(readObject(spec, "podSelector", faults) ?? {}, faults),
    ingress: side("ingress", "from", types.length === 0 || types.includes("Ingress")),
    egress: side("egress", "to", types.length === 0 ? hasEgress : types.includes("Egress")),
  };
}

/** An absent and an empty list mean the same: everybody, every port. */
function readRule(rule: JsonObject, peerKey: string, faults: Faults): PolicyRule {
  const peers = readParts(rule, peerKey, faults);
  const ports = readParts(rule, "ports", faults);
  return {
    effect: "allow",
    peers: peers.length === 0 ? undefined : peers.map((peer) => readPeer(peer, faults)),
    ports: ports.length === 0 ? undefined : ports.map((port) => readPolicyPort(port, faults)),
  };
}

function readPeer(peer: JsonObject, faults: Faults): PolicyPeer {
  const block = readObject(peer, "ipBlock", faults);
  if (block !== undefined) return readNetworkPeer(block, faults);
  const namespaces = readObject(peer, "namespaceSelector", faults);
  const pods = readObject(peer, "podSelector", faults);
  if (namespaces === undefined && pods === undefined) return { kind: "unknown" };
  return {
    kind: "pods",
    namespaces: namespaces === undefined ? "own" : readSelector(namespaces, faults),
    pods: readSelector(pods ?? {}, faults),
  };
}

/** `cidr` and what is taken out of it. */
export function readNetworkPeer(block: JsonObject, faults: Faults): PolicyPeer {
  const network = parseNetwork(readText(block, "cidr", faults));
  const except = readNames(block, "except", faults).map(parseNetwork);
  const known = except.filter((one) => one !== undefined);
  if (network === undefined || known.length < except.length) return { kind: "unknown" };
  return { kind: "network", network, except: known };
}

function readPolicyPort(port: JsonObject, faults: Faults): PolicyPort {
  const protocol = readProtocol(port, faults);
  if (protocol === undefined) faults.first ??= "protocol: expected TCP, UDP or SCTP";
  const value = readPort(port, "port", faults);
  const name = typeof value === "string" ? value : "";
  const first = typeof value === "number" ? value : 0;
  const last = readPortNumber(port, "endPort", faults) || first;
  return { protocol: protocol ?? "tcp", name, first, last };
}
