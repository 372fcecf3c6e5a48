/**
 * Holds the table of the kinds of objects: which group they belong to, how they are decoded, and
 * where they are kept.
 * In: kind and group of an object. Out: its decoders.
 */
import type { Faults, JsonObject } from "../json-value.ts";
import type { ClusterObjects, OpaquePolicy } from "./cluster-objects.ts";
import { decodeBinding, decodeRole, decodeServiceAccount } from "./decode-access.ts";
import { decodeCiliumPolicy } from "./decode-cilium-policy.ts";
import { decodeNetworkPolicy } from "./decode-network-policy.ts";
import { decodeNamespace, decodeNetworks, decodeNode } from "./decode-node.ts";
import { decodePodObject } from "./decode-pod-object.ts";
import {
  decodeGateway,
  decodeGatewayRoute,
  decodeIngress,
  decodeIngressClass,
  decodeIstioGateway,
  decodeOpenShiftRoute,
  decodeServiceRoute,
  decodeVirtualService,
} from "./decode-route.ts";
import { decodeEndpointSlice, decodeEndpoints, decodeService } from "./decode-service.ts";
import { readObjectName } from "./object-parts.ts";

/** Lists of `ClusterObjects` that objects are kept in. */
export type Drawer = Exclude<
  keyof ClusterObjects,
  "hasPolicies" | "hasServices" | "hasRoutes" | "usesCilium"
>;

/** What one object gives to a drawer; networks come several at once. */
export type DecodedObject = {
  readonly [Name in Drawer]: Name extends "networks"
    ? readonly string[]
    : ClusterObjects[Name][number];
};

type Decode = (object: JsonObject, faults: Faults) => readonly unknown[];

interface KindLine {
  readonly kind: string;
  /** "" is the core group. */
  readonly groups: readonly string[];
  readonly drawer: Drawer;
  readonly decode: Decode;
}

function line<Name extends Drawer>(
  kind: string,
  groups: readonly string[],
  drawer: Name,
  decode: (object: JsonObject, faults: Faults) => DecodedObject[Name] | undefined,
): KindLine {
  const decodeOne: Decode = (object, faults) => {
    const value = decode(object, faults);
    return value === undefined ? [] : [value];
  };
  return { kind, groups, drawer, decode: decodeOne };
}

const access = ["rbac.authorization.k8s.io", "authorization.openshift.io"];
const gateway = ["gateway.networking.k8s.io"];
const traefik = ["traefik.io", "traefik.containo.us"];
const istio = ["networking.istio.io"];
const calico = ["crd.projectcalico.org", "projectcalico.org"];
const antrea = ["crd.antrea.io"];

/** Policies that only a program of another project can weigh. */
function opaque(kind: string, groups: readonly string[], narrowsOnly = false): KindLine {
  return line(kind, groups, "opaquePolicies", (object, faults): OpaquePolicy | undefined => {
    const name = readObjectName(object, faults);
    return name === undefined ? undefined : { ...name, kind, narrowsOnly };
  });
}

const gatewayRoutes = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];
const traefikRoutes = ["IngressRoute", "IngressRouteTCP", "IngressRouteUDP"];
const ciliumPolicies = ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"];

const kindTable: readonly KindLine[] = [
  line("Pod", [""], "pods", decodePodObject),
  line("Service", [""], "services", decodeService),
  { kind: "Endpoints", groups: [""], drawer: "endpoints", decode: decodeEndpoints },
  line("EndpointSlice", ["discovery.k8s.io"], "endpoints", decodeEndpointSlice),
  line("Ingress", ["networking.k8s.io", "extensions"], "routes", decodeIngress),
  line("IngressClass", ["networking.k8s.io"], "ingressClasses", decodeIngressClass),
  line("Gateway", gateway, "gateways", decodeGateway),
  ...gatewayRoutes.map((kind) => line(kind, gateway, "routes", decodeGatewayRoute(kind))),
  line("Route", ["route.openshift.io"], "routes", decodeOpenShiftRoute),
  ...traefikRoutes.map((kind) =>
    line(kind, traefik, "routes", decodeServiceRoute(kind, "traefik")),
  ),
  line("HTTPProxy", ["projectcontour.io"], "routes", decodeServiceRoute("HTTPProxy", "contour")),
  line("Gateway", istio, "gateways", decodeIstioGateway),
  line("VirtualService", istio, "routes", decodeVirtualService),
  line("NetworkPolicy", ["networking.k8s.io", "extensions"], "policies", decodeNetworkPolicy),
  ...ciliumPolicies.map(
    (kind): KindLine => ({
      kind,
      groups: ["cilium.io"],
      drawer: "policies",
      decode: decodeCiliumPolicy(kind),
    }),
  ),
  opaque("NetworkPolicy", [...calico, ...antrea]),
  opaque("GlobalNetworkPolicy", calico),
  opaque("ClusterNetworkPolicy", [...antrea, "policy.networking.k8s.io"]),
  opaque("AdminNetworkPolicy", ["policy.networking.k8s.io"]),
  opaque("BaselineAdminNetworkPolicy", ["policy.networking.k8s.io"]),
  opaque("EgressFirewall", ["k8s.ovn.org"], true),
  opaque("AuthorizationPolicy", ["security.istio.io"], true),
  line("Node", [""], "nodes", decodeNode),
  line("Namespace", [""], "namespaces", decodeNamespace),
  line("ServiceCIDR", ["networking.k8s.io"], "networks", decodeNetworks),
  line("IPPool", calico, "networks", decodeNetworks),
  line("CiliumNode", ["cilium.io"], "networks", decodeNetworks),
  line("ServiceAccount", [""], "serviceAccounts", decodeServiceAccount),
  line("Role", access, "roles", decodeRole),
  line("ClusterRole", access, "roles", decodeRole),
  line("RoleBinding", access, "bindings", decodeBinding),
  line("ClusterRoleBinding", access, "bindings", decodeBinding),
];

const byKind = new Map<string, KindLine[]>();
for (const one of kindTable) byKind.set(one.kind, [...(byKind.get(one.kind) ?? []), one]);

/** `group` undefined: the object does not say; then its kind's first line counts. */
export function decodersOf(kind: string, group: string | undefined): readonly KindLine[] {
  const lines = byKind.get(kind) ?? [];
  if (group === undefined) return lines.slice(0, 1);
  return lines.filter(({ groups }) => groups.includes(group));
}

export function isPolicyKind(kind: string): boolean {
  return isKeptIn(kind, "policies") || isKeptIn(kind, "opaquePolicies");
}

export function isKeptIn(kind: string, drawer: Drawer): boolean {
  return (byKind.get(kind) ?? []).some((one) => one.drawer === drawer);
}
